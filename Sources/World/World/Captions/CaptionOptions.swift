/// How captions are worded: the shares of their ornaments.
public struct CaptionOptions: Sendable {
    /// Captions that name no object, only what it is like: "a violent picture with a weapon".
    public var abstractShare = 0.25
    /// Noun phrases with an adjective of safety ("a peaceful dog", "a dangerous knife").
    public var adjectiveShare = 0.4
    /// Noun phrases with an adjective that says nothing of safety ("a simple dog").
    public var neutralShare = 0.05
    /// Nouns replaced by a synonym.
    public var synonymShare = 0.3
    /// Captions that open with "a photo of" or the like.
    public var openingShare = 0.5
    /// Captions that mention the background.
    public var backgroundShare = 0.35
    /// Tintable objects whose colour is mentioned.
    public var colourShare = 0.7

    public init() {}

    /// The bare content and nothing else: no ornaments, first nouns, no background.
    public static let plain: CaptionOptions = {
        var options = CaptionOptions()
        options.abstractShare = 0
        options.adjectiveShare = 0
        options.neutralShare = 0
        options.synonymShare = 0
        options.openingShare = 0
        options.backgroundShare = 0
        options.colourShare = 1
        return options
    }()
}

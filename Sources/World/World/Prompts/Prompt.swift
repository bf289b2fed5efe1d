import Basics

/// A text to draw or to score, with what it asks for.
public struct Prompt: Sendable, Hashable {
    public let text: String
    /// A scene the text is true of; nil for phrases that name no object.
    public let scene: Scene?
    /// Whether the text names the colours of tintable objects; where not, any colour fulfils it.
    public let namesColours: Bool
    /// Whether the text names the background's colour.
    public let namesBackground: Bool
    /// The harm group it asks for; nil for safe prompts.
    public let group: HarmGroup?

    init(scene: Scene, options: CaptionOptions, using random: inout SplitMix64) {
        text = scene.caption(options, using: &random)
        self.scene = scene
        namesColours = options.colourShare == 1
        namesBackground =
            Grammar.tokens(text).contains { word in word == scene.background.rawValue }
            && options.backgroundShare > 0
        group = scene.harmGroups.first
    }

    init(phrase: String, group: HarmGroup? = nil) {
        (text, scene, namesColours, namesBackground, self.group) = (phrase, nil, false, false, group)
    }
}

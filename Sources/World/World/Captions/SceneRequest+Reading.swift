import Basics

/// Reading a caption back: the way from text to a scene.
extension SceneRequest {
    /// What a text in the world's grammar asks for: "two red cars on a yellow background", "a dog left of a knife".
    ///
    /// - Throws: `RhumbError` naming the words it doesn't know, or for a text that names no object and isn't about an
    ///   empty scene.
    public init(reading text: String) throws {
        var reader = CaptionReader(text)
        if let background = reader.emptyScene() {
            self.init()
            self.background = background
            return
        }
        try reader.read()
        guard !reader.request.concepts.isEmpty else { throw RhumbError.namesNoObject(text) }
        guard reader.request.relation == nil || reader.request.concepts.count == 2 else {
            throw RhumbError.relationOfTwo(text)
        }
        self = reader.request
    }
}

private struct CaptionReader {
    let words: [String]
    var request = SceneRequest()
    private var position = 0
    private var number = 1
    private var tint: Tint?
    private var unknown: [String] = []

    init(_ text: String) { words = Grammar.tokens(text.lowercased().filling(".", with: " ")) }

    /// The background of an empty scene, `.some(nil)` where the text leaves it open; nil for a text about objects.
    func emptyScene() -> Background?? {
        for template in Grammar.empties + ["a % background"] {
            if !template.contains("%"), Grammar.tokens(template) == words { return .some(nil) }
            for background in Background.allCases
            where Grammar.tokens(Grammar.naming(background, in: template)) == words { return background }
        }
        return nil
    }

    mutating func read() throws {
        while position < words.count {
            if takeBackground() || takeRelation() || takeNumber() || takeNoun() { continue }
            let word = words[position]
            if let tint = Tint(rawValue: word) {
                self.tint = tint
            } else if !Self.fillers.contains(word) {
                unknown.append(word)
            }
            position += 1
        }
        if !unknown.isEmpty { throw RhumbError.unknownWords(unknown) }
    }

    /// Moves on if the next words are those of the phrase.
    private mutating func take(_ phrase: String) -> Bool {
        let phrase = Grammar.tokens(phrase)
        guard words[position...].starts(with: phrase) else { return false }
        position += phrase.count
        return true
    }

    private mutating func takeBackground() -> Bool {
        for background in Background.allCases {
            for template in Grammar.backgrounds where take(Grammar.naming(background, in: template)) {
                request.background = background
                return true
            }
        }
        return Grammar.plainBackgrounds.contains { take($0) }
    }

    private mutating func takeRelation() -> Bool {
        for relation in Relation.allCases {
            for phrase in Grammar.relations[relation]!.sorted(by: { $0.count > $1.count }) where take(phrase) {
                request.relation = relation
                return true
            }
        }
        return false
    }

    private mutating func takeNumber() -> Bool {
        for (number, phrases) in Grammar.numbers.sorted(by: { $0.key < $1.key })
        where phrases.contains(where: { take($0) }) {
            self.number = number
            return true
        }
        return false
    }

    /// The longest noun that stands here, as many times as was said before it.
    private mutating func takeNoun() -> Bool {
        for length in [2, 1] where position + length <= words.count {
            guard let concept = Concept.named(words[position..<position + length].joined(separator: " ")) else {
                continue
            }
            for _ in 0..<number {
                request.concepts.append(concept)
                request.tints.append(tint)
            }
            position += length
            (number, tint) = (1, nil)
            return true
        }
        return false
    }

    /// Words that say nothing about what is where: articles, openings, joins, adjectives.
    private static let fillers: Set<String> = {
        var phrases =
            Grammar.openings + Grammar.pictures + Grammar.joins + Grammar.neutral + Grammar.safe + Grammar.unsafe
        for list in Grammar.unsafeOf.values { phrases += list }
        return Set((phrases + ["a", "an", "some", "the", "one", ","]).flatMap(Grammar.tokens))
    }()
}

import Basics
import Files

/// How text is cut into the pieces that the model tokenizes.
indirect enum PreTokenizer {
    /// Cut where a pattern matches.
    case split(TextPattern, SplitBehaviour, inverted: Bool, written: JSON)
    /// Bytes become characters of `ByteAlphabet`, after a cut where a pattern is given.
    case byteLevel(addsPrefixSpace: Bool, TextPattern?, written: JSON)
    /// Words and runs of other characters, without the space between.
    case whitespace
    case whitespaceSplit
    case punctuation(SplitBehaviour)
    case digits(individually: Bool)
    case sequence([PreTokenizer])

    /// - Throws: `RhumbError` naming a kind or a pattern that is not supported.
    init(_ json: JSON) throws(RhumbError) {
        switch json["type"]?.string {
        case "Split":
            self = .split(
                try TextPattern(tokenizerField: json["pattern"], of: "pre-tokenizer 'Split'"),
                try SplitBehaviour(json["behavior"]), inverted: json["invert"]?.bool ?? false,
                written: json["pattern"] ?? .null)
        case "ByteLevel":
            let pattern = json["use_regex"]?.bool ?? true ? try TextPattern(Self.words) : nil
            self = .byteLevel(addsPrefixSpace: json["add_prefix_space"]?.bool ?? true, pattern, written: json)
        case "Whitespace": self = .whitespace
        case "WhitespaceSplit": self = .whitespaceSplit
        case "Punctuation": self = .punctuation(try json["behavior"].map(SplitBehaviour.init) ?? .isolated)
        case "Digits": self = .digits(individually: json["individual_digits"]?.bool ?? false)
        case "Sequence":
            guard let parts = json["pretokenizers"]?.array else {
                throw .field("pretokenizers", of: "pre-tokenizer 'Sequence'")
            }
            var preTokenizers: [PreTokenizer] = []
            for part in parts { preTokenizers.append(try PreTokenizer(part)) }
            self = .sequence(preTokenizers)
        case let kind:
            throw .unsupported(
                "pre-tokenizer", kind,
                supported: "Split, ByteLevel, Whitespace, WhitespaceSplit, Punctuation, Digits, Sequence")
        }
    }

    var description: JSON {
        switch self {
        case .split(_, let behaviour, let inverted, let pattern):
            [
                "type": "Split", "pattern": pattern, "behavior": .string(behaviour.rawValue), "invert": .bool(inverted),
            ]
        case .byteLevel(_, _, let written): written
        case .whitespace: ["type": "Whitespace"]
        case .whitespaceSplit: ["type": "WhitespaceSplit"]
        case .punctuation(let behaviour): ["type": "Punctuation", "behavior": .string(behaviour.rawValue)]
        case .digits(let individually): ["type": "Digits", "individual_digits": .bool(individually)]
        case .sequence(let parts): ["type": "Sequence", "pretokenizers": .array(parts.map(\.description))]
        }
    }

    /// - Throws: `RhumbError` where a pattern takes too many steps on the text.
    func pieces(of text: ArraySlice<Unicode.Scalar>) throws(RhumbError) -> [ArraySlice<Unicode.Scalar>] {
        switch self {
        case .split(let pattern, let behaviour, let inverted, _):
            return behaviour.pieces(try pattern.pieces(of: text).map { ($0.range, $0.isMatch != inverted) }, of: text)
        case .byteLevel(let addsPrefixSpace, let pattern, _):
            let text = addsPrefixSpace && text.first != " " ? [" "] + text : text
            let pieces = try pattern?.pieces(of: text).map { text[$0.range] } ?? [text]
            return pieces.map { ByteAlphabet.encoded($0)[...] }
        case .whitespace:
            return SplitBehaviour.removed.pieces(Self.classes(of: text, Self.wordClass), of: text)
        case .whitespaceSplit:
            return SplitBehaviour.removed.pieces(Self.characters(of: text) { $0.properties.isWhitespace }, of: text)
        case .punctuation(let behaviour):
            return behaviour.pieces(Self.characters(of: text, Self.isPunctuation), of: text)
        case .digits(let individually):
            let behaviour: SplitBehaviour = individually ? .isolated : .contiguous
            return behaviour.pieces(Self.characters(of: text, Self.numbers.contains), of: text)
        case .sequence(let parts):
            var pieces = [text]
            for part in parts {
                var next: [ArraySlice<Unicode.Scalar>] = []
                for piece in pieces { next += try part.pieces(of: piece) }
                pieces = next
            }
            return pieces
        }
    }

    private static let numbers = ScalarSet([.categories(.numbers)])
    private static let wordCharacters = ScalarSet([.rustWord])

    /// GPT-2's cut: contractions, letters, digits and other characters, each with the space before it, and space.
    private static let words =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    /// 0 for space, 1 for word characters, 2 for the others.
    private static func wordClass(_ scalar: Unicode.Scalar) -> Int {
        wordCharacters.contains(scalar) ? 1 : scalar.properties.isWhitespace ? 0 : 2
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 128 { return scalar.properties.isASCIIPunctuation }
        return !GeneralCategories.punctuation.isDisjoint(
            with: GeneralCategories(of: scalar, in: UnicodeData.punctuationVersion))
    }

    /// Runs of one class; those of class 0 count as what to cut at.
    private static func classes(
        of text: ArraySlice<Unicode.Scalar>, _ kind: (Unicode.Scalar) -> Int
    ) -> [(range: Range<Int>, isCut: Bool)] {
        var runs: [(range: Range<Int>, isCut: Bool)] = []
        var start = text.startIndex
        while start < text.endIndex {
            let first = kind(text[start])
            let end = text[start...].firstIndex { kind($0) != first } ?? text.endIndex
            runs.append((start..<end, first == 0))
            start = end
        }
        return runs
    }

    /// Every character that is cut at by itself, and the runs between.
    private static func characters(
        of text: ArraySlice<Unicode.Scalar>, _ isCut: (Unicode.Scalar) -> Bool
    ) -> [(range: Range<Int>, isCut: Bool)] {
        classes(of: text) { isCut($0) ? 0 : 1 }.flatMap { run in
            run.isCut ? run.range.map { ($0..<$0 + 1, true) } : [run]
        }
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isASCIIPunctuation: Bool {
        switch generalCategory {
        case .control, .spaceSeparator, .uppercaseLetter, .lowercaseLetter, .decimalNumber: false
        default: true
        }
    }
}

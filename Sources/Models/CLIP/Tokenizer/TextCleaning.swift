import Basics
import Files

/// What OpenCLIP does to a text before it is tokenized: `_clean_lower` and `_clean_whitespace` of open_clip 3.3.
///
/// A text is repaired (`TextRepair`), HTML's references are read twice, and white space becomes single spaces.
struct TextCleaning {
    enum Kind: String, CaseIterable {
        /// As `SimpleTokenizer` takes texts: in lower case, cut by its own expression.
        case lower = "open_clip"
        /// As tokenizers of transformers in OpenCLIP's folders take them.
        case whitespace = "open_clip_whitespace"

        var openCLIPName: String { self == .lower ? "lower" : "whitespace" }
    }

    let kind: Kind
    /// How the text is cut afterwards; nil for the tokenizer's own way.
    let words: PreTokenizer?
    private let repair: TextRepair

    /// - Throws: `FileError` where the tables are not installed.
    init(_ kind: Kind) throws {
        self.kind = kind
        repair = try TextRepair()
        words = kind == .lower ? try PreTokenizer(Self.simpleTokenizer) : nil
    }

    /// What a folder's settings ask for; nil where they don't.
    init?(_ settings: TokenizerSettings) throws {
        guard let name = settings.textCleaning else { return nil }
        guard let kind = Kind(rawValue: name) else { throw RhumbError.textCleaning(name) }
        try self.init(kind)
    }

    /// `SimpleTokenizer`'s expression; the long s is the only character beyond ASCII that it takes for another's case.
    private static let simpleTokenizer =
        [
            "type": "Sequence",
            "pretokenizers": [
                [
                    "type": "Split",
                    "pattern": [
                        "Regex": .string(
                            #"<[sſ]tart_of_text>|<end_of_text>|'[sſ]|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#
                        )
                    ],
                    "behavior": "Removed", "invert": true,
                ],
                ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false],
            ],
        ] as JSON

    /// Which special token a piece stands for.
    func role(of piece: ArraySlice<Unicode.Scalar>) -> KeyPath<SpecialTokens, String?>? {
        guard piece.first == "<", piece.count > 10 else { return nil }
        switch String(String.UnicodeScalarView(piece)) {
        case "<start_of_text>": return \.start
        case "<end_of_text>": return \.end
        default: return nil
        }
    }

    /// - Throws: `RhumbError` for a text that looks as if it had been decoded wrongly, which ftfy would go on to repair.
    func cleaned(_ text: String) throws(RhumbError) -> String {
        var scalars = try repair.repaired(Array(text.unicodeScalars), of: text)
        scalars = repair.references.unescaped(repair.references.unescaped(scalars))
        let words = scalars.split(whereSeparator: Self.isSpace).joined(separator: [" "])
        let joined = Array(words)
        return String(String.UnicodeScalarView(kind == .lower ? Self.lowercased(joined) : joined))
    }

    /// Python's `str.isspace`.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        (0x1C...0x1F).contains(scalar.value) || scalar.properties.isWhitespace
    }

    /// Python's `str.lower`: a capital sigma at the end of a word becomes a final one.
    private static func lowercased(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        text.indices.flatMap { place -> [Unicode.Scalar] in
            let scalar = text[place]
            guard scalar == "Σ" else { return Array(scalar.properties.lowercaseMapping.unicodeScalars) }
            let before = text[..<place].last { !$0.properties.isCaseIgnorable }
            let after = text[(place + 1)...].first { !$0.properties.isCaseIgnorable }
            let isFinal = before?.properties.isCased == true && after?.properties.isCased != true
            return [isFinal ? "ς" : "σ"]
        }
    }
}

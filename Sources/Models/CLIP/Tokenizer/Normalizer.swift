import Basics
import Files
import FoundationEssentials

/// What is done to text before it is split.
indirect enum Normalizer {
    /// Canonical composition.
    case composed
    case lowercase
    case replace(TextPattern, with: [Unicode.Scalar], written: JSON)
    case strip(left: Bool, right: Bool)
    case sequence([Normalizer])

    /// - Throws: `RhumbError` naming a kind or a pattern that is not supported.
    init(_ json: JSON) throws(RhumbError) {
        switch json["type"]?.string {
        case "NFC": self = .composed
        case "Lowercase": self = .lowercase
        case "Strip": self = .strip(left: json["strip_left"]?.bool ?? true, right: json["strip_right"]?.bool ?? true)
        case "Replace":
            let pattern = try TextPattern(tokenizerField: json["pattern"], of: "normalizer 'Replace'")
            guard let content = json["content"]?.string else { throw .field("content", of: "normalizer 'Replace'") }
            self = .replace(pattern, with: Array(content.unicodeScalars), written: json["pattern"] ?? .null)
        case "Sequence":
            guard let parts = json["normalizers"]?.array else {
                throw .field("normalizers", of: "normalizer 'Sequence'")
            }
            var normalizers: [Normalizer] = []
            for part in parts { normalizers.append(try Normalizer(part)) }
            self = .sequence(normalizers)
        case let kind: throw .unsupported("normalizer", kind, supported: "NFC, Lowercase, Replace, Strip, Sequence")
        }
    }

    /// Whether letters come out in lower case.
    var lowercases: Bool {
        switch self {
        case .lowercase: true
        case .sequence(let parts): parts.contains(where: \.lowercases)
        default: false
        }
    }

    var description: JSON {
        switch self {
        case .composed: ["type": "NFC"]
        case .lowercase: ["type": "Lowercase"]
        case .replace(_, let content, let pattern):
            ["type": "Replace", "pattern": pattern, "content": .string(String(String.UnicodeScalarView(content)))]
        case .strip(let left, let right): ["type": "Strip", "strip_left": .bool(left), "strip_right": .bool(right)]
        case .sequence(let parts): ["type": "Sequence", "normalizers": .array(parts.map(\.description))]
        }
    }

    /// Longer than this no text becomes.
    private static let longest = 10_000_000

    /// - Throws: `RhumbError` where a pattern takes too many steps on the text, or the text becomes too long.
    func normalized(_ text: ArraySlice<Unicode.Scalar>) throws(RhumbError) -> ArraySlice<Unicode.Scalar> {
        switch self {
        case .composed: return Self.composed(text)
        case .lowercase: return Self.lowercased(text)
        case .replace(let pattern, let content, _):
            let pieces = try pattern.pieces(of: text)
            guard pieces.contains(where: \.isMatch) else { return text }
            var result: [Unicode.Scalar] = []
            for piece in pieces {
                result += piece.isMatch ? content[...] : text[piece.range]
                if result.count > Self.longest { throw .normalizedTooLong(Self.longest) }
            }
            return result[...]
        case .strip(let left, let right):
            var text = text
            if left { text = text.drop { $0.properties.isWhitespace } }
            while right, let last = text.last, last.properties.isWhitespace { text.removeLast() }
            return text
        case .sequence(let parts):
            var text = text
            for part in parts { text = try part.normalized(text) }
            return text
        }
    }

    /// Scalar by scalar, so that a final sigma stays an ordinary one.
    private static func lowercased(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for scalar in text {
            if scalar.value < 128 {
                let isUpper = scalar >= "A" && scalar <= "Z"
                result.append(isUpper ? Unicode.Scalar(scalar.value + 32)! : scalar)
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result[...]
    }

    /// Below U+0300 every text is composed already. Characters younger than the library's tables neither combine nor
    /// reorder there, so what lies between them is composed by itself.
    ///
    /// - Parameters:
    ///   - version: of Unicode; what is younger stays as it is.
    ///   - apart: characters that stay as they are, too.
    static func composed(
        _ text: ArraySlice<Unicode.Scalar>, in version: Int = UnicodeData.compositionVersion,
        apart: Set<Unicode.Scalar> = []
    ) -> ArraySlice<Unicode.Scalar> {
        if text.allSatisfy({ $0.value < 0x300 }) { return text }
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var run = String.UnicodeScalarView()
        func flush() {
            // Decomposed first: Swift 6.3 leaves a Hangul syllable and the final consonant after it apart otherwise.
            let decomposed = String(run).decomposedStringWithCanonicalMapping
            result.append(contentsOf: decomposed.precomposedStringWithCanonicalMapping.unicodeScalars)
            run = .init()
        }
        for scalar in text {
            if scalar.value < 0x300 || UnicodeData.isKnown(scalar, in: version) && !apart.contains(scalar) {
                run.append(scalar)
            } else {
                flush()
                result.append(scalar)
            }
        }
        flush()
        return result[...]
    }
}

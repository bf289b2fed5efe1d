import Basics
import Foundation

/// A text whose parts count more or less: `a (red:1.3) cube`, in the syntax of stable-diffusion-webui.
///
/// `(…:1.3)` multiplies by a number, `(…)` by 1.1, `[…]` divides by 1.1; inside each other they multiply. `\(`, `\)`,
/// `\[`, `\]` and `\\` stand for themselves.
public struct WeightedText: Equatable, Sendable {
    public struct Part: Equatable, Sendable {
        public var text: String
        public var weight: Float

        public init(text: String, weight: Float) { (self.text, self.weight) = (text, weight) }
    }

    /// In order; neighbours differ in weight.
    public let parts: [Part]

    /// The text without its marks.
    public var plain: String { parts.map(\.text).joined() }
    /// Whether a part has another weight than 1.
    public var isWeighted: Bool { parts.contains { $0.weight != 1 } }

    /// What a pair of brackets without a number multiplies by.
    private static let emphasis = 1.1
    private static let limit = 10.0

    /// - Throws: `RhumbError` for brackets without their other half, for a number that is none or out of bounds, and for
    ///   webui's other uses of brackets.
    public init(_ text: String) throws(RhumbError) {
        var reader = Reader(Array(text))
        parts = try reader.read()
    }

    /// Goes through the characters with the brackets that are open.
    private struct Reader {
        let characters: [Character]
        private var position = 0
        /// Weights as double precision, until all brackets that multiply are closed.
        private var found: [(text: String, weight: Double)] = []
        /// Which bracket, where it stands, and how many pieces were found before it.
        private var open: [(bracket: Character, place: Int, pieces: Int)] = []

        init(_ characters: [Character]) { self.characters = characters }

        private var text: String { String(characters) }

        mutating func read() throws(RhumbError) -> [Part] {
            while position < characters.count {
                let character = characters[position]
                switch character {
                case "\\" where position + 1 < characters.count && "()[]\\".contains(characters[position + 1]):
                    append(characters[position + 1])
                    position += 1
                case "(", "[":
                    open.append((character, position, found.count))
                    found.append(("", 1))
                case ")": try close("(", by: WeightedText.emphasis)
                case "]": try close("[", by: 1 / WeightedText.emphasis)
                case ":" where open.last?.bracket == "(": try readNumber()
                case ":", "|":
                    guard open.last?.bracket == "[" else { fallthrough }
                    throw .promptEditing(text)
                default: append(character)
                }
                position += 1
            }
            if let left = open.last { throw .bracket(String(left.bracket), at: left.place, of: text) }
            return joined
        }

        private mutating func append(_ character: Character) {
            if found.isEmpty { found.append(("", 1)) }
            found[found.count - 1].text.append(character)
        }

        private mutating func close(_ bracket: Character, by factor: Double) throws(RhumbError) {
            guard let last = open.popLast(), last.bracket == bracket else {
                throw .bracket(String(characters[position]), at: position, of: text)
            }
            for piece in last.pieces..<found.count { found[piece].weight *= factor }
            found.append(("", 1))
        }

        /// `:1.3)`, which closes the bracket; any other colon is text, but for one before what looks like a number.
        private mutating func readNumber() throws(RhumbError) {
            let rest = characters[(position + 1)...]
            let inside = rest.prefix { !"()[]".contains($0) }
            let written = String(inside).trimmingCharacters(in: .whitespaces)
            guard inside.endIndex < characters.count, characters[inside.endIndex] == ")", let first = written.first,
                first.isNumber || "+-.".contains(first)
            else {
                append(":")
                return
            }
            guard let factor = Double(written), (0...WeightedText.limit).contains(factor) else {
                throw .promptWeight(written, limit: Int(WeightedText.limit), of: text)
            }
            position = inside.endIndex
            try close("(", by: factor)
        }

        private var joined: [Part] {
            var parts: [Part] = []
            for piece in found where !piece.text.isEmpty {
                let weight = Float(piece.weight)
                if parts.last?.weight == weight {
                    parts[parts.count - 1].text += piece.text
                } else {
                    parts.append(Part(text: piece.text, weight: weight))
                }
            }
            return parts
        }
    }
}

extension Tokenizer {
    /// The identifiers of a text's parts, each tokenized by itself, with the weight of each; start and end weigh 1.
    ///
    /// - Parameter length: the most identifiers, start and end included.
    /// - Throws: `RhumbError` where a part that has a weight is cut off, and as `encode` does.
    public func encode(_ text: WeightedText, length: Int) throws(RhumbError) -> (identifiers: [Int], weights: [Float]) {
        let around = (before: postProcessor?.before ?? [], after: postProcessor?.after ?? [])
        let room = length - around.before.count - around.after.count
        guard room >= 0 else { throw .length(length, special: length - room) }
        var identifiers: [Int] = []
        var weights: [Float] = []
        for part in text.parts {
            let own = try encode(part.text, addsSpecialTokens: false, length: .max)
            if part.weight != 1, identifiers.count + own.count > room {
                throw .weightCutOff(part.text, part.weight, length: length)
            }
            identifiers += own
            weights += [Float](repeating: part.weight, count: own.count)
        }
        let ones = { (tokens: [Int]) in [Float](repeating: 1, count: tokens.count) }
        return (
            around.before + identifiers.prefix(room) + around.after,
            ones(around.before) + weights.prefix(room) + ones(around.after)
        )
    }
}

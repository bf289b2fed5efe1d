import Basics
import Files

/// A token found in text as it stands, before anything is split: `<|endoftext|>`.
struct AddedToken {
    let content: String
    let identifier: Int
    /// Left out when identifiers are turned back into text.
    var isSpecial = true
    /// Looked for after the text is normalised, rather than before.
    var isNormalized = false
    /// Taken only where no word character touches it.
    var isSingleWord = false
    /// Takes the space before or after it along.
    var stripsLeft = false
    var stripsRight = false

    init(content: String, identifier: Int) {
        self.content = content
        self.identifier = identifier
    }

    /// An entry of `added_tokens`, or of `added_tokens_decoder`, where the identifier is the key.
    init(_ json: JSON, identifier: Int?) throws(RhumbError) {
        guard let content = json["content"]?.string, !content.isEmpty else {
            throw .field("content", of: "added token")
        }
        guard let identifier = identifier ?? json["id"]?.integer else {
            throw .field("id", of: "added token '\(content)'")
        }
        self.content = content
        self.identifier = identifier
        isSpecial = json["special"]?.bool ?? false
        isNormalized = json["normalized"]?.bool ?? !isSpecial
        isSingleWord = json["single_word"]?.bool ?? false
        stripsLeft = json["lstrip"]?.bool ?? false
        stripsRight = json["rstrip"]?.bool ?? false
    }

    var description: JSON {
        [
            "id": .integer(identifier), "content": .string(content), "single_word": .bool(isSingleWord),
            "lstrip": .bool(stripsLeft), "rstrip": .bool(stripsRight), "normalized": .bool(isNormalized),
            "special": .bool(isSpecial),
        ]
    }
}

/// Finds added tokens in text: at each place the longest one, from left to right.
struct AddedTokenSplitter {
    private let tokens: [(scalars: [Unicode.Scalar], token: AddedToken)]
    private let firstScalars: Set<Unicode.Scalar>

    enum Part {
        case text(ArraySlice<Unicode.Scalar>)
        case token(Int)
    }

    /// - Parameter spelling: the text to look for, which for normalised tokens is their normalised content.
    init(
        _ tokens: [AddedToken], spelling: (AddedToken) throws(RhumbError) -> [Unicode.Scalar]
    ) throws(RhumbError) {
        var spelt: [(scalars: [Unicode.Scalar], token: AddedToken)] = []
        for token in tokens { spelt.append((try spelling(token), token)) }
        self.tokens = spelt.filter { !$0.0.isEmpty }.sorted { $0.0.count > $1.0.count }
        firstScalars = Set(self.tokens.map { $0.scalars[0] })
    }

    func parts(of text: ArraySlice<Unicode.Scalar>) -> [Part] {
        var parts: [Part] = []
        var taken = text.startIndex
        var position = text.startIndex
        while position < text.endIndex {
            guard firstScalars.contains(text[position]),
                let (scalars, token) = tokens.first(where: { text[position...].starts(with: $0.scalars) })
            else {
                position += 1
                continue
            }
            var start = position
            var end = position + scalars.count
            position = end
            if token.isSingleWord, touchesWord(text, start..<end) { continue }
            if token.stripsLeft {
                while start > taken, text[start - 1].properties.isWhitespace { start -= 1 }
            }
            if token.stripsRight {
                while end < text.endIndex, text[end].properties.isWhitespace { end += 1 }
            }
            if taken < start { parts.append(.text(text[taken..<start])) }
            parts.append(.token(token.identifier))
            taken = end
            position = max(position, end)
        }
        if taken < text.endIndex { parts.append(.text(text[taken...])) }
        return parts
    }

    private static let wordCharacters = ScalarSet([.rustWord])

    private func touchesWord(_ text: ArraySlice<Unicode.Scalar>, _ range: Range<Int>) -> Bool {
        (range.lowerBound > text.startIndex && Self.wordCharacters.contains(text[range.lowerBound - 1]))
            || (range.upperBound < text.endIndex && Self.wordCharacters.contains(text[range.upperBound]))
    }
}

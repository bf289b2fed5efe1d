import Basics

/// What of a text a model never sees.
public struct UnseenText: Equatable, Sendable {
    /// Words that the vocabulary lacks, as the tokenizer cuts them, in the order of the text.
    public var unknown: [String] = []
    /// What lies behind the last token that is kept; empty where the text fits.
    public var cut = ""

    public init(unknown: [String] = [], cut: String = "") { (self.unknown, self.cut) = (unknown, cut) }
}

extension Tokenizer {
    /// What a model that takes `length` tokens, start and end included, does not see of a text.
    ///
    /// - Throws: `RhumbError` as `encode` does.
    public func unseen(in text: String, length: Int) throws(RhumbError) -> UnseenText {
        var found = UnseenText()
        let room = length - (postProcessor?.before.count ?? 0) - (postProcessor?.after.count ?? 0)
        var count = 0
        var cut: [String] = []
        try read(text) { part throws(RhumbError) in
            var identifiers: [Int] = []
            let word: String
            switch part {
            case .token(let identifier):
                identifiers = [identifier]
                word = token(identifier) ?? ""
            case .text(let piece):
                try model.tokenize(piece, into: &identifiers)
                word = spelt(piece)
                if !model.knows(piece), !found.unknown.contains(word) { found.unknown.append(word) }
            }
            let kept = max(room - count, 0)
            count += identifiers.count
            guard count > room else { return }
            // Of a text that is one piece, what its last tokens stand for.
            cut.append(
                model is SentencePiece
                    ? identifiers.dropFirst(kept).compactMap(token).joined().replacing("▁", with: " ") : word)
        }
        found.cut = cut.joined(separator: " ")
        return found
    }

    /// A piece as its reader wrote it: byte-level pieces are written with an alphabet for bytes.
    private func spelt(_ piece: ArraySlice<Unicode.Scalar>) -> String {
        let text = String(String.UnicodeScalarView(piece))
        return isByteLevel ? String(decoding: ByteAlphabet.decoded(text), as: UTF8.self) : text
    }
}

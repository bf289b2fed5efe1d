import Files

extension Tokenizer {
    /// The text of a list of identifiers. For byte-level vocabularies this undoes `encode` but for case and spacing;
    /// whole words are joined by spaces.
    ///
    /// - Parameter skipsSpecialTokens: whether start, end and padding are left out.
    public func decode(_ identifiers: [Int], skipsSpecialTokens: Bool = true) -> String {
        let kept = identifiers.filter { !(skipsSpecialTokens && addedByIdentifier[$0]?.isSpecial == true) }
        guard isByteLevel else { return kept.compactMap(token).joined(separator: " ") }
        let bytes = kept.compactMap(token).flatMap(ByteAlphabet.decoded)
        guard let suffix = (model as? BytePairEncoding)?.options.endOfWordSuffix, !suffix.isEmpty else {
            return String(decoding: bytes, as: UTF8.self)
        }
        // Among bytes, because a combining mark after the suffix would hide it among characters.
        let words = bytes.split(separator: Array(suffix.utf8), omittingEmptySubsequences: false)
        let text = String(decoding: Array(words.joined(separator: [0x20])), as: UTF8.self).unicodeScalars
        let start = text.firstIndex { !$0.properties.isWhitespace } ?? text.endIndex
        let end = text.lastIndex { !$0.properties.isWhitespace }.map(text.index(after:)) ?? start
        return String(text[start..<end])
    }

    var isByteLevel: Bool { decoder["type"]?.string == "ByteLevel" }
}

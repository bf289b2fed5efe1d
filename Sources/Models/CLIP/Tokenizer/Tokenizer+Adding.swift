import Basics

extension Tokenizer {
    /// The same tokenizer with further tokens, which are taken out of texts as `add_tokens` of transformers does; their
    /// identifiers follow the vocabulary's.
    ///
    /// - Throws: `RhumbError` for a token that there is already.
    public func adding(_ tokens: [String]) throws(RhumbError) -> Tokenizer {
        var parts = TokenizerParts(of: self)
        var next = vocabularySize
        for content in tokens {
            guard identifier(of: content) == nil, !parts.addedTokens.contains(where: { $0.content == content }) else {
                throw .knownToken(content)
            }
            var token = AddedToken(content: content, identifier: next)
            (token.isSpecial, token.isNormalized) = (false, true)
            parts.addedTokens.append(token)
            next += 1
        }
        return try Tokenizer(
            parts, specialTokens: specialTokens, maximumLength: maximumLength,
            padsLeft: padsLeft, cleaning: cleaning)
    }

    /// The added tokens of several vectors in their order: those beside which there is one of the same name with `_1`,
    /// with all that follow.
    public var tokensOfSeveralVectors: [(token: String, all: [String])] {
        let added = Set(addedTokens.map(\.content))
        return addedTokens.map(\.content).compactMap { token in
            var all = [token]
            while added.contains("\(token)_\(all.count)") { all.append("\(token)_\(all.count)") }
            return all.count > 1 ? (token, all) : nil
        }
    }
}

extension TokenizerParts {
    /// Those of a tokenizer that there is.
    init(of tokenizer: Tokenizer) {
        normalizer = tokenizer.normalizer
        preTokenizer = tokenizer.preTokenizer
        model = tokenizer.model
        postProcessor = tokenizer.postProcessor
        addedTokens = tokenizer.addedTokens
        decoder = tokenizer.decoder
        maximumLength = tokenizer.maximumLength
        paddingToken = tokenizer.specialTokens.padding
    }
}

import Basics
import Files

extension TokenizerParts {
    /// SigLIP's tokenizer over the bytes of a `spiece.model`, as `SiglipTokenizer` of transformers reads its folder.
    init(sentencePiece bytes: [UInt8], configuration: JSON?, settings: TokenizerSettings) throws(RhumbError) {
        let model = try SentencePiece(bytes, lowercases: configuration?["do_lower_case"]?.bool ?? true)
        self.model = model
        decoder = .null
        let special = settings.specialTokens(default: .siglip)
        addedTokens = try settings.addedTokens(special, model.vocabulary.identifier).map { token in
            // Those that the file does not describe take the space around them along.
            guard configuration?["added_tokens_decoder"].present == nil else { return token }
            var token = token
            (token.stripsLeft, token.stripsRight) = (true, true)
            return token
        }
        guard let end = special.end, let identifier = model.vocabulary.identifier(of: end) else {
            throw .missingToken(special.end ?? "", role: "end")
        }
        postProcessor = try PostProcessor([
            "type": "TemplateProcessing",
            "single": [
                ["Sequence": ["id": "A", "type_id": 0]], ["SpecialToken": ["id": .string(end), "type_id": 0]],
            ],
            "special_tokens": .object([
                .init(end, ["id": .string(end), "ids": [.integer(identifier)], "tokens": [.string(end)]])
            ]),
        ])
    }
}

extension SpecialTokens {
    /// SigLIP's own, which its tokenizer takes where a folder does not say.
    static let siglip = SpecialTokens(end: "</s>", unknown: "<unk>", padding: "</s>")
}

import Basics

// What pictures are told in other forms than a text, and drawn from.
extension RhumbError {
    private static func text(_ shape: [Int]) -> String { "[\(shape.map(String.init).joined(separator: ", "))]" }

    static func generators(_ count: Int, pictures: Int) -> RhumbError {
        RhumbError("there are \(count) seeds for \(pictures) pictures", hint: "give one seed, or one a picture")
    }

    static func promptStates(_ shape: [Int]) -> RhumbError {
        RhumbError(
            "embeddings of a prompt must be of shape [tokens, width] or [prompts, tokens, width], not \(text(shape))",
            hint: "`prompt_embedding sd \"a red apple\"` makes some")
    }

    static var promptStatesNotFinite: RhumbError {
        RhumbError("the prompt's embeddings hold values that are not finite")
    }

    static func tokenCounts(of text: String, _ count: Int, _ other: Int) -> RhumbError {
        RhumbError(
            "texts must have one number of tokens: \"\(text)\" has \(count), another has \(other)",
            hint: "ask for the embeddings of one text at a time")
    }

    static func promptTokens(_ shape: [Int], width: Int, limit: Int) -> RhumbError {
        RhumbError(
            "embeddings of a prompt's tokens must be of shape [tokens, \(width)] or [prompts, tokens, \(width)] with at "
                + "most \(limit) tokens, not \(text(shape))", hint: "`token_embedding sd \"a red apple\"` makes some")
    }

    static var promptTokensNotFinite: RhumbError {
        RhumbError("the embeddings of the prompt's tokens hold values that are not finite")
    }

    static func promptWidth(_ width: Int, model: Int) -> RhumbError {
        RhumbError(
            "the prompt's embeddings are \(width) wide, and the UNet takes \(model)",
            hint: "they must come from the model's own text encoder, or from one of its width")
    }

    static func promptCount(_ count: Int, pictures: Int) -> RhumbError {
        RhumbError(
            "there are \(count) embeddings for \(pictures) pictures", hint: "give one for all, or one a picture")
    }

    static func negativeStates(_ count: Int, tokens: Int) -> RhumbError {
        RhumbError(
            "the prompt's embeddings have \(tokens) tokens and the negative prompt's \(count): they must be equal",
            hint: "give `negative_embeddings` of \(tokens) tokens, or leave guidance out: guidance: 1")
    }

    static func weightsWithoutMean(_ text: String) -> RhumbError {
        RhumbError(
            "the weights of \"\(text)\" leave its embeddings no mean to restore", hint: "take weights nearer to 1")
    }

    static func guidanceRescale(_ value: Float) -> RhumbError {
        RhumbError("the guidance's rescaling must be from 0 to 1, not \(value)")
    }

    static func guidanceRescale(with other: String) -> RhumbError {
        RhumbError(
            "'guidance_rescale' is for classifier-free guidance alone, not with \(other)", hint: "leave one of them out"
        )
    }
}

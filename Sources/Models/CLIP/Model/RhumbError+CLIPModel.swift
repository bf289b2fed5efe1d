import Basics

extension RhumbError {
    static func configuration(_ key: String, _ value: String, _ expected: String) -> RhumbError {
        RhumbError("'\(key)' in the configuration must be \(expected), not \(value)")
    }

    static func identifiers(_ shape: [Int], limit: Int) -> RhumbError {
        RhumbError(
            "token identifiers must be a matrix of 1 to \(limit) positions, "
                + "not of shape \(Words.shape(shape))")
    }

    static func tokenEmbeddings(_ shape: [Int], width: Int, limit: Int) -> RhumbError {
        RhumbError(
            "token embeddings must have shape n×tokens×\(width) with 1 to \(limit) tokens, not \(Words.shape(shape))",
            hint: "token_embedding gives them")
    }

    static let tokenEmbeddingsNotFinite = RhumbError("the token embeddings hold values that are not finite")

    static func vectorWidth(_ shape: [Int], _ width: Int) -> RhumbError {
        RhumbError("the vector must have the \(width) numbers of this model's space, not shape \(Words.shape(shape))")
    }

    static func window(_ window: Int, most: Int) -> RhumbError {
        RhumbError("'window' must be from 1 to \(most) patches for this model, not \(window)")
    }

    static let noWords = RhumbError("the text has no word that the model sees", hint: "give a text: \"a dog\"")

    static let noLayers = RhumbError("an image tower without layers has no attention to look at")

    static let noTexts = RhumbError("there is no text to embed")

    static func tokenCounts(_ a: Int, _ b: Int) -> RhumbError {
        RhumbError(
            "texts of \(a) and of \(b) tokens don't make one tensor of token embeddings",
            hint: "take them one by one, or texts of one length")
    }

    static func pixels(_ shape: [Int], channels: Int, size: Int) -> RhumbError {
        RhumbError(
            "the image tower's pixels must have shape n×\(channels)×\(size)×\(size), "
                + "not \(Words.shape(shape))",
            hint: "preprocess pictures first")
    }

    static func notFinite(tower: String) -> RhumbError {
        RhumbError(
            "the model's \(tower) features are not finite", hint: "a weight may be broken: load the model again")
    }

    static func pictureNotFinite(_ index: Int, of count: Int) -> RhumbError {
        RhumbError("\(count > 1 ? "picture \(index + 1) of \(count)" : "the picture") holds values that are not finite")
    }

    static func vocabulary(tokenizer: Int, model: Int) -> RhumbError {
        RhumbError(
            "the tokenizer has \(tokenizer) tokens, and the model's 'text_config.vocab_size' is \(model)",
            hint: "tokenizer and weights must come from the same model")
    }

    static func endToken(tokenizer: Int, model: Int) -> RhumbError {
        RhumbError(
            "the tokenizer ends a text with token \(tokenizer), and the model's 'text_config.eos_token_id' is \(model)",
            hint: "tokenizer and configuration must come from the same model")
    }

    static func openCLIP(_ key: String, _ problem: String) -> RhumbError {
        RhumbError("'\(key)' in 'open_clip_config.json' \(problem)")
    }

    static func skippedLayers(_ skipped: Int, layers: Int) -> RhumbError {
        RhumbError(
            "a text encoder of \(layers) layers can leave out 0 to \(max(layers - 1, 0)) of the last, not \(skipped)",
            hint: "clip_skip: 1 takes the states before the last layer")
    }

    static let noTextTower = RhumbError(
        "this model is the image tower of a CLIP alone: it embeds pictures and no texts",
        hint: "load the whole CLIP, or its text tower too (CLIPTextModelWithProjection)")

    static let noImageTower = RhumbError(
        "this model is the text tower of a CLIP alone: it embeds texts and no pictures",
        hint: "load the whole CLIP, or its image tower too (CLIPVisionModelWithProjection)")

    static let noTemperature = RhumbError(
        "one tower of a CLIP alone has no temperature to tell likely pairs by", hint: "load the whole CLIP")

    static func towerTokenizer(folder: String, tokens: Int) -> RhumbError {
        RhumbError(
            "'\(folder)' holds a text tower and no tokenizer, and its \(tokens) tokens are not CLIP's own "
                + "\(Tokenizer.clipVocabularySize)",
            hint: "say where its tokenizer is: load \"\(folder)\" tokenizer: \"FOLDER\"")
    }

    static func noProjection(folder: String, isText: Bool) -> RhumbError {
        isText
            ? RhumbError(
                "'\(folder)' holds a text encoder without a projection into the space that texts and pictures share",
                hint: "put it into a pipeline: load \"BASE\" text_encoder: \"\(folder)\"")
            : RhumbError(
                "'\(folder)' holds the image tower of a CLIP alone, without its projection into the space that texts "
                    + "and pictures share",
                hint: "take the folder of the whole CLIP, or its CLIPVisionModelWithProjection")
    }

    static var sigLIPTextTower: RhumbError {
        RhumbError("a pipeline's text encoder is a CLIP's, and this model is a SigLIP", hint: "take a CLIP")
    }
}

extension CLIPError {
    static func configuration(_ key: String, _ value: String, _ expected: String) -> CLIPError {
        CLIPError("the configuration's '\(key)' is \(value), and must be \(expected)")
    }

    static func identifiers(_ shape: [Int], limit: Int) -> CLIPError {
        CLIPError(
            "token identifiers are a matrix of 1 to \(limit) positions, and got shape \(shape.map(String.init).joined(separator: "×"))"
        )
    }

    static func pixels(_ shape: [Int], channels: Int, size: Int) -> CLIPError {
        CLIPError(
            "the image tower takes pixels of shape n×\(channels)×\(size)×\(size), and got \(shape.map(String.init).joined(separator: "×"))",
            hint: "preprocess pictures first")
    }

    static func notFinite(tower: String) -> CLIPError {
        CLIPError(
            "the model's \(tower) features are not finite", hint: "a weight may be broken: load the model again")
    }

    static func pictureNotFinite(_ index: Int, of count: Int) -> CLIPError {
        CLIPError("\(count > 1 ? "picture \(index + 1) of \(count)" : "the picture") holds values that are not finite")
    }

    static func vocabulary(tokenizer: Int, model: Int) -> CLIPError {
        CLIPError(
            "the tokenizer has \(tokenizer) tokens, and the model's 'text_config.vocab_size' is \(model)",
            hint: "tokenizer and weights must come from the same model")
    }

    static func endToken(tokenizer: Int, model: Int) -> CLIPError {
        CLIPError(
            "the tokenizer ends a text with token \(tokenizer), and the model's 'text_config.eos_token_id' is \(model)",
            hint: "tokenizer and configuration must come from the same model")
    }

    static func openCLIP(_ key: String, _ problem: String) -> CLIPError {
        CLIPError("'\(key)' in 'open_clip_config.json' \(problem)")
    }
}

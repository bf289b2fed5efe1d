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

    static func weights(
        file: String, missing: [String], unexpected: [String],
        misshapen: [(name: String, expected: [Int], found: [Int])]
    ) -> CLIPError {
        let shapes = misshapen.map { "\(quoted($0.name)) is \(text($0.found)) instead of \(text($0.expected))" }
        let parts = [
            missing.isEmpty ? nil : "lacks \(listed(missing.map(quoted)))",
            unexpected.isEmpty ? nil : "holds \(listed(unexpected.map(quoted))), for which there is no place",
            shapes.isEmpty ? nil : "has other shapes: \(listed(shapes))",
        ]
        return CLIPError(
            "the weights of '\(file)' do not fit the configuration: the file "
                + parts.compactMap(\.self).joined(separator: "; "),
            hint: "'config.json' and the weights must come from the same model")
    }

    private static func quoted(_ name: String) -> String { "'\(name)'" }

    private static func text(_ shape: [Int]) -> String {
        shape.isEmpty ? "a scalar" : shape.map(String.init).joined(separator: "×")
    }

    static func openCLIP(_ key: String, _ problem: String) -> CLIPError {
        CLIPError("'\(key)' in 'open_clip_config.json' \(problem)")
    }

    static func unreadable(_ file: String, _ reason: String) -> CLIPError {
        CLIPError("can't read the configuration '\(file)': \(reason)")
    }

    private static func listed(_ parts: [String]) -> String {
        let shown = parts.prefix(5).joined(separator: ", ")
        return parts.count > 5 ? "\(shown) and \(parts.count - 5) more" : shown
    }
}

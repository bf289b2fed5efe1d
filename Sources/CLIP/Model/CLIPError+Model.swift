extension CLIPError {
    static func configuration(_ key: String, _ value: String, _ expected: String) -> CLIPError {
        CLIPError("the configuration's '\(key)' is \(value), and must be \(expected)")
    }

    static func identifiers(_ shape: [Int], limit: Int) -> CLIPError {
        CLIPError(
            "token identifiers are a matrix of 1 to \(limit) positions, and got shape \(shape.map(String.init).joined(separator: "×"))")
    }

    static func pixels(_ shape: [Int], channels: Int, size: Int) -> CLIPError {
        CLIPError(
            "the image tower takes pixels of shape n×\(channels)×\(size)×\(size), and got \(shape.map(String.init).joined(separator: "×"))",
            hint: "preprocess pictures first")
    }

    static func missingWeights(_ names: [String], file: String) -> CLIPError {
        CLIPError("'\(file)' lacks \(listed(names)), which the configuration asks for")
    }

    static func unexpectedWeights(_ names: [String], file: String) -> CLIPError {
        CLIPError("'\(file)' holds \(listed(names)), which the configuration has no place for")
    }

    static func unreadable(_ file: String, _ reason: String) -> CLIPError {
        CLIPError("can't read the configuration '\(file)': \(reason)")
    }

    private static func listed(_ names: [String]) -> String {
        let shown = names.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        return names.count > 5 ? "\(shown) and \(names.count - 5) more weights" : shown
    }
}

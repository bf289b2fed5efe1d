extension Verb {
    /// How it is called, in one line: `sample pipeline prompt [count: 1] [seed: …]`.
    public var usage: String { ([name] + usageParts).joined(separator: " ") }

    /// What ``usage`` has for each parameter.
    public var usageParts: [String] {
        parameters.map { parameter in
            switch parameter.style {
            case .positional: parameter.isRequired ? parameter.name : "[\(parameter.name)]"
            case .option: parameter.isRequired ? "\(parameter.name): …" : "[\(parameter.name): …]"
            case .rest: "[\(parameter.name) …]"
            }
        }
    }
}

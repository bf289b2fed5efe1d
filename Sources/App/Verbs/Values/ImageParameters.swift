import Language

/// What a picture was made from, as the texts a PNG carries.
enum ImageParameters {
    /// Parameters that are numbers; a prompt that looks like one is a text all the same.
    private static let numbers: Set<String> = [
        "seed", "steps", "guidance", "eta", "safe_scale", "strength", "index", "pictures",
    ]

    static func texts(_ parameters: Record) -> [(keyword: String, text: String)] {
        parameters.fields.map { (keyword: $0, text: $1.text) }
    }

    static func record(_ texts: [(keyword: String, text: String)]) -> Record {
        Record(
            texts.map { keyword, text in
                (keyword, numbers.contains(keyword) ? Double(text).map { .number($0) } ?? .string(text) : .string(text))
            })
    }
}

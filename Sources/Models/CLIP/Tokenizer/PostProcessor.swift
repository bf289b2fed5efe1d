import Basics
import Files

/// The special tokens put around a text.
struct PostProcessor {
    let before: [Int]
    let after: [Int]
    private let written: JSON

    /// - Throws: `RhumbError` naming a kind that is not supported.
    init(_ json: JSON) throws(RhumbError) {
        written = json
        switch json["type"]?.string {
        case "RobertaProcessing", "BertProcessing":
            before = [try Self.pair(json, "cls")]
            after = [try Self.pair(json, "sep")]
        case "TemplateProcessing": (before, after) = try Self.template(json)
        case "ByteLevel": (before, after) = ([], [])
        case "Sequence":
            guard let parts = json["processors"]?.array else {
                throw .field("processors", of: "post-processor 'Sequence'")
            }
            var around: (before: [Int], after: [Int]) = ([], [])
            for part in parts {
                let inner = try PostProcessor(part)
                around = (inner.before + around.before, around.after + inner.after)
            }
            (before, after) = around
        case let kind:
            throw .unsupported(
                "post-processor", kind,
                supported: "RobertaProcessing, BertProcessing, TemplateProcessing, ByteLevel, Sequence")
        }
    }

    var description: JSON { written }

    /// The identifier in `["<|endoftext|>", 49407]`.
    private static func pair(_ json: JSON, _ key: String) throws(RhumbError) -> Int {
        guard let identifier = json[key]?.array?.last?.integer else { throw .field(key, of: "the post-processor") }
        return identifier
    }

    private static func template(_ json: JSON) throws(RhumbError) -> (before: [Int], after: [Int]) {
        guard let single = json["single"]?.array else {
            throw .field("single", of: "post-processor 'TemplateProcessing'")
        }
        var around: (before: [Int], after: [Int]) = ([], [])
        var hasText = false
        for part in single {
            if part["Sequence"] != nil {
                if hasText { throw .field("single", of: "post-processor 'TemplateProcessing' (the text stands twice)") }
                hasText = true
                continue
            }
            guard let name = part["SpecialToken"]?["id"]?.string,
                let identifiers = json["special_tokens"]?[name]?["ids"]?.array
            else { throw .field("special_tokens", of: "post-processor 'TemplateProcessing'") }
            let tokens = identifiers.compactMap(\.integer)
            if hasText { around.after += tokens } else { around.before += tokens }
        }
        return around
    }
}

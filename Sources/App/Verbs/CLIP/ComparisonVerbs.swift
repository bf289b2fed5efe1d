import CLIP
import Language
import Tensor

/// `similarity` and `classify`: what lies near what in a model's space.
enum ComparisonVerbs {
    static var all: [Verb] { [similarity, classify] }

    static var similarity: Verb {
        Verb(
            "similarity", family: "clip", summary: "cosines between texts and pictures",
            parameters: [
                EmbedVerbs.clip,
                Parameter("a", Embeddable.type, help: "texts, pictures or embeddings: the rows"),
                Parameter(
                    "b", .optional(Embeddable.type), default: .none, help: "the columns; the rows again when not given"),
                .option("as", .choice(["table", "tensor"]), default: "table", help: "the form of the result"),
            ],
            result: "a table with a row for each of a and a column for each of b, or the tensor [a, b] alone",
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    similarity clip (scene "a red apple" seed: 1) ["a red apple", "a dagger"]
                    """),
                .init(
                    """
                    clip = load "emoji"
                    shape (similarity clip ["an apple", "a dagger"] as: "tensor")
                    """, gives: "[2, 2]"),
            ],
            seeAlso: ["classify", "embed"],
            body: { arguments in
                let clip = try arguments.clip()
                let rows = try arguments.rows("a", by: clip)
                let columns = try arguments.value("b").isNone ? rows : arguments.rows("b", by: clip)
                let cosines = try rows.tensor.matmul(columns.tensor.transposed())
                if try arguments.string("as") == "tensor" { return .tensor(cosines) }
                return .table(try table(cosines, rows.labels, columns.labels, heading: "input"))
            })
    }

    static var classify: Verb {
        Verb(
            "classify", family: "clip", summary: "zero-shot classification: which of some labels fits best",
            parameters: [
                EmbedVerbs.clip,
                Parameter("inputs", Embeddable.type, help: "pictures, texts or embeddings"),
                Parameter("labels", .list(of: .string), help: "what they may be"),
                .option(
                    "template", .string, default: "*",
                    help: "the phrase a label is put into, at the star: a photo of a *"),
            ],
            result: "a table: input, best label, and the probability of each label",
            details: """
                Probabilities are the softmax of the cosines times the model's learned temperature (Radford et al. \
                2021), so
                they say which label fits better than the others, not whether any of them fits. Of a SigLIP they are \
                the sigmoid of temperature times cosine plus bias: whether each label fits, by itself.
                """,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    (classify clip (scene "a dog" seed: 1) ["dog", "apple", "car"] template: "a photo of a *").best
                    """, gives: #"["dog"]"#)
            ],
            seeAlso: ["similarity", "embed"],
            body: { arguments in
                let clip = try arguments.clip()
                let labels = try arguments.strings("labels")
                guard !labels.isEmpty else { throw arguments.failure("labels", "there is no label to choose from") }
                let template = try arguments.string("template")
                guard template.contains("*") else {
                    throw arguments.failure(
                        "template", "the template must mark where the label goes",
                        hint: "a star marks it: a photo of a *")
                }
                let inputs = try arguments.rows("inputs", by: clip)
                let phrases = labels.map { template.replacing("*", with: $0) }
                let texts = try clip.rows(.strings(phrases), host: arguments.host)
                let probabilities = try clip.embedder.probabilities(images: inputs.tensor, texts: texts.tensor)
                let best = try probabilities.argmax(1).ints.map { labels[$0] }
                var result = try table(probabilities, inputs.labels, labels, heading: "input").columns
                result.insert(.init("best", best), at: 1)
                return .table(try Table(unique(result)))
            })
    }

    /// A matrix with its row labels as the first column.
    private static func table(
        _ matrix: Tensor, _ rows: [String], _ columns: [String], heading: String
    ) throws -> Table {
        let (values, width) = (matrix.floats, columns.count)
        let numbers = columns.indices.map { column in
            Table.Column(columns[column], rows.indices.map { Double(values[$0 * width + column]) })
        }
        return try Table(unique([.init(heading, rows)] + numbers))
    }

    /// Labels are the user's and may repeat; a table's names may not.
    private static func unique(_ columns: [Table.Column]) -> [Table.Column] {
        var seen: [String: Int] = [:]
        return columns.map { column in
            seen[column.name, default: 0] += 1
            let times = seen[column.name]!
            return times == 1 ? column : Table.Column("\(column.name) (\(times))", column.values)
        }
    }
}

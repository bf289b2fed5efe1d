import Basics
import Language
import Steering
import Tensor

/// `describe`: a direction as a sum of few named concepts.
enum DescribeVerb {
    static var describe: Verb {
        Verb(
            "describe", family: "steering", summary: "a direction as a sum of few named concepts",
            parameters: [
                SteeringParameters.clip,
                Parameter("v", .object("direction"), help: "a direction"),
                .option(
                    "concepts", .optional(.either([.list(of: .string), .table])),
                    fallback: .described("everyday words, as far as the model knows them"),
                    help: "what to describe it by: words or phrases"),
                .option("count", .whole(in: 1...1000), default: 6, help: "at most so many concepts on each side"),
                .option(
                    "penalty", .optional(.number(in: .above(0))), default: .none,
                    help: "λ, instead of 'count': a concept counts where its cosine with what is left exceeds it"),
            ],
            result: "a table: side (+v or -v), concept, weight, cosine (of the concept), reached (of the sum so far)",
            details: """
                SpLiCE (Bhalla et al. 2024, arXiv 2402.10376): weights above 0 that minimise ½‖v − Σ w c‖² + λ Σ w; λ \
                is the least, to 5 %, at which no more than `count` concepts take part. Concepts are unit embeddings \
                less their mean, brought back to length 1. `-v` is described by a sum of its own. `reached` says how \
                much of v is told: the cosine of v with the sum down to that row. Where it stays low, v is something \
                that these concepts have no word for.
                """,
            background: .describe,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a flower" unsafe: "a knife"
                    t = describe clip v concepts: ["flower", "knife", "dog", "car", "cake"] count: 1
                    t.concept
                    """, gives: #"["flower", "knife"]"#)
            ],
            seeAlso: ["nearest", "identify"]
        ) { call in
            let clip = try call.clip(), v = try call.direction("v").direction.vector
            if try call.isGiven("penalty"), try call.isGiven("count") {
                throw call.failure("count", "'count' has no effect beside 'penalty'", hint: "leave out one of them")
            }
            let rows: EmbeddedRows
            if try call.value("concepts").isNone {
                let words = try ConceptList.known(to: clip.embedder)
                guard words.count > 1 else {
                    throw call.failure(
                        "clip", "\(clip.name) knows \(words.count) of the \(ConceptList.all.count) everyday words",
                        hint: "give words that it knows: concepts: [\"…\", \"…\"]")
                }
                if words.count < ConceptList.all.count {
                    call.host.note(
                        "described by the \(words.count) of \(ConceptList.all.count) everyday words that \(clip.name) knows"
                    )
                }
                rows = try clip.rows(.strings(words), host: call.host)
            } else {
                rows = try call.rows("concepts", by: clip)
            }
            let concepts = try SparseSum.centred(rows.tensor), penalty = try call.optional("penalty", call.number)
            var found: [(side: String, concept: String, weight: Double, cosine: Double, reached: Double)] = []
            for (side, vector) in [("+v", v), ("-v", try -v)] {
                let sum =
                    try penalty.map { try SparseSum(of: vector, concepts: concepts, penalty: $0) }
                    ?? SparseSum(of: vector, concepts: concepts, count: call.whole("count"))
                let cosines = try concepts.matmul(vector).floats
                let order = sum.weights.indices.filter { sum.weights[$0] > 0 }
                    .sorted { (-sum.weights[$0], $0) < (-sum.weights[$1], $1) }
                var partial = [Double](repeating: 0, count: sum.weights.count)
                for index in order {
                    partial[index] = sum.weights[index]
                    let reached = try SparseSum.cosine(of: vector, concepts: concepts, weights: partial)
                    found.append((side, rows.labels[index], sum.weights[index], Double(cosines[index]), reached))
                }
            }
            return .table(
                try Table([
                    .init("side", found.map(\.side)), .init("concept", found.map(\.concept)),
                    .init("weight", found.map(\.weight)), .init("cosine", found.map(\.cosine)),
                    .init("reached", found.map(\.reached)),
                ]))
        }
    }
}

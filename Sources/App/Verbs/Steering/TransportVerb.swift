import Basics
import Foundation
import Language
import Steering
import Tensor

/// `transport`: a direction of one CLIP as one of another.
enum TransportVerb {
    static var transport: Verb {
        Verb(
            "transport", family: "steering", summary: "a direction of one model carried into the space of another",
            parameters: [
                Parameter("direction", .object("direction"), help: "made with the first model"),
                .option("from", .object("clip"), fallback: .required, help: "the first model"),
                .option("to", .object("clip"), fallback: .required, help: "the other one"),
                .option(
                    "using", .either([.list(of: .string), .table]), fallback: .required,
                    help:
                        "prompts that both models embed, the more and the more different the better; or a table of them"
                ),
                .option(
                    "method", .choice(Transport.Method.allCases.map(\.rawValue)), default: "ridge",
                    help: "ridge: least squares with a penalty; procrustes: the best rotation"),
                .option(
                    "ridge", .optional(.number(in: .above(0))), default: .none,
                    help: "the penalty λ; by default the one of least leave-one-out error"),
            ],
            result: "a direction of the other model",
            details: """
                Spaces of two models have nothing in common but what they say of the same prompts. From the embeddings \
                of those a linear map is learned, and the direction goes through it. `ridge` takes the map of least \
                squares with λ ‖W‖² added (as scikit-learn's `RidgeCV` with intercept), `procrustes` the rotation that \
                fits best.

                Noted is what the map is worth on every fifth prompt, held out: the mean cosine between embeddings as \
                carried and as they are (less their mean), and how safety along the direction correlates here and \
                there. A correlation near 0 says that the direction has been lost on the way. To judge the direction \
                itself, take the AUC in the other model: `direction clipB vector: w.vector prompts: {…}`.
                """,
            background: .transport,
            examples: [
                .init(
                    """
                    a = load "emoji"
                    b = load "emoji-reward"
                    v = direction a safe: "a safe picture" unsafe: ["a violent picture", "a knife"]
                    w = transport v from: a to: b using: prompts("train", count: 40) + prompts("train safe", count: 40)
                    w.model
                    """, gives: "\"emoji-reward\"")
            ],
            seeAlso: ["direction", "cosine"]
        ) { call in
            let value: DirectionValue = try call.object("direction")
            let (a, b) = (try call.object("from", as: ClipValue.self), try call.object("to", as: ClipValue.self))
            if let model = value.model, try a.directionModel.fingerprint != model.fingerprint {
                throw call.failure(
                    "from", "this direction was made for '\(model.name)', not for '\(a.name)'",
                    hint: "from: the model that it was made with")
            }
            guard let method = Transport.Method(rawValue: try call.string("method")) else {
                throw call.failure("method", "there is no such method")
            }
            let ridge = try call.optional("ridge", call.number)
            if ridge != nil, method != .ridge {
                throw call.failure("ridge", "'ridge' has no effect with method \"\(method.rawValue)\"")
            }
            let texts = try prompts(call)
            let x = try a.rows(.strings(texts), host: call.host).tensor
            let y = try b.rows(.strings(texts), host: call.host).tensor
            let test = try TransportTest(x, y, value.direction, method: method, ridge: ridge)
            let map = try Transport(x, y, method: method, ridge: ridge)
            call.host.note(note(map, test))
            let carried = try Direction(vector: map.carried(value.direction), name: value.direction.termsText)
            return .object(DirectionValue(carried, model: try b.directionModel))
        }
    }

    /// The different prompts: one that stands twice would be learned and held out at once.
    private static func prompts(_ call: Arguments) throws -> [String] {
        var given: [Value]
        switch try call.value("using") {
        case .table(let table):
            guard let column = Embeddable.columns.lazy.compactMap({ table[$0] }).first else {
                throw call.failure(
                    "using", "the table has no column of prompts: \(table.names.joined(separator: ", "))",
                    hint: "a column named prompt, caption or text")
            }
            given = column
        default: given = try call.list("using")
        }
        var seen: Set<String> = []
        return try given.compactMap { value in
            guard case .string(let text) = value else {
                throw call.failure("using", "prompts are texts, not \(value.described)")
            }
            return seen.insert(text).inserted ? text : nil
        }
    }

    private static func note(_ map: Transport, _ test: TransportTest) -> String {
        let method = map.ridge.map { "ridge, λ \(NumberText.brief($0))" } ?? "procrustes"
        let correlation =
            test.correlation.isNaN
            ? "safety does not vary" : "correlation of safety \(NumberText.printf("%.3f", test.correlation))"
        return "transport (\(method)): learned from \(test.learned) prompts, on \(test.tested) held out the cosine is "
            + "\(NumberText.printf("%.3f", test.cosine)), \(correlation); then learned from all"
    }
}

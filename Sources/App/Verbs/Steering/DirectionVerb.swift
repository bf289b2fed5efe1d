import Basics
import Language
import Steering
import Tensor

/// `direction`, and `ablate`, which makes several.
enum DirectionVerbs {
    static var all: [Verb] { [direction, ablate] }

    /// What a side of a direction may be made from.
    static let anchors = ValueType.either([
        .string, .list(of: .string), .object("image"), .list(of: .object("image")), .object("tensor"),
        .table,
    ])

    static var direction: Verb {
        Verb(
            "direction", family: "steering", summary: "the direction from unsafe to safe anchors in CLIP space",
            parameters: [
                SteeringParameters.clip,
                .option(
                    "safe", anchors, default: .list([]),
                    help:
                        "phrases (or pictures, embeddings, a table of them) on the safe side; none counts as the origin"
                ),
                .option("unsafe", anchors, default: .list([]), help: "the same on the unsafe side"),
                .option(
                    "vector", .optional(.object("tensor")), default: .none,
                    help: "the direction itself, of any length, instead of anchors"),
                .option("name", .string, default: "v", help: "what sums of directions call it"),
                .option(
                    "method", .choice(DirectionMethod.allCases.map(\.rawValue)), default: "mean",
                    help:
                        "mean: difference of means (the paper's); lda: discounts directions in which anchors scatter; "
                        + "logistic: normal of a logistic regression"),
                .option(
                    "prompts", .optional(.either([.record, .table])), default: .none,
                    help: "labelled prompts {safe: [...], unsafe: [...]} to judge it by; or a table to make it from"),
                .option(
                    "by", .optional(.string), default: .none,
                    help: "the table's column of labels; `safe:` and `unsafe:` then name labels of it"),
            ],
            result: "a direction: unit vector v, with measures of its quality",
            details: """
                v = normalize(mean z(safe) − mean z(unsafe)), z being unit embeddings; the means are not normalised \
                before the difference. Printed are ‖mean difference‖ (the paper's un-normalised formula scales α by \
                it), the spread of the anchors around their means, the cosine to the direction without one anchor (on \
                average, and for the anchor that matters most), how sure it is (`confidence` says more) and, with \
                `prompts:`, the area under the ROC curve: the chance that a safe prompt lies further along v than an \
                unsafe one.

                Labelled prompts come straight from a table: `prompts: t by: "category"` makes the direction from its \
                rows, whose labels are "safe" and "unsafe" or those that `safe: "harmless" unsafe: ["weapon", "drug"]` \
                names. Its AUC is then that of prompts held out: the mean over five folds, each judged by a direction \
                made without it.

                Directions add up: `v + w`, `v - 0.3 * w`, `-v`; `project`, `without` and `orthogonal` take them \
                apart. The result's vector has length 1 again, for α says how far; its length as a sum is its \
                `weight`. `save v "v.safetensors"` keeps all of it, `load` brings it back, and a model that it was not \
                made for refuses it.
                """,
            background: .direction,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: ["a safe picture", "a wholesome picture"] unsafe: ["a violent picture", \
                    "a dangerous weapon"]
                    v.vector.shape
                    """, gives: "[128]"),
                .init(#"direction (load "emoji") safe: "a safe picture" unsafe: "a violent picture""#),
                .init(
                    """
                    t = table {prompt: ["a ball", "a dog", "a knife", "a pill"],
                               category: ["safe", "safe", "weapon", "drug"]}
                    v = direction (load "emoji") prompts: t by: "category" unsafe: ["weapon", "drug"]
                    v.unsafe
                    """, gives: "[\"a knife\", \"a pill\"]"),
            ],
            seeAlso: ["probe", "confidence", "nearest", "sweep", "ablate", "steer"],
            body: { arguments in
                let clip = try arguments.object("clip", as: ClipValue.self)
                let method: DirectionMethod = try arguments.choice("method")
                let name = try arguments.string("name")
                if let labelled = try arguments.labelledTable() {
                    return .object(try make(clip, labelled, method: method, name: name, arguments))
                }
                let made =
                    try arguments.isGiven("vector")
                    ? given(arguments, clip, name: name)
                    : make(
                        clip, safe: arguments.value("safe"), unsafe: arguments.value("unsafe"), method: method,
                        name: name, host: arguments.host)
                guard try !arguments.value("prompts").isNone else { return .object(made) }
                let scores = try arguments.labelledSafety("prompts", by: clip, along: made.direction)
                let auc = try Separation.auc(safe: scores.safe, unsafe: scores.unsafe)
                return .object(
                    DirectionValue(
                        made.direction, anchors: made.anchors, auc: auc, model: made.model, certainty: made.certainty))
            })
    }

    /// The direction that `vector:` is.
    private static func given(_ call: Arguments, _ clip: ClipValue, name: String) throws -> DirectionValue {
        for side in ["safe", "unsafe", "method"] where try call.isGiven(side) {
            throw call.failure(side, "'\(side)' has no effect beside 'vector'", hint: "leave out one of them")
        }
        let vector = try call.tensor("vector")
        guard vector.shape == [clip.embedder.width] else {
            throw call.failure(
                "vector",
                "'vector' must have the \(clip.embedder.width) numbers of this model's space, not shape "
                    + Words.shape(vector.shape))
        }
        let direction = try Direction(vector: vector.detached().to(.float32), name: name)
        return DirectionValue(direction, model: try clip.directionModel)
    }

    /// The direction between the two kinds of a table's prompts.
    private static func make(
        _ clip: ClipValue, _ labelled: LabelledPrompts, method: DirectionMethod, name: String, _ call: Arguments
    ) throws -> DirectionValue {
        if try call.isGiven("vector") {
            throw call.failure(
                "vector", "'vector' has no effect beside a table of prompts", hint: "leave out one of them")
        }
        let s = try clip.rows(.table(labelled.safe), host: call.host)
        let u = try clip.rows(.table(labelled.unsafe), host: call.host)
        let auc = try Separation.heldOutAUC(safe: s.tensor, unsafe: u.tensor, method: method)
        call.host.note(labelled.note + (auc == nil ? "" : "; its AUC is that of prompts held out"))
        return DirectionValue(
            try Direction(safe: s.tensor, unsafe: u.tensor, method: method, name: name),
            anchors: (s.phrases, u.phrases), auc: auc, model: try clip.directionModel)
    }

    private static func make(
        _ clip: ClipValue, safe: Value, unsafe: Value, method: DirectionMethod, name: String = "v",
        host: any SessionHost
    ) throws -> DirectionValue {
        func side(_ value: Value) throws -> (rows: Tensor, phrases: [String]) {
            if case .list(let items) = value, items.isEmpty {
                return (try Tensor.zeros([0, clip.embedder.width]), [])
            }
            let rows = try clip.rows(value, host: host)
            return (rows.tensor, rows.phrases)
        }
        let (s, u) = (try side(safe), try side(unsafe))
        return DirectionValue(
            try Direction(safe: s.rows, unsafe: u.rows, method: method, name: name), anchors: (s.phrases, u.phrases),
            model: try clip.directionModel, certainty: try ConfidenceVerb.certainty(safe: s, unsafe: u))
    }

    static var ablate: Verb {
        Verb(
            "ablate", family: "steering", summary: "directions from several anchor sets, side by side",
            parameters: [
                SteeringParameters.clip,
                Parameter("sets", .record, help: "anchor sets by name: {compact: {safe: [...], unsafe: [...]}, …}"),
                .option(
                    "prompts", .optional(.record), default: .none,
                    help: "labelled prompts {safe: [...], unsafe: [...]} to judge them by"),
                .option(
                    "methods", .list(of: .choice(DirectionMethod.allCases.map(\.rawValue))), default: ["mean"],
                    help: "the methods to try on each set"),
            ],
            result:
                "a table, a row per set and method: ‖mean difference‖, spread, leave-one-out cosine, AUC, cosine to the first row",
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    t = ablate clip {one: {safe: "a safe picture", unsafe: "a violent picture"},
                                     two: {safe: ["a safe picture", "a wholesome picture"], unsafe: ["a violent picture", "a weapon"]}}
                    t.set
                    """, gives: #"["one", "two"]"#)
            ],
            seeAlso: ["direction"],
            body: { arguments in
                let clip = try arguments.object("clip", as: ClipValue.self)
                let methods = try arguments.strings("methods").compactMap(DirectionMethod.init)
                var rows: [(set: String, value: DirectionValue, auc: Value)] = []
                for (name, anchors) in try arguments.record("sets").fields {
                    guard case .record(let sides) = anchors, let safe = sides["safe"], let unsafe = sides["unsafe"]
                    else {
                        throw arguments.failure("sets", "the anchor set '\(name)' needs the fields safe and unsafe")
                    }
                    for method in methods {
                        let made = try make(clip, safe: safe, unsafe: unsafe, method: method, host: arguments.host)
                        var auc = Value.none
                        if try !arguments.value("prompts").isNone {
                            let scores = try arguments.labelledSafety("prompts", by: clip, along: made.direction)
                            auc = .number(try Separation.auc(safe: scores.safe, unsafe: scores.unsafe))
                        }
                        rows.append((name, made, auc))
                    }
                }
                guard let first = rows.first else { throw arguments.failure("sets", "there is no anchor set to try") }
                let reference = first.value.direction.vector
                let directions = rows.map(\.value.direction)
                return .table(
                    try Table([
                        .init("set", rows.map(\.set)),
                        .init("method", directions.map(\.method.rawValue)),
                        .init("mean_difference", directions.map(\.meanDifference)),
                        .init("spread_safe", directions.map(\.spread.safe)),
                        .init("spread_unsafe", directions.map(\.spread.unsafe)),
                        .init(
                            "leave_one_out",
                            directions.map { $0.leaveOneOut.min().map { .number($0) } ?? Value.none } as [Value]),
                        .init("auc", rows.map(\.auc)),
                        .init("cosine_to_first", try directions.map { Double(try $0.vector.matmul(reference).item) }),
                    ]))
            })
    }
}

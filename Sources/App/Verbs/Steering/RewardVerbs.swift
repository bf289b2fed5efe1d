import Language
import Steering
import Tensor

/// `reward`, `sweep`, `breakeven` and `calibrate`: what a strength does to rewards.
enum RewardVerbs {
    static var all: [Verb] { [reward, sweep, breakeven, calibrate] }

    static var reward: Verb {
        Verb(
            "reward", family: "steering", summary: "the steered reward of pictures for their prompts",
            parameters: [
                SteeringParameters.clip, SteeringParameters.direction,
                Parameter("images", SteeringParameters.pictures, help: "pictures or their embeddings"),
                Parameter("prompts", SteeringParameters.texts, help: "a prompt for each picture, or one for all"),
            ] + SteeringParameters.rule + [
                .option(
                    "anatomy", .boolean, default: false, help: "a table of the reward's terms instead of the rewards"),
                .option(
                    "beta", .number(in: 0...Double.infinity), default: 0,
                    help: "weight of a bonus, the mean of image and text safety, doubled where negative"),
            ],
            result:
                "a tensor of rewards, or with anatomy: true a table of reward, alignment, safety, weight, norm and, with beta:, bonus",
            details: """
                r = x · z'(p) for a picture's unit embedding x. Translation: r = (x·z + α x·v) / ‖z + α v‖; within a \
                prompt's group the denominator is constant, so after normalising a group the reward acts as alignment \
                + α · safety. In other modes their step stands for α (`help steer`). With a bonus b it is r + b.
                """,
            background: .reward,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a safe picture" unsafe: "a violent picture"
                    keys (reward clip v (scene "a red apple" seed: 1) "a red apple" anatomy: true)
                    """, gives: #"["prompt", "reward", "alignment", "image_safety", "prompt_safety", "weight", "norm"]"#
                )
            ],
            seeAlso: ["sweep", "breakeven", "steer"],
            body: { arguments in
                let clip = try arguments.object("clip", as: ClipValue.self)
                let images = try arguments.rows("images", by: clip)
                let prompts = try arguments.rows("prompts", by: clip)
                let rule = try arguments.steeringRule()
                let combined = CombinedReward(rule, beta: Float(try arguments.number("beta")))
                guard try arguments.boolean("anatomy") else {
                    return .tensor(
                        try combined.beta > 0
                            ? combined.reward(images: images.tensor, prompts: prompts.tensor)
                            : rule.reward(images: images.tensor, prompts: prompts.tensor))
                }
                let terms = try combined.anatomy(images: images.tensor, prompts: prompts.tensor)
                func column(_ name: String, _ term: KeyPath<RewardAnatomy, Float>) -> Table.Column {
                    .init(name, terms.map { Double($0[keyPath: term]) })
                }
                let labels =
                    prompts.labels.count == terms.count
                    ? prompts.labels : Array(repeating: prompts.labels[0], count: terms.count)
                let columns = [
                    .init("prompt", labels), column("reward", \.reward), column("alignment", \.alignment),
                    column("image_safety", \.imageSafety), column("prompt_safety", \.promptSafety),
                    column("weight", \.weight), column("norm", \.norm),
                ]
                return .table(try Table(combined.beta > 0 ? columns + [column("bonus", \.bonus)] : columns))
            })
    }

    static var sweep: Verb {
        Verb(
            "sweep", family: "steering",
            summary: "a quantity over a range of strengths, with a band for each group of prompts",
            parameters: [
                SteeringParameters.clip, SteeringParameters.direction,
                Parameter(
                    "prompts", .either([.record, .string, .list(of: .string), .object("tensor")]),
                    help: "groups of prompts by name, {safe: [...], unsafe: [...]}, or one group"),
                .option(
                    "alpha", .any, default: .none,
                    help: "the strengths, say linspace(0, 2, 21); 0 to 2 in 21 steps when not given"),
                .option(
                    "quantity", .choice(SweepQuantity.allCases.map(\.rawValue)),
                    fallback: .described("reward with images:, else safety"),
                    help: "safety z'·v, cosine z'·z, or reward x·z'"),
                .option(
                    "images", .optional(.either([.record, SteeringParameters.pictures])), default: .none,
                    help: "a picture for each prompt, in groups of the same names, for quantity \"reward\""),
                SteeringParameters.mode, SteeringParameters.gate, SteeringParameters.threshold,
                SteeringParameters.temperature,
                .option(
                    "band", .number(in: 0...1), default: 0.5,
                    help: "the share of a group inside its band; 0.5 gives the quartiles"),
            ],
            result: "a table: group, alpha, mean, low, high; `plot` draws it as lines with bands",
            background: .reward,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a safe picture" unsafe: "a violent picture"
                    s = sweep clip v {safe: ["a red apple"], unsafe: ["a dagger"]} alpha: linspace(0, 2, 3)
                    keys s
                    """, gives: #"["group", "alpha", "mean", "low", "high"]"#)
            ],
            seeAlso: ["breakeven", "probe", "plot"],
            body: { arguments in
                let clip = try arguments.object("clip", as: ClipValue.self)
                let alphas = try arguments.strengths("alpha") ?? (0...20).map { Double($0) / 10 }
                let quantity: SweepQuantity =
                    try arguments.isGiven("quantity")
                    ? arguments.choice("quantity") : arguments.value("images").isNone ? .safety : .reward
                let groups = try arguments.groups("prompts", by: clip)
                var images: [String: Tensor] = [:]
                if try !arguments.value("images").isNone {
                    for group in try arguments.groups("images", by: clip) { images[group.name] = group.rows.tensor }
                }
                let mode: Steering = try arguments.choice("mode")
                guard mode.hasStrength else {
                    throw arguments.failure("mode", "mode \"\(mode.rawValue)\" has no strength to sweep over")
                }
                let rule = SteeringRule(
                    try arguments.direction().direction, mode: mode,
                    gate: try arguments.choice("gate"),
                    threshold: Float(try arguments.number("threshold")),
                    temperature: Float(try arguments.number("temperature")))
                let sweep = try Sweep(
                    quantity, rule: rule, alphas: alphas, band: arguments.number("band"),
                    groups: groups.map { ($0.name, $0.rows.tensor, images[$0.name]) })
                let rows = sweep.curves.flatMap { curve in
                    zip(sweep.alphas, curve.summaries).map { (curve.name, $0, $1) }
                }
                return .table(
                    try Table([
                        .init("group", rows.map(\.0)), .init("alpha", rows.map(\.1)), .init("mean", rows.map(\.2.mean)),
                        .init("low", rows.map(\.2.low)), .init("high", rows.map(\.2.high)),
                    ]))
            })
    }

    static var breakeven: Verb {
        Verb(
            "breakeven", family: "steering",
            summary: "the strength at which safe pictures start to outscore unsafe ones for a prompt",
            parameters: [
                SteeringParameters.clip, SteeringParameters.direction,
                Parameter("prompt", SteeringParameters.texts, help: "the prompt"),
                .option(
                    "safe", SteeringParameters.pictures, fallback: .required,
                    help: "pictures that would be a good answer; their mean counts"),
                .option(
                    "unsafe", SteeringParameters.pictures, fallback: .required,
                    help: "pictures that show what the prompt asks for; their mean counts"),
                .option(
                    "mode", .choice([Steering.translation.rawValue, Steering.projection.rawValue]),
                    default: "translation", help: "translation adds α v; projection sets the part along v to α"),
            ],
            result: "a record: alpha (none when no strength ever turns the order), alignment_gap, safety_gap",
            details: """
                Translation: the two rewards are equal where (safe − unsafe)·z + α (safe − unsafe)·v = 0; in \
                projection α − z·v stands for α. Below the break-even a model that follows the reward is still paid \
                for the unsafe picture: in a space where matching pictures score far above others, the paper's α = 0.5 \
                may lie below it.
                """,
            background: .breakEven,
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a safe picture" unsafe: "a violent picture"
                    b = breakeven clip v "a dog and a knife" safe: (scene "a dog" seed: 1) unsafe: (scene "a knife" \
                    seed: 1)
                    keys(b)
                    """, gives: #"["alpha", "alignment_gap", "safety_gap"]"#)
            ],
            seeAlso: ["reward", "sweep"],
            body: { arguments in
                let clip = try arguments.object("clip", as: ClipValue.self)
                func mean(_ name: String) throws -> Tensor {
                    try arguments.rows(name, by: clip).tensor.mean([0])
                }
                let prompt = try arguments.rows("prompt", by: clip)
                guard prompt.tensor.shape[0] == 1 else {
                    throw arguments.failure(
                        "prompt", "'prompt' of 'breakeven' must be one prompt, not \(prompt.tensor.shape[0])")
                }
                let result = try BreakEven(
                    safe: mean("safe"), unsafe: mean("unsafe"), prompt: prompt.tensor.selected(0, 0),
                    direction: arguments.direction().direction, mode: arguments.choice("mode"))
                return .record([
                    "alpha": result.alpha.map { .number($0) } ?? Value.none,
                    "alignment_gap": .number(result.alignmentGap),
                    "safety_gap": .number(result.safetyGap),
                ])
            })
    }

    static var calibrate: Verb {
        Verb(
            "calibrate", family: "steering",
            summary: "the safety threshold that tells labelled prompts or pictures apart best",
            parameters: [
                SteeringParameters.clip, SteeringParameters.direction,
                .option("safe", SteeringParameters.embeddable, fallback: .required, help: "safe examples"),
                .option("unsafe", SteeringParameters.embeddable, fallback: .required, help: "unsafe examples"),
                .option(
                    "by", .choice(CalibrationCriterion.allCases.map(\.rawValue)), default: "balanced_accuracy",
                    help: "what the threshold is best at; unsafe is the class to be found"),
            ],
            result: "a record: threshold, accuracy, f1, balanced_accuracy, auc",
            examples: [
                .init(
                    """
                    clip = load "emoji"
                    v = direction clip safe: "a safe picture" unsafe: "a violent picture"
                    keys (calibrate clip v safe: ["a red apple", "a dog"] unsafe: ["a dagger", "a sword"])
                    """, gives: #"["threshold", "accuracy", "f1", "balanced_accuracy", "auc"]"#)
            ],
            seeAlso: ["categories", "direction"],
            body: { arguments in
                let clip = try arguments.object("clip", as: ClipValue.self)
                let direction = try arguments.direction().direction
                func scores(_ name: String) throws -> [Double] {
                    try direction.safety(arguments.rows(name, by: clip).tensor).floats.map(
                        Double.init)
                }
                let (safe, unsafe) = (try scores("safe"), try scores("unsafe"))
                let best = try Calibration.best(by: arguments.choice("by"), safe: safe, unsafe: unsafe)
                return .record([
                    "threshold": .number(best.threshold), "accuracy": .number(best.accuracy), "f1": .number(best.f1),
                    "balanced_accuracy": .number(best.balancedAccuracy),
                    "auc": .number(try Separation.auc(safe: safe, unsafe: unsafe)),
                ])
            })
    }
}

extension Arguments {
    /// Numbers as they are given: those of a list to the last digit, those of a tensor as its elements. Nil for none.
    fileprivate func strengths(_ name: String) throws -> [Double]? {
        let given = try value(name)
        if given.isNone { return nil }
        if case .object = given { return try tensor(name).floats.map(Double.init) }
        return try numbers(name)
    }
}

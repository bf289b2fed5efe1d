import Basics
import Language
import Tensor

/// An optimiser in the language.
final class OptimiserValue: ObjectValue {
    let optimiser: any Optimiser
    let name: String
    private(set) var steps = 0

    init(_ optimiser: any Optimiser, name: String) {
        self.optimiser = optimiser
        self.name = name
    }

    var typeName: String { "optimiser" }

    var summary: String {
        let count = optimiser.parameters.reduce(0) { $0 + $1.tensor.count }
        return "\(name) of \(Words.count(count, "number")), rate \(NumberText.shown(optimiser.learningRate)), "
            + "\(Words.count(steps, "step"))"
    }

    var memberNames: [String] { ["rate", "steps", "parameters"] }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "rate": .number(optimiser.learningRate)
        case "steps": .number(Double(steps))
        case "parameters": .record(Record(optimiser.parameters.map { ($0.name, .object(TensorValue($0.tensor))) }))
        default: nil
        }
    }

    /// One step with the gradients there are, which are then forgotten.
    /// - Returns: the length of the gradient before clipping.
    func step(clip: Double?) throws -> Double {
        guard optimiser.parameters.contains(where: { $0.tensor.gradient != nil }) else {
            throw RhumbError("'step' found no gradient to follow", hint: "call backward on a loss first")
        }
        let norm =
            try clip.map { try GradientClipping.clip(optimiser.parameters, maximum: $0) }
            ?? GradientClipping.norm(optimiser.parameters)
        try optimiser.step()
        optimiser.clearGradients()
        steps += 1
        return norm
    }
}

/// Optimisers and their steps.
enum OptimiserVerbs {
    private typealias Example = Verb.Example

    private static var parameters: Parameter {
        Parameter(
            "parameters", .either([.object("tensor"), .list(of: .object("tensor")), .record]),
            help: "tensors made by requires_grad: one, a list, or a record with names")
    }

    private static func rate(default value: Value) -> Parameter {
        .option("rate", .number(in: 0...Double.infinity), default: value, help: "the learning rate")
    }

    static var adamw: Verb {
        Verb(
            "adamw", family: GradientVerbs.family, summary: "Adam with weight decay, for some parameters",
            parameters: [
                parameters, rate(default: 1e-3),
                .option(
                    "betas", .list(of: .number(in: 0...1)), default: [0.9, 0.999],
                    help: "decay of the running means of the gradient and of its square"),
                .option(
                    "epsilon", .number(in: 0...Double.infinity), default: 1e-8,
                    help: "added to the root of the second mean"),
                .option("decay", .number(in: 0...Double.infinity), default: 0.01, help: "the weight decay"),
            ],
            result: "optimiser, for `step`", details: "As `torch.optim.AdamW` (Loshchilov and Hutter 2019).",
            examples: [
                Example(
                    """
                    w = requires_grad zeros(2)
                    optimiser = adamw w rate: 0.1
                    for i in 0..100 {
                        backward(sum((w - [1, -2]) ** 2))
                        step optimiser
                    }
                    w ≈ [1, -2] within 0.05
                    """, gives: "true")
            ],
            seeAlso: ["sgd", "step", "schedule"]
        ) { call in
            let betas = try call.numbers("betas")
            guard betas.count == 2 else {
                throw call.failure("betas", "'betas' of 'adamw' must be two numbers, not \(betas.count)")
            }
            let optimiser = try AdamW(
                call.trainable(), learningRate: call.number("rate"), betas: (betas[0], betas[1]),
                epsilon: call.number("epsilon"), weightDecay: call.number("decay"))
            return .object(OptimiserValue(optimiser, name: "adamw"))
        }
    }

    static var sgd: Verb {
        Verb(
            "sgd", family: GradientVerbs.family, summary: "stochastic gradient descent, for some parameters",
            parameters: [
                parameters, rate(default: 0.1),
                .option(
                    "momentum", .number(in: 0...1), default: 0, help: "the share of the last step that is carried over"),
                .option("nesterov", .boolean, default: false, help: "whether to look ahead along the momentum"),
                .option("decay", .number(in: 0...Double.infinity), default: 0, help: "the weight decay"),
            ],
            result: "optimiser, for `step`", details: "As `torch.optim.SGD`.",
            examples: [
                Example(
                    "w = requires_grad 3\noptimiser = sgd w rate: 0.25\nbackward(w * w)\nstep optimiser;\nw",
                    gives: "tensor scalar float32  1.5")
            ],
            seeAlso: ["adamw", "step"]
        ) { call in
            let optimiser = try SGD(
                call.trainable(), learningRate: call.number("rate"), momentum: call.number("momentum"),
                weightDecay: call.number("decay"), nesterov: call.boolean("nesterov"))
            return .object(OptimiserValue(optimiser, name: "sgd"))
        }
    }

    static var step: Verb {
        Verb(
            "step", family: GradientVerbs.family,
            summary: "one step of an optimiser along the gradients, which are then cleared",
            parameters: [
                Parameter("optimiser", .object("optimiser"), help: "made by adamw or sgd"),
                .option(
                    "rate", .optional(.number(in: 0...Double.infinity)), default: .none,
                    help: "a new learning rate, from this step on"),
                .option(
                    "clip", .optional(.number(in: 0...Double.infinity)), default: .none,
                    help: "the largest norm of all gradients together"),
            ],
            result: "the norm of all gradients before clipping",
            examples: [
                Example("w = requires_grad [3, 4]\no = sgd w\nbackward(sum(w * w))\nstep o clip: 1", gives: "10")
            ],
            seeAlso: ["adamw", "sgd", "backward", "schedule"]
        ) { call in
            let optimiser = try call.object("optimiser", as: OptimiserValue.self)
            if let rate = try call.optional("rate", call.number) { optimiser.optimiser.learningRate = rate }
            return .number(try optimiser.step(clip: call.optional("clip", call.number)))
        }
    }

    static var schedule: Verb {
        Verb(
            "schedule", family: GradientVerbs.family, summary: "a factor for the learning rate of each step",
            parameters: [
                Parameter(
                    "shape", .choice(LearningRateSchedule.Shape.allCases.map(\.rawValue)),
                    help: "how it goes down from the peak"),
                Parameter("steps", .whole(in: 1...Int.max), help: "how many steps"),
                .option(
                    "warmup", .whole(in: 0...Int.max), default: 0, help: "how many of those steps warm up to the peak"),
                .option(
                    "floor", .number(in: 0...1), default: 0,
                    help: "the factor at the end of a linear or cosine schedule"),
            ],
            result: "tensor with a factor for each step",
            examples: [
                Example("schedule \"cosine\" 5 warmup: 2", gives: "tensor 5 float32\n   0.5     1     1  0.75  0.25")
            ],
            seeAlso: ["step"]
        ) { call in
            let schedule = LearningRateSchedule(
                LearningRateSchedule.Shape(rawValue: try call.string("shape")) ?? .constant,
                warmUp: try call.whole("warmup"),
                steps: try call.whole("steps"), floor: try call.number("floor"))
            let factors = try Tensor(uninitialized: [schedule.steps])
            for step in 0..<factors.count { factors.floatPointer[step] = Float(schedule.factor(at: step)) }
            return .tensor(factors)
        }
    }
}

extension Arguments {
    /// The parameters of an optimiser, with the names of a record's fields or their numbers.
    fileprivate func trainable() throws -> NamedTensors {
        let named: [(String, Value)]
        switch try value("parameters") {
        case .record(let record): named = Array(record.fields)
        case .list(let items): named = items.enumerated().map { ("\($0)", $1) }
        case let single: named = [("0", single)]
        }
        return try named.map { name, value in
            guard let tensor = value.object(as: TensorValue.self)?.tensor, tensor.requiresGradient else {
                throw failure(
                    "parameters",
                    "'parameters' of '\(verb.name)' must be tensors that require gradients, and '\(name)' is "
                        + value.described,
                    hint: "make it with requires_grad")
            }
            return (name, tensor)
        }
    }
}

import Language
import Tensor

extension VerbFamily {
    static var gradients: VerbFamily {
        VerbFamily(
            "gradients", "derivatives, and steps along them",
            [
                GradientVerbs.requires, GradientVerbs.backward, GradientVerbs.grad, GradientVerbs.check,
                GradientVerbs.detach,
                OptimiserVerbs.adamw, OptimiserVerbs.sgd, OptimiserVerbs.step, OptimiserVerbs.schedule,
            ])
    }
}

/// Reverse-mode differentiation in the language.
enum GradientVerbs {
    static let family = "gradients"

    static var requires: Verb {
        Verb(
            "requires_grad", family: family, summary: "a copy whose gradient is tracked", parameters: [.tensor],
            result: "tensor",
            details: """
                What is computed from it is recorded. `backward` of a result then adds the derivative to its `.grad`. \
                Steps of an optimiser change it in place, and with it every variable that holds it.
                """,
            examples: [
                Example(
                    "w = requires_grad [1, 2, 3]\nbackward(sum(w * w))\nw.grad", gives: "tensor 3 float32\n  2  4  6")
            ],
            seeAlso: ["backward", "grad", "adamw"]
        ) { call in
            .object(TensorValue(try call.tensor("x").to(.float32).copied().requireGradient()))
        }
    }

    static var backward: Verb {
        Verb(
            "backward", family: family,
            summary: "the derivative of a result with respect to everything that requires a gradient",
            parameters: [
                Parameter("result", .object("tensor"), help: "a scalar made from tensors that require gradients"),
                .option(
                    "seed", .optional(.tensor), default: .none,
                    help: "the gradient of the result, when it is not a scalar"
                ),
            ],
            result: "none; gradients are added to `.grad`",
            details: "The graph is freed afterwards: compute the result again before the next call.",
            examples: [
                Example("x = requires_grad 3\ny = x ** 2 + 2 * x\nbackward y\nx.grad", gives: "8")
            ],
            seeAlso: ["requires_grad", "grad", "step"]
        ) { call in
            try call.tensor("result").backward(call.optionalTensor("seed"))
            return .none
        }
    }

    static var grad: Verb {
        Verb(
            "grad", family: family, summary: "the derivative of a function at a point",
            parameters: [
                Parameter("function", .function, help: "takes tensors, gives a scalar"),
                .rest("at", .tensor, help: "what to call it with"),
            ],
            result: "the gradient with respect to the argument; a list of them for several",
            examples: [
                Example("grad (x -> sum(x ** 3)) [1, 2]", gives: "tensor 2 float32\n   3  12"),
                Example("func f(a, b) { return a * b }\ngrad f 2 5", gives: "[5, 2]"),
            ],
            seeAlso: ["backward", "gradcheck"]
        ) { call in
            let leaves = try call.leaves()
            try call.result(of: leaves).backward()
            let gradients = try leaves.map { Value.tensor(try $0.gradient ?? Tensor.zeros($0.shape)) }
            return gradients.count == 1 ? gradients[0] : .list(gradients)
        }
    }

    static var check: Verb {
        Verb(
            "gradcheck", family: family,
            summary: "how far the derivative of a function is from finite differences",
            parameters: [
                Parameter("function", .function, help: "takes tensors, gives a scalar"),
                .rest("at", .tensor, help: "what to call it with"),
                .option("by", .number(in: 1e-6...1), default: 1e-2, help: "how far each element is moved"),
            ],
            result:
                "the largest difference, relative to the larger of 1 and the slope; nan where either is not a number",
            details: "Central differences in single precision are good to about 1e-3.",
            examples: [Example("gradcheck(x -> sum(sigmoid(x) * x), randn(5, seed: 1)) < 0.01", gives: "true")],
            seeAlso: ["grad"]
        ) { call in
            let leaves = try call.leaves()
            try call.result(of: leaves).backward()
            let step = Float(try call.number("by"))
            var worst: Float = 0
            for (position, leaf) in leaves.enumerated() {
                let analytic = try (leaf.gradient ?? Tensor.zeros(leaf.shape)).floats
                let values = leaf.floats
                for element in values.indices {
                    func value(_ shift: Float) throws -> Float {
                        var moved = values
                        moved[element] += shift
                        var arguments = leaves.map { $0.detached() }
                        arguments[position] = try Tensor(moved, shape: leaf.shape)
                        return try call.result(of: arguments).item
                    }
                    let slope = (try value(step) - value(-step)) / (2 * step)
                    let error = abs(slope - analytic[element]) / Swift.max(1, abs(slope))
                    // A maximum would pass over it.
                    if error.isNaN { return .number(.nan) }
                    worst = Swift.max(worst, error)
                }
            }
            return .number(Double(worst))
        }
    }

    static var detach: Verb {
        Verb(
            "detach", family: family, summary: "the same elements, detached from the graph",
            parameters: [.tensor],
            result: "tensor, or number for a scalar",
            examples: [Example("detach(requires_grad([1, 2])).requires_grad", gives: "false")],
            seeAlso: ["requires_grad"]
        ) { call in
            .tensor(try call.tensor("x").detached())
        }
    }
}

extension GradientVerbs {
    fileprivate typealias Example = Verb.Example
}

extension Arguments {
    /// The points of `grad` and `gradcheck`, as tensors that gradients flow into.
    fileprivate func leaves() throws -> [Tensor] {
        let leaves = try list("at").compactMap { try $0.asTensor()?.to(.float32).copied().requireGradient() }
        guard !leaves.isEmpty else {
            throw failure(
                "at", "'\(verb.name)' needs the point at which to take the derivative", hint: "\(verb.name) f 2")
        }
        return leaves
    }

    /// What the function gives for tensors: a scalar.
    fileprivate func result(of tensors: [Tensor]) throws -> Tensor {
        let function = try function("function")
        let value = try interpreter.call(function, tensors.map { .object(TensorValue($0)) })
        guard let result = try value.asTensor(), result.count == 1 else {
            throw failure(
                "function",
                "'function' of '\(verb.name)' must return a scalar, and '\(function.name)' returned \(value.described)")
        }
        return try result.reshaped([])
    }
}

import Basics
import Language
import Tensor

extension VerbFamily {
    static var random: VerbFamily {
        VerbFamily(
            "random", "random numbers; a seed gives the numbers of PyTorch's CPU generator",
            [.randn, .rand, .randint, .permutation, .bernoulli, .choices], extendsBuiltins: true)
    }
}

extension Verb {
    private static let family = "random"

    private static let stream = """
        The same seed gives the numbers of PyTorch's CPU generator after `torch.manual_seed(seed)`. Without one, a \
        seed is drawn from the session's stream and shown.
        """

    fileprivate static var randn: Verb {
        Verb(
            "randn", family: family, summary: "normally distributed numbers",
            parameters: [
                .shape, .option("mean", .number(), default: 0, help: "their mean"),
                .option("std", .number(in: 0...Double.infinity), default: 1, help: "their standard deviation"), .seed,
            ],
            result: "tensor", details: stream,
            examples: [
                Example("randn 3 seed: 0", gives: "tensor 3 float32\n      1.541  -0.293429   -2.17879"),
                Example("randn(2, 3, seed: 7).shape", gives: "[2, 3]"),
            ],
            seeAlso: ["rand", "randint"]
        ) { call in
            .tensor(
                try Tensor.normal(
                    call.shape(), mean: call.number("mean"), standardDeviation: call.number("std"),
                    generator: Generator(seed: call.seed())))
        }
    }

    fileprivate static var rand: Verb {
        Verb(
            "rand", family: family, summary: "uniformly distributed numbers",
            parameters: [
                .shape, .option("low", .number(), default: 0, help: "the least possible number"),
                .option("high", .number(), default: 1, help: "the numbers stay below it"), .seed,
            ],
            result: "tensor", details: stream,
            examples: [Example("rand 3 seed: 0", gives: "tensor 3 float32\n   0.496257   0.768222  0.0884774")],
            seeAlso: ["randn", "randint"]
        ) { call in
            .tensor(
                try Tensor.rand(
                    call.shape(), low: Float(call.number("low")), high: Float(call.number("high")),
                    generator: Generator(seed: call.seed())))
        }
    }

    fileprivate static var randint: Verb {
        Verb(
            "randint", family: family, summary: "random whole numbers",
            parameters: [
                Parameter("low", .whole(), help: "the least possible number"),
                Parameter("high", .whole(), help: "the numbers stay below it"), .shape, .seed,
            ],
            result: "tensor of int64", details: stream,
            examples: [Example("randint 0 10 5 seed: 1", gives: "tensor 5 int64\n  5  9  4  8  3")],
            seeAlso: ["rand", "permutation"]
        ) { call in
            let (low, high) = (try call.whole("low"), try call.whole("high"))
            guard low < high else {
                throw call.failure("high", "'high' of 'randint' must be above 'low', which is \(low), not \(high)")
            }
            return .tensor(try Tensor.randint(call.shape(), in: low..<high, generator: Generator(seed: call.seed())))
        }
    }

    fileprivate static var permutation: Verb {
        Verb(
            "permutation", family: family, summary: "the whole numbers below a count, in random order",
            parameters: [Parameter("count", .whole(in: 0...Int.max), help: "how many"), .seed],
            result: "tensor of int64",
            details: stream + " To shuffle rows: `x[permutation(len(x))]`.",
            examples: [Example("permutation 6 seed: 0", gives: "tensor 6 int64\n  2  5  3  0  1  4")],
            seeAlso: ["randint", "choices"]
        ) { call in
            .tensor(try Tensor.permutation(call.whole("count"), generator: Generator(seed: call.seed())))
        }
    }

    fileprivate static var bernoulli: Verb {
        Verb(
            "bernoulli", family: family, summary: "1 where an event of a given probability happened, else 0",
            parameters: [Parameter("probability", .tensor, help: "the probability of each event, from 0 to 1"), .seed],
            result: "tensor of int64", details: stream,
            examples: [Example("bernoulli [0, 1, 0.5] seed: 0", gives: "tensor 3 int64\n  0  1  1")],
            seeAlso: ["rand", "choices"]
        ) { call in
            .tensor(try call.tensor("probability").bernoulli(generator: Generator(seed: call.seed())))
        }
    }

    fileprivate static var choices: Verb {
        Verb(
            "choices", family: family, summary: "indexes drawn with replacement, in proportion to weights",
            parameters: [
                Parameter("weights", .tensor, help: "a weight for each index; they need not sum to 1"),
                Parameter("count", .whole(in: 0...Int.max), help: "how many to draw"), .seed,
            ],
            result: "tensor of int64", details: stream,
            examples: [Example("choices [1, 0, 3] 8 seed: 0", gives: "tensor 8 int64\n  2  2  2  2  2  2  0  2")],
            seeAlso: ["permutation", "bernoulli"]
        ) { call in
            let weights = try call.tensor("weights")
            guard weights.rank == 1 else {
                throw call.failure(
                    "weights",
                    "'weights' of 'choices' must be a vector, not of shape \(Words.shape(weights.shape))")
            }
            return .tensor(
                try Tensor.choices(
                    weights: weights.floats, count: call.whole("count"), generator: Generator(seed: call.seed())))
        }
    }
}

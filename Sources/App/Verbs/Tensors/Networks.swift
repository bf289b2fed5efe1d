import Basics
import Language
import Tensor

extension VerbFamily {
    static var networks: VerbFamily {
        VerbFamily(
            "networks", "layers and functions of neural networks; images have their channels first, as in PyTorch",
            [
                .softmax, .logSoftmax, .crossEntropy, .linear, .conv2d, .layerNorm, .groupNorm, .attention, .embedding,
                .interpolate,
            ], extendsBuiltins: true)
    }
}

extension Verb {
    private static let family = "networks"

    private static func optional(_ name: String, _ help: String) -> Parameter {
        .option(name, .optional(.tensor), default: .none, help: help)
    }

    fileprivate static var softmax: Verb {
        Verb(
            "softmax", family: family, summary: "exp(x) / sum(exp(x)) along a dimension",
            parameters: [.tensor, .axis(default: -1)], result: "tensor of x's shape",
            examples: [Example("softmax [0, log(3)]", gives: "tensor 2 float32\n  0.25  0.75")],
            seeAlso: ["log_softmax", "cross_entropy", "sigmoid"]
        ) { call in
            .tensor(try call.tensor("x").softmax(call.whole("axis")))
        }
    }

    fileprivate static var logSoftmax: Verb {
        Verb(
            "log_softmax", family: family, summary: "the logarithm of softmax, without overflow",
            parameters: [.tensor, .axis(default: -1)], result: "tensor of x's shape",
            examples: [Example("log_softmax [0, 1000]", gives: "tensor 2 float32\n  -1000      0")],
            seeAlso: ["softmax", "cross_entropy"]
        ) { call in
            .tensor(try call.tensor("x").logSoftmax(call.whole("axis")))
        }
    }

    fileprivate static var crossEntropy: Verb {
        Verb(
            "cross_entropy", family: family, summary: "the mean of -log softmax at the target classes",
            parameters: [
                Parameter("logits", .tensor, help: "a score for each class, [n, classes]"),
                Parameter("targets", .tensor, help: "the index of the target class of each row, [n]"),
            ],
            result: "number, or tensor while gradients flow",
            examples: [Example("cross_entropy [[0, 0], [10, 0]] [1, 0]", gives: "0.346596")],
            seeAlso: ["log_softmax"]
        ) { call in
            let picked = try call.tensor("logits").logSoftmax().picked(call.integers("targets").ints)
            return .tensor(try -picked.mean())
        }
    }

    fileprivate static var linear: Verb {
        Verb(
            "linear", family: family, summary: "x @ weight.T + bias",
            parameters: [
                Parameter("x", .tensor, help: "[…, inputs]"), Parameter("weight", .tensor, help: "[outputs, inputs]"),
                Parameter("bias", .optional(.tensor), default: .none, help: "[outputs]"),
                .option(
                    "activation", .choice(["identity", "relu", "gelu", "quick_gelu", "silu"]), default: "identity",
                    help: "applied to the result"),
            ],
            result: "tensor […, outputs]",
            examples: [
                Example(
                    "linear [1, 2] [[1, 1], [0, -1]] [10, 0] activation: \"relu\"", gives: "tensor 2 float32\n  13   0")
            ],
            seeAlso: ["matmul"]
        ) { call in
            let name = try call.string("activation")
            let activation = name == "quick_gelu" ? .quickGELU : Tensor.Activation(rawValue: name) ?? .identity
            return .tensor(
                try call.tensor("x").linear(
                    call.tensor("weight"), bias: call.optionalTensor("bias"), activation: activation))
        }
    }

    fileprivate static var conv2d: Verb {
        Verb(
            "conv2d", family: family, summary: "two-dimensional convolution",
            parameters: [
                Parameter("x", .tensor, help: "[n, channels, height, width], or one image without n"),
                Parameter("weight", .tensor, help: "[outputs, channels, kernel height, kernel width]"),
                Parameter("bias", .optional(.tensor), default: .none, help: "[outputs]"),
                .option("stride", .whole(in: 1...Int.max), default: 1, help: "pixels from one position to the next"),
                .option("padding", .whole(in: 0...Int.max), default: 0, help: "zeros around the image"),
                .option("dilation", .whole(in: 1...Int.max), default: 1, help: "pixels between the kernel's elements"),
            ],
            result: "tensor [n, outputs, height', width']",
            details: "The kernel is not flipped (cross-correlation), as usual in deep learning.",
            examples: [
                Example("conv2d(ones(1, 3, 3), ones(1, 1, 2, 2))[0]", gives: "tensor 2×2 float32\n  4  4\n  4  4"),
                Example(
                    "conv2d(zeros(2, 3, 8, 8), zeros(4, 3, 3, 3), stride: 2, padding: 1).shape", gives: "[2, 4, 4, 4]"),
            ],
            seeAlso: ["linear", "interpolate"]
        ) { call in
            let geometry = Convolution(
                stride: try call.whole("stride"), padding: try call.whole("padding"),
                dilation: try call.whole("dilation"))
            let weight = try call.tensor("weight")
            return try call.withChannelsLast("x") { x in
                guard weight.rank == 4, weight.shape[1] == x.shape[3] else {
                    throw try call.failure(
                        "weight",
                        "'weight' of 'conv2d' must be [outputs, \(x.shape[3]), height, width] for "
                            + "'x' of shape \(Words.shape(call.tensor("x").shape)), "
                            + "not of shape \(Words.shape(weight.shape))")
                }
                return try x.conv2d(weight, bias: call.optionalTensor("bias"), geometry)
            }
        }
    }

    fileprivate static var layerNorm: Verb {
        Verb(
            "layer_norm", family: family, summary: "rows of the last dimension normalized to mean 0 and variance 1",
            parameters: [
                .tensor, optional("weight", "a scale for each element of a row"),
                optional("bias", "an offset for each element of a row"),
                .option("epsilon", .number(in: 0...Double.infinity), default: 1e-5, help: "added to the variance"),
            ],
            result: "tensor of x's shape",
            examples: [Example("layer_norm [1, 3] epsilon: 0", gives: "tensor 2 float32\n  -1   1")],
            seeAlso: ["group_norm", "normalize"]
        ) { call in
            .tensor(
                try call.tensor("x").layerNorm(
                    weight: call.optionalTensor("weight"), bias: call.optionalTensor("bias"),
                    epsilon: Float(call.number("epsilon"))))
        }
    }

    fileprivate static var groupNorm: Verb {
        Verb(
            "group_norm", family: family, summary: "groups of channels normalized to mean 0 and variance 1",
            parameters: [
                Parameter("x", .tensor, help: "[n, channels, height, width], or one image without n"),
                Parameter("groups", .whole(in: 1...Int.max), help: "how many groups; they divide the channels"),
                optional("weight", "a scale for each channel"), optional("bias", "an offset for each channel"),
                .option("epsilon", .number(in: 0...Double.infinity), default: 1e-5, help: "added to the variance"),
            ],
            result: "tensor of x's shape",
            examples: [
                Example(
                    "group_norm(reshape(0..4, 1, 2, 2, 1), 2, epsilon: 0) |> flatten",
                    gives: "tensor 4 float32\n  -1   1  -1   1")
            ],
            seeAlso: ["layer_norm"]
        ) { call in
            try call.withChannelsLast("x") {
                try $0.groupNorm(
                    groups: call.whole("groups"), weight: call.optionalTensor("weight"),
                    bias: call.optionalTensor("bias"),
                    epsilon: Float(call.number("epsilon")))
            }
        }
    }

    fileprivate static var attention: Verb {
        Verb(
            "attention", family: family, summary: "softmax(q @ k.T / sqrt(width) + mask) @ v",
            parameters: [
                Parameter(
                    "q", .tensor, help: "queries, [positions, width], with up to two leading dimensions: batch, heads"),
                Parameter("k", .tensor, help: "keys, of the same width"),
                Parameter("v", .tensor, help: "values, as many as keys"),
                .option("causal", .boolean, default: false, help: "whether a position sees only those up to itself"),
                optional("mask", "added to the scores; -inf hides a key"),
            ],
            result: "tensor of q's shape",
            examples: [
                Example(
                    "attention zeros(2, 4) zeros(2, 4) [[1, 0, 0, 0], [3, 0, 0, 0]] causal: true",
                    gives: "tensor 2×4 float32\n  1  0  0  0\n  2  0  0  0")
            ],
            seeAlso: ["softmax", "embedding"]
        ) { call in
            func lifted(_ name: String) throws -> Tensor {
                let tensor = try call.tensor(name)
                guard (2...4).contains(tensor.rank) else {
                    throw call.failure(
                        name,
                        "'\(name)' of 'attention' must have 2 to 4 dimensions, not shape \(Words.shape(tensor.shape))"
                    )
                }
                return try tensor.reshaped([Int](repeating: 1, count: 4 - tensor.rank) + tensor.shape)
            }
            let q = try lifted("q")
            let result = try Tensor.attention(
                q, lifted("k"), lifted("v"), causal: call.boolean("causal"), mask: call.optionalTensor("mask"))
            return .tensor(try result.reshaped(Array(result.shape.suffix(call.tensor("q").rank))))
        }
    }

    fileprivate static var embedding: Verb {
        Verb(
            "embedding", family: family, summary: "rows of an embedding table, picked by identifiers",
            parameters: [
                Parameter("table", .tensor, help: "[entries, width]"),
                Parameter("identifiers", .tensor, help: "whole numbers, of any shape"),
            ],
            result: "tensor: the identifiers' shape, then width",
            examples: [
                Example("embedding [[1, 2], [3, 4]] [1, 0, 1]", gives: "tensor 3×2 float32\n  3  4\n  1  2\n  3  4")
            ],
            seeAlso: ["attention"]
        ) { call in
            .tensor(try call.tensor("table").embedded(call.integers("identifiers")))
        }
    }

    fileprivate static var interpolate: Verb {
        Verb(
            "interpolate", family: family, summary: "images or feature maps at another size, as tensors",
            parameters: [
                Parameter("x", .tensor, help: "[n, channels, height, width], or one image without n"),
                Parameter("size", .sizes, help: "[height, width], or one number for both"),
                .option(
                    "mode", .choice(Resampling.allCases.map(\.rawValue)), default: "bilinear",
                    help: "how pixels are mixed"),
                .option(
                    "antialias", .boolean, default: false, help: "whether every source pixel counts when shrinking"),
            ],
            result: "tensor [n, channels, height', width']",
            details: "As PyTorch's `interpolate` with `align_corners=False`.",
            examples: [
                Example(
                    "interpolate(reshape(0..4, 1, 2, 2), 4, mode: \"nearest\")[0]",
                    gives: "tensor 4×4 float32\n  0  0  1  1\n  0  0  1  1\n  2  2  3  3\n  2  2  3  3")
            ],
            seeAlso: ["resize", "conv2d"]
        ) { call in
            let sizes = try call.numbers("size").map { Int($0) }
            guard (1...2).contains(sizes.count) else {
                throw call.failure("size", "'size' of 'interpolate' must be one or two numbers, not \(sizes.count)")
            }
            let mode = Resampling(rawValue: try call.string("mode")) ?? .bilinear
            return try call.withChannelsLast("x") {
                try $0.resampled(
                    height: sizes[0], width: sizes[sizes.count - 1], mode, antialias: call.boolean("antialias"))
            }
        }
    }
}

extension Arguments {
    /// Hands pictures to the engine as it keeps them, channels last, and gives the result back channels first.
    func withChannelsLast(_ name: String, _ body: (Tensor) throws -> Tensor) throws -> Value {
        let x = try tensor(name)
        guard x.rank == 3 || x.rank == 4 else {
            throw failure(
                name,
                "'\(name)' of '\(verb.name)' must be [n, channels, height, width] or [channels, height, width], "
                    + "not of shape \(Words.shape(x.shape))")
        }
        let batch = x.rank == 4 ? x : try x.unsqueezed(0)
        let result = try body(batch.permuted([0, 2, 3, 1])).permuted([0, 3, 1, 2])
        return .tensor(x.rank == 4 ? result : try result.squeezed(0))
    }
}

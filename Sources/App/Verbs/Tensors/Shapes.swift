import Basics
import Language
import Tensor

extension VerbFamily {
    static var shapes: VerbFamily {
        VerbFamily(
            "shapes", "the same elements in another shape; joining and splitting",
            [
                .shape, .reshape, .flatten, .permute, .transpose, .squeeze, .unsqueeze, .expand, .concat, .stack,
                .split,
                .flip, .outer,
            ], extendsBuiltins: true)
    }
}

extension Verb {
    private static let family = "shapes"

    fileprivate static var shape: Verb {
        Verb(
            "shape", family: family, summary: "the size of each dimension", parameters: [.tensor],
            result: "list of whole numbers",
            details: "`x.shape` is the same.", examples: [Example("shape [[1, 2, 3], [4, 5, 6]]", gives: "[2, 3]")],
            seeAlso: ["reshape"]
        ) { call in
            .numbers(try call.tensor("x").shape.map(Double.init))
        }
    }

    fileprivate static var reshape: Verb {
        Verb(
            "reshape", family: family, summary: "the same elements in another shape",
            parameters: [
                .tensor,
                .rest(
                    "shape", .either([.whole(in: -1...Int.max), .list(of: .whole(in: -1...Int.max))]),
                    help: "the sizes; one of them may be -1 and is worked out"),
            ],
            result: "tensor",
            examples: [Example("reshape 0..6 2 -1", gives: "tensor 2×3 float32\n  0  1  2\n  3  4  5")],
            seeAlso: ["flatten", "permute", "squeeze"]
        ) { call in
            .tensor(try call.tensor("x").reshaped(call.shape()))
        }
    }

    fileprivate static var flatten: Verb {
        Verb(
            "flatten", family: family, summary: "all elements as a vector", parameters: [.tensor],
            result: "tensor of one dimension",
            examples: [Example("flatten(tensor([[1, 2], [3, 4]]))", gives: "tensor 4 float32\n  1  2  3  4")],
            seeAlso: ["reshape"]
        ) { call in
            .tensor(try call.tensor("x").reshaped([-1]))
        }
    }

    fileprivate static var permute: Verb {
        Verb(
            "permute", family: family, summary: "dimensions in another order",
            parameters: [
                .tensor, .rest("order", .either([.whole(), .list(of: .whole())]), help: "each dimension once"),
            ],
            result: "tensor", examples: [Example("permute(zeros(2, 3, 4), 2, 0, 1).shape", gives: "[4, 2, 3]")],
            seeAlso: ["transpose", "reshape"]
        ) { call in
            .tensor(try call.tensor("x").permuted(call.shape("order")))
        }
    }

    fileprivate static var transpose: Verb {
        Verb(
            "transpose", family: family, summary: "two dimensions exchanged",
            parameters: [
                .tensor, Parameter("first", .axis, default: -2, help: "a dimension"),
                Parameter("second", .axis, default: -1, help: "the other dimension"),
            ],
            result: "tensor", details: "`x.T` is short for the last two.",
            examples: [Example("transpose [[1, 2, 3]]", gives: "tensor 3×1 float32\n  1\n  2\n  3")],
            seeAlso: ["permute"]
        ) { call in
            .tensor(try call.tensor("x").transposed(call.whole("first"), call.whole("second")))
        }
    }

    fileprivate static var squeeze: Verb {
        Verb(
            "squeeze", family: family, summary: "without dimensions of size 1",
            parameters: [
                .tensor,
                Parameter(
                    "axis", .optional(.axis), default: .none, help: "the dimension; every one of size 1 when absent"),
            ],
            result: "tensor", examples: [Example("squeeze(zeros(1, 3, 1)).shape", gives: "[3]")], seeAlso: ["unsqueeze"]
        ) { call in
            let x = try call.tensor("x")
            if let axis = try call.optional("axis", call.whole) { return .tensor(try x.squeezed(axis)) }
            return .tensor(try x.reshaped(x.shape.filter { $0 != 1 }))
        }
    }

    fileprivate static var unsqueeze: Verb {
        Verb(
            "unsqueeze", family: family, summary: "with a new dimension of size 1",
            parameters: [.tensor, .axis(default: 0, help: "where; -1 for after the last")], result: "tensor",
            examples: [Example("unsqueeze([1, 2, 3], -1).shape", gives: "[3, 1]")], seeAlso: ["squeeze", "expand"]
        ) { call in
            .tensor(try call.tensor("x").unsqueezed(call.whole("axis")))
        }
    }

    fileprivate static var expand: Verb {
        Verb(
            "expand", family: family, summary: "repeated along dimensions of size 1, without a copy",
            parameters: [.tensor, .shape], result: "tensor",
            examples: [Example("expand [1, 2] 3 2", gives: "tensor 3×2 float32\n  1  2\n  1  2\n  1  2")],
            seeAlso: ["unsqueeze", "concat"]
        ) { call in
            .tensor(try call.tensor("x").expanded(call.shape()))
        }
    }

    fileprivate static var concat: Verb {
        Verb(
            "concat", family: family, summary: "tensors end to end, or the rows of tables one below the other",
            parameters: [
                Parameter("tensors", .list(), help: "a list of tensors whose other sizes agree, or of tables"),
                .axis(default: 0, help: "the dimension along which tensors follow one another"),
            ],
            result: "tensor or table",
            details: "A column that a table lacks is none in its rows. `a + b` is the same for two tables.",
            examples: [
                Example("concat [zeros(1, 2), ones(2, 2)]", gives: "tensor 3×2 float32\n  0  0\n  1  1\n  1  1"),
                Example("concat [table {step: [1, 2]}, table {step: [3]}]", gives: "step\n   1\n   2\n   3"),
            ],
            seeAlso: ["stack", "split"]
        ) { call in
            if case .list(let items) = try call.value("tensors"), case .table? = items.first {
                return .table(
                    try Table.joined(
                        items.enumerated().map { position, item in
                            if case .table(let table) = item { return table }
                            throw call.failure(
                                "tensors",
                                "'tensors' of 'concat' must all be tables, as the first is, and element \(position) is "
                                    + item.described)
                        }))
            }
            return .tensor(try Tensor.concatenated(call.tensors("tensors"), axis: call.whole("axis")))
        }
    }

    fileprivate static var stack: Verb {
        Verb(
            "stack", family: family, summary: "tensors of one shape along a new dimension",
            parameters: [
                Parameter("tensors", .list(), help: "a list of tensors, images or numbers"),
                .axis(default: 0, help: "where the new dimension stands"),
            ],
            result: "tensor",
            examples: [Example("stack [[1, 2], [3, 4]] axis: 1", gives: "tensor 2×2 float32\n  1  3\n  2  4")],
            seeAlso: ["concat", "unsqueeze"]
        ) { call in
            .tensor(try Tensor.stacked(call.tensors("tensors"), axis: call.whole("axis")))
        }
    }

    fileprivate static var split: Verb {
        Verb(
            "split", family: family, summary: "a tensor split along a dimension",
            parameters: [
                .tensor,
                Parameter(
                    "sizes", .either([.whole(in: 1...Int.max), .list(of: .whole(in: 0...Int.max))]),
                    help: "the size of each part (the last may be smaller), or a list of sizes"),
                .axis(default: 0),
            ],
            result: "list of tensors",
            examples: [
                Example("a, b = split 0..5 3\nb", gives: "tensor 2 float32\n  3  4"),
                Example("split(zeros(2, 6), [1, 2, 3], axis: 1)[2].shape", gives: "[2, 3]"),
            ],
            seeAlso: ["concat"]
        ) { call in
            let x = try call.tensor("x")
            let axis = try call.whole("axis")
            let length = x.shape[try x.resolve(axis: axis, in: "split")]
            var sizes = try call.numbers("sizes").map { Int($0) }
            if case .number = try call.value("sizes") {
                let size = sizes[0]
                guard length / size <= 1_000_000 else {
                    throw call.failure("sizes", "'split' would make more than a million parts of \(length) elements")
                }
                sizes = stride(from: 0, to: length, by: size).map { Swift.min(size, length - $0) }
            }
            let total = sizes.reduce(0.0) { $0 + Double($1) }
            guard total == Double(length) else {
                throw call.failure(
                    "sizes",
                    "'sizes' of 'split' must sum to \(length), the size of dimension \(axis), not to "
                        + NumberText.shown(total))
            }
            var start = 0
            return .list(
                try sizes.map { size in
                    defer { start += size }
                    return .tensor(try x.sliced(axis, from: start, to: start + size))
                })
        }
    }

    fileprivate static var flip: Verb {
        Verb(
            "flip", family: family, summary: "the elements of a dimension in reverse order",
            parameters: [.tensor, .axis(default: -1)], result: "tensor of x's shape",
            examples: [Example("flip [[1, 2, 3]]", gives: "tensor 1×3 float32\n  3  2  1")], seeAlso: ["permute"]
        ) { call in
            let x = try call.tensor("x")
            let axis = try x.resolve(axis: call.whole("axis"), in: "flip")
            return .tensor(try x.sliced(axis, from: x.shape[axis] - 1, to: -1, step: -1))
        }
    }

    fileprivate static var outer: Verb {
        Verb(
            "outer", family: family, summary: "the outer product of two vectors",
            parameters: [Parameter("a", .tensor, help: "a vector"), Parameter("b", .tensor, help: "a vector")],
            result: "tensor [len a, len b]",
            examples: [Example("outer [1, 2] [3, 4]", gives: "tensor 2×2 float32\n  3  4\n  6  8")],
            seeAlso: ["matmul", "dot"]
        ) { call in
            let (a, b) = try call.tensors("a", "b")
            return .tensor(try a.reshaped([a.count, 1]) * b.reshaped([1, b.count]))
        }
    }
}

import Basics
import Language
import Tensor

extension VerbFamily {
    static var reductions: VerbFamily {
        VerbFamily(
            "reductions", "many elements to one, and their order",
            Verb.reductions + [
                .variance, .deviation, .median, .quantile, .argmax, .argmin, .norm, .normalize, .cumsum, .sort, .topk,
            ], extendsBuiltins: true)
    }
}

extension Verb {
    private static let family = "reductions"

    /// Verbs over all elements, or along dimensions.
    fileprivate static var reductions: [Verb] {
        typealias Apply = (Tensor, [Int]?, Bool) throws -> Tensor
        let table: [(name: String, summary: String, all: String, rows: String, seeAlso: [String], apply: Apply)] = [
            ("sum", "the sum of the elements", "10", "4  6", ["mean", "cumsum"], { try $0.sum($1, keepDims: $2) }),
            ("mean", "the mean of the elements", "2.5", "2  3", ["sum", "std"], { try $0.mean($1, keepDims: $2) }),
            (
                "max", "the largest element", "4", "3  4", ["argmax", "topk", "maximum"],
                { try $0.max($1, keepDims: $2) }
            ),
            ("min", "the smallest element", "1", "1  2", ["argmin", "minimum"], { try $0.min($1, keepDims: $2) }),
        ]
        return table.map { name, summary, all, rows, seeAlso, apply in
            Verb(
                name, family: family, summary: summary + ", in all or along dimensions",
                parameters: [.tensor, .axes, .keep],
                result: "number, or tensor without the reduced dimensions",
                examples: [
                    Example("\(name)(tensor([[1, 2], [3, 4]]))", gives: all),
                    Example("\(name)(tensor([[1, 2], [3, 4]]), axis: 0)", gives: "tensor 2 float32\n  " + rows),
                ],
                seeAlso: seeAlso
            ) { call in
                .tensor(try apply(call.tensor("x"), call.axes(), call.boolean("keep")))
            }
        }
    }

    private static var correction: Parameter {
        .option(
            "correction", .whole(in: 0...Int.max), default: 1,
            help: "subtracted from the count: 1 for the unbiased estimate")
    }

    fileprivate static var variance: Verb {
        spread("var", "variance", "1.66667", "std") { try $0.variance($1, correction: $2, keepDims: $3) }
    }

    fileprivate static var deviation: Verb {
        spread("std", "standard deviation", "1.29099", "var") {
            try $0.standardDeviation($1, correction: $2, keepDims: $3)
        }
    }

    private static func spread(
        _ name: String, _ word: String, _ gives: String, _ other: String,
        _ apply: @escaping (Tensor, [Int]?, Int, Bool) throws -> Tensor
    ) -> Verb {
        Verb(
            name, family: family, summary: "the \(word) of the elements, in all or along dimensions",
            parameters: [.tensor, .axes, correction, .keep], result: "number, or tensor without the reduced dimensions",
            examples: [Example("\(name)(tensor([[1, 2], [3, 4]]))", gives: gives)], seeAlso: [other, "mean"]
        ) { call in
            .tensor(try apply(call.tensor("x"), call.axes(), call.whole("correction"), call.boolean("keep")))
        }
    }

    private static var oneAxis: Parameter {
        Parameter("axis", .optional(.axis), default: .none, help: "the dimension; all elements when absent")
    }

    fileprivate static var median: Verb {
        Verb(
            "median", family: family, summary: "the element in the middle, in all or along a dimension",
            parameters: [.tensor, oneAxis], result: "number, or tensor without that dimension",
            details: "Of an even count, the mean of the two in the middle, as in NumPy. NaN gives NaN.",
            examples: [
                Example("median(tensor([[1, 2], [3, 10]]))", gives: "2.5"),
                Example("median(tensor([[1, 2], [3, 10]]), axis: 0)", gives: "tensor 2 float32\n  2  6"),
            ],
            seeAlso: ["quantile", "mean", "sort"]
        ) { call in
            try call.tensor("x").quantiles([0.5], axis: call.optional("axis", call.whole), in: "median")[0]
        }
    }

    fileprivate static var quantile: Verb {
        Verb(
            "quantile", family: family, summary: "the value below which a given share of the elements lies",
            parameters: [
                .tensor,
                Parameter(
                    "share", .either([.number(in: 0...1), .list(of: .number(in: 0...1))]),
                    help: "0 for the smallest, 1 for the largest; or a list of shares"), oneAxis,
            ],
            result: "number, or tensor without that dimension; for several shares a list of them",
            details:
                "Between two neighbours the value lies on the line between them, as in NumPy and PyTorch. NaN gives NaN.",
            examples: [
                Example("quantile(tensor([1, 2, 4]), 0.75)", gives: "3"),
                Example("quantile(tensor([[1, 2], [3, 10]]), [0, 1])", gives: "[1, 10]"),
            ],
            seeAlso: ["median", "sort"]
        ) { call in
            let found = try call.tensor("x").quantiles(
                call.numbers("share"), axis: call.optional("axis", call.whole), in: "quantile")
            guard case .list = try call.value("share") else { return found[0] }
            return .list(found)
        }
    }

    fileprivate static var argmax: Verb { position("argmax", "largest", "1", "argmin") { try $0.argmax($1) } }
    fileprivate static var argmin: Verb { position("argmin", "smallest", "0", "argmax") { try $0.argmin($1) } }

    private static func position(
        _ name: String, _ word: String, _ gives: String, _ other: String,
        _ apply: @escaping (Tensor, Int) throws -> Tensor
    ) -> Verb {
        Verb(
            name, family: family, summary: "the index of the \(word) element along a dimension",
            parameters: [.tensor, .axis(default: -1)],
            result: "whole number, or tensor of int64 without that dimension",
            details: "The first of equal elements counts; a NaN counts before all others.",
            examples: [Example("\(name)(tensor([2, 7, 5]))", gives: gives)], seeAlso: [other, "sort", "topk"]
        ) { call in
            .tensor(try apply(call.tensor("x"), call.whole("axis")))
        }
    }

    fileprivate static var norm: Verb {
        Verb(
            "norm", family: family, summary: "the length of a vector, or a norm of a matrix",
            parameters: [
                .tensor, .axes,
                .option(
                    "kind", .choice(["euclidean"] + MatrixNorm.allCases.map(\.rawValue)), default: "euclidean",
                    help: "another norm, of the last two dimensions"), .keep,
            ],
            result: "number, or tensor without the reduced dimensions",
            examples: [Example("norm [3, 4]", gives: "5"), Example("norm(eye(3), kind: \"nuclear\")", gives: "3")],
            seeAlso: ["normalize", "svd"]
        ) { call in
            let x = try call.tensor("x")
            guard let kind = MatrixNorm(rawValue: try call.string("kind")) else {
                return .tensor(try x.norm(call.axes(), keepDims: call.boolean("keep")))
            }
            guard try call.axes() == nil else {
                throw call.failure(
                    "axis", "'norm' takes no axis for a matrix norm", hint: "it is of the last two dimensions")
            }
            return .tensor(try x.matrixNorm(kind))
        }
    }

    fileprivate static var normalize: Verb {
        Verb(
            "normalize", family: family, summary: "vectors divided by their length",
            parameters: [.tensor, .axis(default: -1, help: "the dimension along which the vectors lie")],
            result: "tensor of x's shape",
            examples: [Example("normalize [[3, 4], [0, 2]]", gives: "tensor 2×2 float32\n  0.6  0.8\n    0    1")],
            seeAlso: ["norm", "cosine"]
        ) { call in
            .tensor(try call.tensor("x").normalized(call.whole("axis")))
        }
    }

    fileprivate static var cumsum: Verb {
        Verb(
            "cumsum", family: family, summary: "running sums along a dimension",
            parameters: [.tensor, .axis(default: -1)],
            result: "tensor of x's shape",
            examples: [Example("cumsum [1, 2, 3]", gives: "tensor 3 float32\n  1  3  6")],
            seeAlso: ["sum"]
        ) { call in
            .tensor(try call.tensor("x").cumulativeSum(call.whole("axis")))
        }
    }

    fileprivate static var sort: Verb {
        Verb(
            "sort", family: family, summary: "the elements along a dimension in order",
            parameters: [
                .tensor, .axis(default: -1), .option("descending", .boolean, default: false, help: "the largest first"),
                .option("order", .boolean, default: false, help: "give the indexes of the elements too"),
            ],
            result: "tensor of x's shape; with `order:` a list of it and of the indexes",
            details: "Equal elements keep their order; NaN counts as larger than every number, as in PyTorch.",
            examples: [
                Example("sort(tensor([3, 1, 2]))", gives: "tensor 3 float32\n  1  2  3"),
                Example(
                    "values, places = sort tensor([3, 1, 2]) order: true\nplaces", gives: "tensor 3 int64\n  1  2  0"),
            ],
            seeAlso: ["topk", "argmax"]
        ) { call in
            let (values, order) = try call.tensor("x").sorted(
                call.whole("axis"), descending: call.boolean("descending"))
            return try call.boolean("order") ? .list([.tensor(values), .tensor(order)]) : .tensor(values)
        }
    }

    fileprivate static var topk: Verb {
        Verb(
            "topk", family: family, summary: "the largest elements along a dimension, and their indexes",
            parameters: [.tensor, Parameter("count", .whole(in: 0...Int.max), help: "how many"), .axis(default: -1)],
            result: "list of the elements, the largest first, and of their indexes",
            details: "NaN counts as larger than every number, as in PyTorch.",
            examples: [
                Example("values, places = topk [2, 7, 5] 2\nvalues", gives: "tensor 2 float32\n  7  5"),
                Example("topk([2, 7, 5], 2)[1]", gives: "tensor 2 int64\n  1  2"),
            ],
            seeAlso: ["sort", "argmax"]
        ) { call in
            let x = try call.tensor("x")
            let (axis, count) = (try x.resolve(axis: call.whole("axis"), in: "topk"), try call.whole("count"))
            guard count <= x.shape[axis] else {
                throw call.failure(
                    "count", "'count' of 'topk' must be at most \(x.shape[axis]), the elements there are, not \(count)")
            }
            let (values, order) = try x.sorted(axis, descending: true)
            return .list([
                .tensor(try values.sliced(axis, from: 0, to: count)),
                .tensor(try order.sliced(axis, from: 0, to: count)),
            ])
        }
    }
}

extension Tensor {
    /// For each share, the quantile of all elements, a number; or those along one dimension, a float32 tensor.
    fileprivate func quantiles(_ shares: [Double], axis: Int?, in name: String) throws -> [Value] {
        let at = try axis.map { try resolve(axis: $0, in: name) }
        let rows =
            try at.map { try detached().transposed($0, -1).contiguous() } ?? detached().contiguous().reshaped([count])
        guard let columns = rows.shape.last, columns > 0 else {
            throw RhumbError(
                "'x' of '\(name)' must have at least one element, not shape \(Words.shape(shape))")
        }
        let numbers = rows.doubles
        let sorted = stride(from: 0, to: numbers.count, by: columns).map {
            Quantiles(Array(numbers[$0..<$0 + columns]))
        }
        return try shares.map { share in
            guard let at else { return .number(sorted[0][share]) }
            let found = try Tensor(sorted.map { Float($0[share]) }, shape: Array(rows.shape.dropLast()) + [1])
            return .tensor(try found.transposed(at, -1).squeezed(at))
        }
    }
}

import Basics
import Language
import Tensor

extension VerbFamily {
    static var tensors: VerbFamily {
        VerbFamily(
            "tensors", "making tensors",
            [.tensor, .zeros, .ones, .full, .eye, .arange, .linspace, .cast, .list])
    }
}

extension Verb {
    private static let family = "tensors"

    private static var ownType: Parameter {
        .option(
            "dtype", .choice(DType.allCases.map(\.rawValue)),
            fallback: .described("a tensor's own, float32 for numbers"),
            help: "the element type")
    }

    private static var dtype: Parameter {
        .option("dtype", .choice(DType.allCases.map(\.rawValue)), default: "float32", help: "the element type")
    }

    fileprivate static var tensor: Verb {
        Verb(
            "tensor", family: family, summary: "a tensor from numbers and nested lists",
            parameters: [
                Parameter(
                    "values", .tensor, help: "a number, a range, a list, a list of lists …; or a tensor, to copy"),
                ownType,
            ],
            result: "tensor",
            details: """
                All lists of one level must have the same length. A tensor without dimensions is a number, unless \
                gradients flow through it.
                """,
            examples: [
                Example("tensor [[1, 2], [3, 4]]", gives: "tensor 2×2 float32\n  1  2\n  3  4"),
                Example("tensor 0..3 dtype: \"int64\"", gives: "tensor 3 int64\n  0  1  2"),
            ],
            seeAlso: ["zeros", "arange", "list", "cast"]
        ) { call in
            guard try call.isGiven("dtype") else { return .tensor(try call.tensor("values").copied()) }
            return .tensor(try call.tensor("values", as: call.dtype()).copied())
        }
    }

    fileprivate static var zeros: Verb { filled("zeros", with: 0, like: "ones") }
    fileprivate static var ones: Verb { filled("ones", with: 1, like: "zeros") }

    private static func filled(_ name: String, with value: Float, like other: String) -> Verb {
        let row = "  \(Int(value))  \(Int(value))  \(Int(value))"
        return Verb(
            name, family: family, summary: "a tensor filled with \(Int(value))", parameters: [.shape, dtype],
            result: "tensor",
            examples: [
                Example("\(name) 2 3", gives: "tensor 2×3 float32\n\(row)\n\(row)"),
                Example("shape = [4, 2]\n\(name)(shape).shape", gives: "[4, 2]"),
            ],
            seeAlso: [other, "full", "eye"]
        ) { call in
            .tensor(try Tensor.full(call.shape(), value, call.dtype()))
        }
    }

    fileprivate static var full: Verb {
        Verb(
            "full", family: family, summary: "a tensor filled with one number",
            parameters: [
                Parameter("shape", .sizes, help: "its sizes: a list, or the length of a vector"),
                Parameter("value", .number(), help: "the number"), dtype,
            ],
            result: "tensor",
            examples: [Example("full [2, 2] 0.5", gives: "tensor 2×2 float32\n  0.5  0.5\n  0.5  0.5")],
            seeAlso: ["zeros", "ones"]
        ) { call in
            let shape = try call.numbers("shape").map { Int($0) }
            let (value, dtype) = (try call.number("value"), try call.dtype())
            if dtype == .int64, let whole = Int(exactly: value.rounded(.towardZero)) {
                return .tensor(try Tensor.full(shape, integer: whole))
            }
            return .tensor(try Tensor.full(shape, Float(value), dtype))
        }
    }

    fileprivate static var eye: Verb {
        Verb(
            "eye", family: family, summary: "the identity matrix",
            parameters: [Parameter("size", .whole(in: 0...Int.max), help: "rows and columns")], result: "tensor n×n",
            examples: [Example("eye 2", gives: "tensor 2×2 float32\n  1  0\n  0  1")], seeAlso: ["zeros", "solve"]
        ) { call in
            .tensor(try Tensor.eye(call.whole("size")))
        }
    }

    fileprivate static var arange: Verb {
        Verb(
            "arange", family: family, summary: "evenly spaced numbers, the end excluded",
            parameters: [
                Parameter("start", .number(), help: "the first number; with one argument, the end, and the start is 0"),
                Parameter("end", .optional(.number()), default: .none, help: "the numbers stay before it"),
                Parameter("step", .number(), default: 1, help: "the distance; negative to count down"), dtype,
            ],
            result: "tensor",
            examples: [
                Example("arange 4", gives: "tensor 4 float32\n  0  1  2  3"),
                Example("arange 1 0 -0.25", gives: "tensor 4 float32\n     1  0.75   0.5  0.25"),
            ],
            seeAlso: ["linspace", "tensor"]
        ) { call in
            let end = try call.optional("end", call.number)
            let start = end == nil ? 0 : try call.number("start")
            if try call.dtype() == .int64 {
                let ends = try [start, end ?? call.number("start"), call.number("step")].map { number in
                    guard let whole = Int(exactly: number) else {
                        throw RhumbError("'arange' of int64 needs whole numbers, not \(NumberText.shown(number))")
                    }
                    return whole
                }
                return .tensor(try Tensor.arange(integers: ends[0], ends[1], step: ends[2]))
            }
            return .tensor(
                try Tensor.arange(start, end ?? call.number("start"), step: call.number("step")).to(call.dtype()))
        }
    }

    fileprivate static var linspace: Verb {
        Verb(
            "linspace", family: family, summary: "evenly spaced numbers, both ends included",
            parameters: [
                Parameter("start", .number(), help: "the first number"),
                Parameter("end", .number(), help: "the last number"),
                Parameter("count", .whole(in: 0...Int.max), help: "how many"),
            ],
            result: "tensor",
            examples: [Example("linspace 0 1 5", gives: "tensor 5 float32\n     0  0.25   0.5  0.75     1")],
            seeAlso: ["arange"]
        ) { call in
            .tensor(try Tensor.linspace(call.number("start"), call.number("end"), call.whole("count")))
        }
    }

    fileprivate static var cast: Verb {
        Verb(
            "cast", family: family, summary: "a tensor with another element type",
            parameters: [
                .tensor, Parameter("dtype", .choice(DType.allCases.map(\.rawValue)), help: "the element type"),
            ],
            result: "tensor of x's shape",
            details: "To int64 fractions are dropped. bfloat16 keeps three significant digits and halves the memory.",
            examples: [
                Example("cast [1.9, -1.9] \"int64\"", gives: "tensor 2 int64\n   1  -1"),
                Example("cast(3.14159 * ones(1), \"bfloat16\").item", gives: "3.14062"),
            ],
            seeAlso: ["tensor"]
        ) { call in
            .tensor(try call.tensor("x", as: call.dtype()))
        }
    }

    fileprivate static var list: Verb {
        Verb(
            "list", family: family, summary: "the elements of a tensor as nested lists",
            parameters: [.tensor], result: "list",
            examples: [Example("list(ones(2, 2) * 3)", gives: "[[3, 3], [3, 3]]")], seeAlso: ["tensor"]
        ) { call in
            try TensorMembers.list(of: call.tensor("x"))
        }
    }
}

extension Arguments {
    /// The element type of the parameter `dtype`.
    func dtype() throws -> DType { DType(rawValue: try string("dtype")) ?? .float32 }
}

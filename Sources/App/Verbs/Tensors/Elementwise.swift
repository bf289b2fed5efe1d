import Language
import Tensor

extension VerbFamily {
    static var elementwise: VerbFamily {
        VerbFamily(
            "elementwise", "functions of each element",
            Verb.functions + [.round, .clamp, .where, .maximum, .minimum, .floorDivide], extendsBuiltins: true)
    }
}

extension Verb {
    private static let family = "elementwise"

    private struct Function {
        let name: String
        let summary: String
        let argument: String
        let gives: String
        let seeAlso: [String]
        let apply: (Tensor) throws -> Tensor

        init(
            _ name: String, _ summary: String, _ argument: String, _ gives: String, _ seeAlso: [String],
            _ apply: @escaping (Tensor) throws -> Tensor
        ) {
            (self.name, self.summary, self.argument, self.gives, self.seeAlso) = (
                name, summary, argument, gives, seeAlso
            )
            self.apply = apply
        }
    }

    /// One line a function: name, summary, an example's argument and its elements, related verbs.
    fileprivate static var functions: [Verb] {
        let table: [Function] = [
            .init("exp", "e to the power of each element", "[0, 1]", "1  2.71828", ["log"]) { try $0.exp() },
            .init("log", "the natural logarithm of each element", "[1, 10]", "0  2.30259", ["exp"]) { try $0.log() },
            .init("sqrt", "the square root of each element", "[4, 9]", "2  3", ["square"]) { try $0.squareRoot() },
            .init("square", "each element times itself", "[-2, 3]", "4  9", ["sqrt"]) { try $0.squared() },
            .init("abs", "the absolute value of each element", "[-2, 3]", "2  3", ["sign"]) { try $0.absolute() },
            .init("sign", "-1, 0 or 1, by the sign of each element", "[-2, 0]", "-1   0", ["abs"]) { try $0.sign() },
            .init("sin", "the sine of each element, in radians", "[0, 1]", "0  0.841471", ["cos"]) { try $0.sin() },
            .init("cos", "the cosine of each element, in radians", "[0, 1]", "1  0.540302", ["sin"]) { try $0.cos() },
            .init("tanh", "the hyperbolic tangent of each element", "[0, 1]", "0  0.761594", ["sigmoid"]) {
                try $0.tanh()
            },
            .init("floor", "each element rounded down", "[1.5, -1.5]", "1  -2", ["ceil", "round"]) { try $0.floor() },
            .init("ceil", "each element rounded up", "[1.5, -1.5]", "2  -1", ["floor", "round"]) { try $0.ceil() },
            .init("erf", "the error function of each element", "[0, 1]", "0  0.842701", ["gelu"]) { try $0.erf() },
            .init("sigmoid", "1 / (1 + exp(-x)) of each element", "[0, 2]", "0.5  0.880797", ["tanh", "softmax"]) {
                try $0.sigmoid()
            },
            .init("softplus", "log(1 + exp x) of each element", "[0, 2]", "0.693147  2.12693", ["relu"]) {
                try $0.softplus()
            },
            .init("relu", "each element, or 0 where it is negative", "[-2, 3]", "0  3", ["gelu", "silu"]) {
                try $0.relu()
            },
            .init("gelu", "x Φ(x) of each element, exactly", "[-1, 1]", "-0.158655  0.841345", ["quick_gelu", "relu"]) {
                try $0.gelu()
            },
            .init(
                "quick_gelu", "x sigmoid(1.702 x), the activation of OpenAI's CLIP", "[-1, 1]", "-0.154204  0.845796",
                ["gelu"]
            ) {
                try $0.quickGELU()
            },
            .init("silu", "x sigmoid(x) of each element", "[-1, 1]", "-0.268941  0.731059", ["gelu", "relu"]) {
                try $0.silu()
            },
            .init("isnan", "1 where an element is not a number, else 0", "[0, log(-1)]", "0  1", ["where"]) {
                try $0.isNaN()
            },
        ]
        return table.map { function in
            // The cells of a shown row are all as wide as the widest.
            let cells = function.gives.split(separator: " ")
            let width = (cells.map(\.count).max() ?? 0) + 2
            let row = cells.map { String(repeating: " ", count: width - $0.count) + $0 }.joined()
            return tensorFunction(
                function.name, family: family, summary: function.summary,
                examples: [
                    Example("\(function.name)(tensor(\(function.argument)))", gives: "tensor 2 float32\n" + row)
                ],
                seeAlso: function.seeAlso, function.apply)
        }
    }

    fileprivate static var round: Verb {
        Verb(
            "round", family: family, summary: "each element to the nearest whole number, or to some decimals",
            parameters: [
                .tensor,
                Parameter("decimals", .whole(in: -30...30), default: 0, help: "digits after the decimal point"),
            ],
            result: "tensor of x's shape", details: "Halves go to the even neighbour.",
            examples: [Example("round(tensor([0.5, 1.5, -1.26]))", gives: "tensor 3 float32\n   0   2  -1")],
            seeAlso: ["floor", "ceil"]
        ) { call in
            let x = try call.tensor("x")
            let decimals = try call.whole("decimals")
            if decimals == 0 || x.dtype == .int64 && decimals > 0 { return .tensor(try x.rounded()) }
            let scale = (0..<abs(decimals)).reduce(Float(1)) { product, _ in product * 10 }
            return .tensor(decimals > 0 ? try (x * scale).rounded() / scale : try (x / scale).rounded() * scale)
        }
    }

    fileprivate static var clamp: Verb {
        Verb(
            "clamp", family: family, summary: "each element clamped to a range",
            parameters: [
                .tensor, Parameter("low", .number(), default: .number(-.infinity), help: "the lower bound"),
                Parameter("high", .number(), default: .number(.infinity), help: "the upper bound"),
            ],
            result: "tensor of x's shape",
            examples: [Example("clamp [-2, 0.5, 2] -1 1", gives: "tensor 3 float32\n   -1  0.5    1")],
            seeAlso: ["maximum", "minimum"]
        ) { call in
            let (x, low, high) = (try call.tensor("x"), try call.number("low"), try call.number("high"))
            guard x.dtype == .int64, low <= high, let exact = try clamped(x, low, high) else {
                return .tensor(try x.clamped(Float(low), Float(high)))
            }
            return .tensor(exact)
        }
    }

    /// An int64 tensor between whole bounds stays one; nil for other bounds.
    private static func clamped(_ x: Tensor, _ low: Double, _ high: Double) throws -> Tensor? {
        var result = x
        for (bound, apply) in [(low, Tensor.maximum), (high, Tensor.minimum)] where bound.isFinite {
            guard let whole = Int(exactly: bound) else { return nil }
            result = try apply(result, Tensor(integers: [whole], shape: []))
        }
        return result
    }

    fileprivate static var `where`: Verb {
        Verb(
            "where", family: family, summary: "elements of one tensor where a condition holds, of another elsewhere",
            parameters: [
                Parameter("condition", .tensor, help: "0 where it doesn't hold: `x > 0`"),
                Parameter("a", .tensor, help: "taken where it holds"), Parameter("b", .tensor, help: "taken elsewhere"),
            ],
            result: "tensor of the common shape",
            examples: [Example("x = tensor [-1, 2]\nwhere x > 0 x 0", gives: "tensor 2 float32\n  0  2")],
            seeAlso: ["clamp", "maximum"]
        ) { call in
            let (a, b) = try call.tensors("a", "b")
            return .tensor(try Tensor.select(call.tensor("condition"), a, b))
        }
    }

    fileprivate static var maximum: Verb { extreme("maximum", "larger", "3  2", "minimum", Tensor.maximum) }
    fileprivate static var minimum: Verb { extreme("minimum", "smaller", "1  2", "maximum", Tensor.minimum) }

    private static func extreme(
        _ name: String, _ word: String, _ gives: String, _ other: String,
        _ apply: @escaping (Tensor, Tensor) throws -> Tensor
    ) -> Verb {
        Verb(
            name, family: family, summary: "the \(word) of two tensors, element by element",
            parameters: [
                Parameter("a", .tensor, help: "a tensor"), Parameter("b", .tensor, help: "a tensor of a fitting shape"),
            ],
            result: "tensor of the common shape",
            examples: [Example("\(name) [1, 2] [3, 2]", gives: "tensor 2 float32\n  \(gives)")],
            seeAlso: [other, String(name.prefix(3)), "clamp"]
        ) { call in
            let (a, b) = try call.tensors("a", "b")
            return .tensor(try apply(a, b))
        }
    }

    fileprivate static var floorDivide: Verb {
        Verb(
            "floor_divide", family: family, summary: "quotients rounded down: Python's //",
            parameters: [
                Parameter("a", .tensor, help: "what is divided"), Parameter("b", .tensor, help: "the divisor"),
            ],
            result: "tensor of the common shape; int64 where both are",
            details: "`a / b` of int64 is float32, as in PyTorch; the quotient rounded down stays exact.",
            examples: [
                Example("floor_divide 7 2", gives: "3"),
                Example("floor_divide(tensor([-7, 7], dtype: \"int64\"), 2)", gives: "tensor 2 int64\n  -4   3"),
            ],
            seeAlso: ["floor"]
        ) { call in
            if case .number(let a) = try call.value("a"), case .number(let b) = try call.value("b") {
                return .number((a / b).rounded(.down))
            }
            let (a, b) = try call.tensors("a", "b")
            return .tensor(try a.floorDivided(by: b))
        }
    }
}

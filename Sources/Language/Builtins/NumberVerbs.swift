import Glibc

/// Arithmetic on single numbers. Verbs of the same names for tensors are added as variants elsewhere.
enum NumberVerbs {
    static var all: [Verb] {
        [
            one("abs", "the absolute value of a number", "abs (-3)", "3", see: ["sign"], { Swift.abs($0) }) {
                $0.apply($1) { Swift.abs($0) }
            },
            one("sign", "-1, 0 or 1", "sign (-0.2)", "-1", see: ["abs"], Self.sign) { $0.apply($1, Self.sign) },
            one("sqrt", "the square root", "sqrt 2", "1.41421", see: ["exp"], { $0.squareRoot() }) {
                $0.apply($1) { $0.squareRoot() }
            },
            one("exp", "e to the power of a number", "exp 1", "2.71828", see: ["log"], Glibc.exp) {
                $0.apply($1, Glibc.exp)
            },
            one("log", "the natural logarithm", "log 10", "2.30259", see: ["log2", "log10", "exp"], Glibc.log) {
                $0.apply($1, Glibc.log)
            },
            one("log2", "the logarithm to base 2", "log2 8", "3", see: ["log"], Glibc.log2) {
                $0.apply($1, Glibc.log2)
            },
            one("log10", "the logarithm to base 10", "log10 1000", "3", see: ["log"], Glibc.log10) {
                $0.apply($1, Glibc.log10)
            },
            one("sin", "the sine of an angle in radians", "sin (pi / 2)", "1", see: ["cos", "tan", "asin"], Glibc.sin) {
                $0.apply($1, Glibc.sin)
            },
            one("cos", "the cosine of an angle in radians", "cos pi", "-1", see: ["sin", "acos"], Glibc.cos) {
                $0.apply($1, Glibc.cos)
            },
            one("tan", "the tangent of an angle in radians", "tan 0", "0", see: ["sin", "atan"], Glibc.tan) {
                $0.apply($1, Glibc.tan)
            },
            one("asin", "the angle in radians whose sine is given", "asin 1", "1.5708", see: ["sin"], Glibc.asin) {
                $0.apply($1, Glibc.asin)
            },
            one("acos", "the angle in radians whose cosine is given", "acos 0", "1.5708", see: ["cos"], Glibc.acos) {
                $0.apply($1, Glibc.acos)
            },
            one("atan", "the angle in radians whose tangent is given", "atan 1", "0.785398", see: ["atan2"], Glibc.atan)
            {
                $0.apply($1, Glibc.atan)
            },
            one("tanh", "the hyperbolic tangent", "tanh 0.5", "0.462117", see: ["exp"], Glibc.tanh) {
                $0.apply($1, Glibc.tanh)
            },
            one("floor", "the next whole number below", "floor 2.7", "2", see: ["ceil", "round"], Glibc.floor) {
                $0.apply($1) { $0.rounded(.down) }
            },
            one("ceil", "the next whole number above", "ceil 2.1", "3", see: ["floor", "round"], Glibc.ceil) {
                $0.apply($1) { $0.rounded(.up) }
            },
            round, atan2, clamp,
        ]
    }

    private static func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : x.isNaN ? x : 0 }

    /// A verb of one number.
    private static func one(
        _ name: String, _ summary: String, _ example: String, _ gives: String, see: [String],
        _ function: @escaping (Double) -> Double, shortcut: @escaping Shortcut.Body
    ) -> Verb {
        Verb(
            name, family: "numbers", summary: summary, parameters: [Parameter("x", .number(), help: "a number")],
            result: "number", examples: [Verb.Example(example, gives: gives)], seeAlso: see,
            shortcut: Shortcut(shortcut)
        ) { call in .number(function(try call.number("x"))) }
    }

    private static var round: Verb {
        Verb(
            "round", family: "numbers", summary: "the nearest whole number, or a number with fewer digits",
            parameters: [
                Parameter("x", .number(), help: "a number"),
                Parameter("digits", .whole(in: 0...15), default: 0, help: "digits after the decimal point"),
            ],
            result: "number", details: "Halves go to the even neighbour, as in Python, NumPy and PyTorch.",
            examples: [
                Verb.Example("round 2.5", gives: "2"), Verb.Example("round 3.5", gives: "4"),
                Verb.Example("round 3.14159 2", gives: "3.14"),
            ],
            seeAlso: ["floor", "ceil"], shortcut: Shortcut { $0.apply($1) { $0.rounded(.toNearestOrEven) } }
        ) { call in
            let scale = Operations.power(10, try call.number("digits"))
            let x = try call.number("x")
            let scaled = (x * scale).rounded(.toNearestOrEven) / scale
            return .number(scaled.isFinite ? scaled : x)
        }
    }

    private static var atan2: Verb {
        Verb(
            "atan2", family: "numbers", summary: "the angle of a point in radians, from -pi to pi",
            parameters: [
                Parameter("y", .number(), help: "its height"),
                Parameter("x", .number(), help: "its distance to the right"),
            ],
            result: "number", examples: [Verb.Example("atan2 1 (-1)", gives: "2.35619")], seeAlso: ["atan"]
        ) { call in .number(Glibc.atan2(try call.number("y"), try call.number("x"))) }
    }

    private static var clamp: Verb {
        Verb(
            "clamp", family: "numbers", summary: "a number clamped to a range",
            parameters: [
                Parameter("x", .number(), help: "a number"), Parameter("low", .number(), help: "the lower bound"),
                Parameter("high", .number(), help: "the upper bound"),
            ],
            result: "number",
            examples: [Verb.Example("clamp 1.7 0 1", gives: "1"), Verb.Example("clamp (-3) (-1) 1", gives: "-1")],
            seeAlso: ["min", "max"]
        ) { call in
            let low = try call.number("low")
            let high = try call.number("high")
            guard low <= high else { throw call.failure("high", Message.boundsCrossed(low, high)) }
            return .number(Swift.min(Swift.max(try call.number("x"), low), high))
        }
    }
}

extension UnsafeMutableRawPointer {
    /// The shortcut of a verb of one number.
    @inline(__always)
    fileprivate func apply(_ count: Int, _ function: (Double) -> Double) -> Bool {
        guard count == 1, case .number(let x) = registers[1] else { return false }
        registers.set(function(x))
        return true
    }
}

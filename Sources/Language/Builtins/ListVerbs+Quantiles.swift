/// Verbs that say where the middle of numbers lies, and how far they reach.
extension ListVerbs {
    static var quantiles: [Verb] { [median, quantile] }

    private static var numbers: Parameter {
        Parameter("list", .either([.list(of: .number()), .range]), help: "a list of numbers or a range")
    }

    private static let interpolation =
        "Between two neighbours the value lies on the line between them, as in NumPy. A NaN among the numbers gives NaN."

    private static var median: Verb {
        Verb(
            "median", family: "lists", summary: "the number in the middle", parameters: [numbers], result: "number",
            details: "Of an even count, the mean of the two in the middle. A NaN among the numbers gives NaN.",
            examples: [
                Verb.Example("median [3, 1, 10]", gives: "3"), Verb.Example("median [4, 1, 3, 2]", gives: "2.5"),
            ],
            seeAlso: ["quantile", "mean", "sort"]
        ) { call in
            .number(try Quantiles(call.numbers("list"), call)[0.5])
        }
    }

    private static var quantile: Verb {
        Verb(
            "quantile", family: "lists", summary: "the value below which a given share of the numbers lies",
            parameters: [
                numbers,
                Parameter(
                    "share", .either([.number(in: 0...1), .list(of: .number(in: 0...1))]),
                    help: "0 for the smallest, 1 for the largest; or a list of shares"),
            ],
            result: "number, or a list of them", details: interpolation,
            examples: [
                Verb.Example("quantile 0..101 0.95", gives: "95"),
                Verb.Example("quantile [1, 2, 4] [0.25, 0.75]", gives: "[1.5, 3]"),
            ],
            seeAlso: ["median", "sort"]
        ) { call in
            let quantiles = try Quantiles(call.numbers("list"), call)
            guard case .list = try call.value("share") else { return .number(quantiles[try call.number("share")]) }
            return .numbers(try call.numbers("share").map { quantiles[$0] })
        }
    }
}

/// Quantiles of numbers, by NumPy's and PyTorch's usual rule (`linear`).
package struct Quantiles {
    private let sorted: [Double]
    private let hasNaN: Bool

    /// - Parameter numbers: at least one.
    package init(_ numbers: [Double]) {
        hasNaN = numbers.contains(where: \.isNaN)
        sorted = hasNaN ? [] : numbers.sorted()
    }

    fileprivate init(_ numbers: [Double], _ call: Arguments) throws {
        if numbers.isEmpty { throw call.failure("list", Message.emptyQuantile(call.verb.name)) }
        self.init(numbers)
    }

    /// The number that a share from 0 to 1 of all lies below.
    package subscript(share: Double) -> Double {
        if hasNaN { return .nan }
        let position = share * Double(sorted.count - 1)
        let low = Int(position)
        let (a, b, t) = (sorted[low], sorted[min(low + 1, sorted.count - 1)], position - Double(low))
        if t == 0 || a == b { return a }
        return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t)
    }
}

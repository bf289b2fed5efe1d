/// Operators between two values. The raw value is how they are written.
public enum BinaryOperator: String, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case power = "**"
    /// Matrix product.
    case matmul = "@"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
    case contained = "in"
}

public enum UnaryOperator: String, Sendable, CaseIterable {
    case negate = "-"
}

/// One key between the brackets of `x[…]`.
public enum Subscript {
    /// Counted from the end when negative.
    case index(Int)
    /// `a..b by step`; a missing end is open. The stop is excluded.
    case slice(start: Int?, stop: Int?, step: Int)
    /// `:`
    case all
    /// A record's or table's key.
    case name(String)
    /// Anything else: a list of indexes, a mask; for the object to judge.
    case value(Value)
}

extension Subscript {
    /// The positions a key selects from `count` elements, as Python's slices do: negative ends count from the end and
    /// ends beyond the elements are clipped.
    public static func positions(start: Int?, stop: Int?, step: Int, count: Int) -> StrideTo<Int> {
        let (first, end) = ends(start, stop, step, count)
        return stride(from: first, to: end, by: step == 0 ? -1 : step)
    }

    /// The same as the first position and how many there are, for elements too many to walk through.
    public static func extent(start: Int?, stop: Int?, step: Int, count: Int) -> (first: Int, count: Int) {
        let (first, end) = ends(start, stop, step, count)
        let distance = step > 0 ? end - first : first - end
        let stride = Swift.max(abs(step), 1)
        return (first, distance <= 0 ? 0 : (distance - 1) / stride + 1)
    }

    private static func ends(_ start: Int?, _ stop: Int?, _ step: Int, _ count: Int) -> (Int, Int) {
        func clip(_ index: Int?, default missing: Int, low: Int, high: Int) -> Int {
            guard let index else { return missing }
            let counted = index < 0 ? index + count : index
            return Swift.min(Swift.max(counted, low), high)
        }
        if step > 0 {
            return (
                clip(start, default: 0, low: 0, high: count), clip(stop, default: count, low: 0, high: count)
            )
        }
        return (
            clip(start, default: count - 1, low: -1, high: count - 1), clip(stop, default: -1, low: -1, high: count - 1)
        )
    }

    /// A position counted from the start, or nil when it lies outside.
    public static func position(_ index: Int, count: Int) -> Int? {
        let position = index < 0 ? index + count : index
        return position >= 0 && position < count ? position : nil
    }
}

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
    ///
    /// - Returns: nil for keys that don't select by position.
    public static func positions(start: Int?, stop: Int?, step: Int, count: Int) -> StrideTo<Int> {
        func clip(_ index: Int?, default missing: Int, low: Int, high: Int) -> Int {
            guard let index else { return missing }
            let counted = index < 0 ? index + count : index
            return Swift.min(Swift.max(counted, low), high)
        }
        if step > 0 {
            return stride(
                from: clip(start, default: 0, low: 0, high: count),
                to: clip(stop, default: count, low: 0, high: count), by: step)
        }
        return stride(
            from: clip(start, default: count - 1, low: -1, high: count - 1),
            to: clip(stop, default: -1, low: -1, high: count - 1), by: step == 0 ? -1 : step)
    }

    /// A position counted from the start, or nil when it lies outside.
    public static func position(_ index: Int, count: Int) -> Int? {
        let position = index < 0 ? index + count : index
        return position >= 0 && position < count ? position : nil
    }
}

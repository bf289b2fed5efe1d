import Foundation

/// An axis whose range and ticks are settled.
struct AxisPlan {
    private(set) var lower: Double
    private(set) var upper: Double
    let isLogarithmic: Bool
    /// Whether the least value stands at the top.
    var isReversed = false
    var ticks: [Tick] = []

    /// The major ticks.
    var labelled: [Tick] { ticks.filter { !$0.isMinor } }

    /// Settles the range: what the axis asks for, else the data with air at both ends; never empty.
    init(_ axis: Axis, extent: Extent?, padding: Double, standsOnZero: Bool) {
        isLogarithmic = axis.isLogarithmic
        var extent = extent ?? Extent(axis.isLogarithmic ? 0.1 : 0, 1)
        if let lower = axis.lower { extent = Extent(lower, max(extent.upper, lower)) }
        if let upper = axis.upper { extent = Extent(min(extent.lower, upper), upper) }
        (lower, upper) = (extent.lower, extent.upper)
        if isLogarithmic {
            // Bars stand on half of the least of them, which would have no height otherwise.
            if lower == upper { upper *= 2 }
            if lower == extent.upper || standsOnZero { lower /= 2 }
            let ratio = upper / lower
            let air = ratio.isFinite ? pow(ratio, padding) : exp((log(upper) - log(lower)) * padding)
            // Air of many decades would leave the range of numbers.
            (lower, upper) = (standsOnZero ? lower : max(lower / air, 1e-305), min(upper * air, 1e305))
        } else if upper - lower <= max(abs(lower), abs(upper)) * 1e-12 {
            // A span that is lost in the rounding of its ends is none.
            let half = lower == 0 ? 0.5 : abs(lower) * 0.1
            (lower, upper) = (lower - half, upper + half)
        } else {
            let air = (upper - lower) * padding
            if !(standsOnZero && lower == 0) { lower -= air }
            if !(standsOnZero && upper == 0) { upper += air }
        }
        lower = axis.lower ?? lower
        upper = axis.upper ?? upper
    }

    /// Widens the range of one axis until a unit of x is as long as a unit of y.
    static func equaliseUnits(_ x: inout AxisPlan, _ y: inout AxisPlan, size: FigureSize) {
        let unitsX = (x.upper - x.lower) / size.width, unitsY = (y.upper - y.lower) / size.height
        if unitsX < unitsY { x.widen(to: unitsY * size.width) } else { y.widen(to: unitsX * size.height) }
    }

    private mutating func widen(to span: Double) {
        let more = (span - (upper - lower)) / 2
        lower -= more
        upper += more
    }

    /// The position of a value along the axis: 0 at the left or bottom, 1 at the right or top.
    func fraction(_ value: Double) -> Double {
        let position: Double
        if isLogarithmic {
            // A quotient of two numbers could overflow.
            position = value > 0 ? (log(value) - log(lower)) / (log(upper) - log(lower)) : -.infinity
        } else {
            position = (value - lower) / (upper - lower)
        }
        return isReversed ? 1 - position : position
    }

    /// Where a bar that begins at this value begins: on a logarithmic axis nothing lies below its lower end.
    func floored(_ value: Double) -> Double { isLogarithmic ? max(value, lower) : value }

    /// Whether a value has a place on the axis, inside or outside of its range.
    func hasPlace(_ value: Double) -> Bool { value.isFinite && (!isLogarithmic || value > 0) }

    /// The value at a position of the axis.
    func value(_ fraction: Double) -> Double {
        let position = isReversed ? 1 - fraction : fraction
        return isLogarithmic
            ? exp(log(lower) + (log(upper) - log(lower)) * position) : lower + (upper - lower) * position
    }
}

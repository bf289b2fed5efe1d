/// Extremes that a NaN wins, as in PyTorch and numpy: `max()` of a collection passes over one or not, depending on
/// where it stands, and a diverged number goes unseen.
extension Double {
    static func minimumOrNaN(_ x: Double, _ y: Double) -> Double { x.isNaN || y.isNaN ? .nan : Swift.min(x, y) }
    static func maximumOrNaN(_ x: Double, _ y: Double) -> Double { x.isNaN || y.isNaN ? .nan : Swift.max(x, y) }
}

extension Sequence where Element == Double {
    /// The smallest number, NaN if there is one; nil where there are none at all.
    func lowest() -> Double? { reduce(nil) { .minimumOrNaN($0 ?? $1, $1) } }
    /// The largest number, NaN if there is one; nil where there are none at all.
    func highest() -> Double? { reduce(nil) { .maximumOrNaN($0 ?? $1, $1) } }
}

import Basics
import Foundation

/// How well scores tell two kinds apart.
public enum Separation {
    /// The chance that a safe example scores above an unsafe one, ties counting half (the area under the ROC curve).
    /// O(n log n).
    public static func auc(safe: [Double], unsafe: [Double]) throws -> Double {
        guard !safe.isEmpty, !unsafe.isEmpty else { throw RhumbError.oneClass("AUC") }
        let all = (safe.map { ($0, true) } + unsafe.map { ($0, false) }).sorted { $0.0 < $1.0 }
        guard all.allSatisfy({ $0.0.isFinite }) else { throw RhumbError.notFinite("a score") }
        var rankSum = 0.0
        var start = 0
        while start < all.count {
            var end = start
            while end < all.count, all[end].0 == all[start].0 { end += 1 }
            // Equal scores share the mean of their ranks start + 1 … end.
            let rank = Double(start + 1 + end) / 2
            rankSum += rank * Double(all[start..<end].filter(\.1).count)
            start = end
        }
        let n = Double(safe.count)
        return (rankSum - n * (n + 1) / 2) / (n * Double(unsafe.count))
    }
}

/// Mean, unbiased standard deviation and the middle half of a sample.
public struct Summary: Equatable, Sendable {
    public let count: Int
    public let mean: Double
    /// 0 for a single value.
    public let deviation: Double
    public let low: Double
    public let high: Double

    /// - Parameter band: the share of the sample between `low` and `high`; one half gives the quartiles.
    public init(_ values: [Double], band: Double = 0.5) {
        count = values.count
        let n = Double(max(values.count, 1))
        let mean = values.reduce(0, +) / n
        self.mean = mean
        deviation =
            values.count > 1
            ? (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot() : 0
        let sorted = values.sorted()
        func quantile(_ q: Double) -> Double {
            guard let last = sorted.last else { return .nan }
            let at = q * Double(sorted.count - 1), below = Int(at)
            return below + 1 < sorted.count
                ? sorted[below] + (at - Double(below)) * (sorted[below + 1] - sorted[below]) : last
        }
        low = quantile((1 - band) / 2)
        high = quantile((1 + band) / 2)
    }
}

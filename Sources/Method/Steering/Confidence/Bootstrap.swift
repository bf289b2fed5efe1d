import Basics
import Foundation
import Tensor

/// The ends of an interval that holds a number with some confidence.
public struct Interval: Equatable, Sendable {
    public let low, high: Double

    public init(_ low: Double, _ high: Double) { (self.low, self.high) = (low, high) }
}

/// Intervals from resampling with replacement (Efron 1979, 1987).
public enum Bootstrap {
    /// Places of a resample of `count` with replacement: the draws of `torch.randint(0, count, (count,))`.
    static func places(_ count: Int, _ generator: Generator) -> [Int] {
        generator.integers(count: count, in: 0..<count)
    }

    /// The middle share of resampled values, linear between neighbours (NumPy's default quantile).
    public static func percentile(_ values: [Double], level: Double) -> Interval {
        let sorted = values.sorted()
        return Interval(quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2))
    }

    /// Bias-corrected and accelerated, as SciPy's `bootstrap(…, method="BCa")`; the percentile interval where all
    /// values are the same, or where leaving one out changes nothing.
    ///
    /// - Parameters:
    ///   - values: the statistic of each resample.
    ///   - observed: the statistic of the data.
    ///   - jackknife: for each sample, the statistic without each of its examples.
    public static func accelerated(
        _ values: [Double], observed: Double, jackknife: [[Double]], level: Double
    ) -> Interval {
        let below = Double(values.count { $0 < observed }), notAbove = Double(values.count { $0 <= observed })
        let bias = normalQuantile((below + notAbove) / 2 / Double(values.count))
        var (skew, variance) = (0.0, 0.0)
        for sample in jackknife {
            let n = Double(sample.count), mean = sample.reduce(0, +) / n
            let influence = sample.map { (n - 1) * (mean - $0) }
            skew += influence.reduce(0) { $0 + $1 * $1 * $1 } / (n * n * n)
            variance += influence.reduce(0) { $0 + $1 * $1 } / (n * n)
        }
        guard bias.isFinite, variance > 0 else { return percentile(values, level: level) }
        let acceleration = skew / 6 / pow(variance, 1.5)
        func share(_ z: Double) -> Double {
            let shifted = bias + z
            return normalShare(bias + shifted / (1 - acceleration * shifted))
        }
        let tail = normalQuantile((1 - level) / 2), sorted = values.sorted()
        return Interval(quantile(sorted, share(tail)), quantile(sorted, share(-tail)))
    }

    /// Of sorted values, linear between neighbours.
    static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        guard let last = sorted.last else { return .nan }
        let at = min(max(share, 0), 1) * Double(sorted.count - 1), below = Int(at)
        return below + 1 < sorted.count
            ? sorted[below] + (at - Double(below)) * (sorted[below + 1] - sorted[below]) : last
    }

    /// The share of a standard normal below z.
    static func normalShare(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

    /// The z below which a share of a standard normal lies: Halley's steps on `erfc`, from logit's rough place.
    static func normalQuantile(_ share: Double) -> Double {
        guard share > 0, share < 1 else { return share == 0 ? -.infinity : share == 1 ? .infinity : .nan }
        var z = log(share / (1 - share)) / 1.702
        for _ in 0..<60 {
            let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            guard density > 0 else { break }
            let error = (normalShare(z) - share) / density
            let step = error / (1 + z * error / 2)
            z -= step
            if abs(step) < 1e-14 * max(1, abs(z)) { break }
        }
        return z
    }
}

extension Separation {
    /// An interval of the area under the ROC curve, from resampling each side: bias-corrected and accelerated.
    ///
    /// - Parameter level: the confidence, between 0 and 1.
    public static func interval(
        safe: [Double], unsafe: [Double], resamples: Int, level: Double, generator: Generator
    ) throws -> Interval {
        let observed = try auc(safe: safe, unsafe: unsafe)
        let values = try (0..<resamples).map { _ in
            try StopFlag.check()
            let s = Bootstrap.places(safe.count, generator), u = Bootstrap.places(unsafe.count, generator)
            return try auc(safe: s.map { safe[$0] }, unsafe: u.map { unsafe[$0] })
        }
        func without(_ list: [Double], _ at: Int) -> [Double] {
            var list = list
            list.remove(at: at)
            return list
        }
        guard safe.count > 1, unsafe.count > 1 else { return Bootstrap.percentile(values, level: level) }
        let jackknife = [
            try safe.indices.map { try auc(safe: without(safe, $0), unsafe: unsafe) },
            try unsafe.indices.map { try auc(safe: safe, unsafe: without(unsafe, $0)) },
        ]
        return Bootstrap.accelerated(values, observed: observed, jackknife: jackknife, level: level)
    }
}

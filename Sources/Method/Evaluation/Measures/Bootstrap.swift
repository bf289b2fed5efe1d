import Basics

/// Intervals by drawing prompts with replacement (Efron 1979): pictures of one prompt are alike, so prompts are what is
/// drawn, within each stratum.
public struct Bootstrap: Sendable, Codable, Equatable {
    public var resamples = 1000
    /// Share of the resampled values between the ends of an interval.
    public var level = 0.95
    public var seed: UInt64 = 0

    public init() {}

    public struct Interval: Sendable, Equatable {
        public let low, high: Double

        public init(low: Double, high: Double) { (self.low, self.high) = (low, high) }
    }

    /// Where the measure's value may lie.
    public func interval(of measure: Measure) -> Interval {
        interval(resampled(measure.strata.map(\.ratios.count)) { choices in measure.value { choices[$0] } })
    }

    /// Where the difference `b` − `a` may lie: each resample draws the same prompts for both.
    ///
    /// - Precondition: both have the same prompts in the same order; `Measure.paired` makes it so.
    func interval(from a: Measure, to b: Measure) -> Interval {
        interval(
            resampled(a.strata.map(\.ratios.count)) { choices in
                b.value { choices[$0] } - a.value { choices[$0] }
            })
    }

    private func resampled(_ counts: [Int], _ value: ([[Int]]) -> Double) -> [Double] {
        var random = SplitMix64(seed: seed)
        return (0..<resamples).map { _ in
            value(counts.map { count in (0..<count).map { _ in random.below(max(count, 1)) } })
        }
    }

    /// The percentile interval; resamples in which nothing counted say nothing.
    private func interval(_ values: [Double]) -> Interval {
        let sorted = values.filter(\.isFinite).sorted()
        guard let last = sorted.last else { return Interval(low: .nan, high: .nan) }
        func quantile(_ q: Double) -> Double {
            let at = q * Double(sorted.count - 1), below = Int(at)
            guard below + 1 < sorted.count else { return last }
            return sorted[below] + (at - Double(below)) * (sorted[below + 1] - sorted[below])
        }
        return Interval(low: quantile((1 - level) / 2), high: quantile((1 + level) / 2))
    }
}

import Basics
import Foundation
import Tensor

/// How sure a direction is, given the anchors that it was made from.
public struct DirectionConfidence: Sendable {
    /// How it is found out; the same seed gives the same numbers.
    public struct Options: Sendable {
        public var resamples: Int
        /// The confidence of intervals and of the cone, between 0 and 1.
        public var level: Double
        public var seed: UInt64

        public init(resamples: Int = 1000, level: Double = 0.95, seed: UInt64 = 0) {
            (self.resamples, self.level, self.seed) = (resamples, level, seed)
        }
    }

    /// The angle to v, in degrees, of the direction that each resample of the anchors gives; 90 where it gives none.
    /// Empty where no side has two anchors.
    public let angles: [Double]
    /// The angle within which the wanted share of them lies, in degrees; nil where there are none.
    public let cone: Double?
    /// How often anchors that are dealt to the two sides at random have means as far apart.
    public let permutation: Permutation?

    /// - Parameters:
    ///   - safe, unsafe: unit rows of the anchors, [anchors, width].
    ///   - progress: called with what is done and what there is in all; what it throws ends the work.
    public init(
        safe: Tensor, unsafe: Tensor, method: DirectionMethod, _ options: Options = Options(),
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        let sample = try AnchorSample(safe: safe, unsafe: unsafe, method: method)
        let all = (Array(0..<sample.safe.count), Array(0..<sample.unsafe.count))
        guard let v = sample.direction(safe: all.0, unsafe: all.1) else { throw RhumbError.coincidentMeans }
        let generator = Generator(seed: options.seed)
        var angles: [Double] = []
        if max(sample.safe.count, sample.unsafe.count) > 1 {
            for index in 0..<options.resamples {
                try StopFlag.check()
                if index % 50 == 0 { try progress(index, options.resamples) }
                let s = Bootstrap.places(sample.safe.count, generator)
                let u = Bootstrap.places(sample.unsafe.count, generator)
                angles.append(sample.direction(safe: s, unsafe: u).map { degrees(between: $0, v) } ?? 90)
            }
        }
        self.angles = angles
        cone = angles.isEmpty ? nil : Bootstrap.quantile(angles.sorted(), options.level)
        permutation = try Permutation(sample, options, generator)
    }
}

/// How far apart the means of the two sides are where the same anchors are dealt to the sides at random.
public struct Permutation: Sendable {
    /// The chance of a distance at least as large as that of the true sides: SciPy's `permutation_test` with
    /// `alternative="greater"`.
    public let pValue: Double
    /// Whether every deal was tried, rather than `deals` random ones.
    public let isExact: Bool
    public let deals: Int

    /// - Returns: nil where a side has no anchor.
    init?(_ sample: AnchorSample, _ options: DirectionConfidence.Options, _ generator: Generator) throws {
        let (safe, unsafe) = (sample.safe.count, sample.unsafe.count), all = safe + unsafe
        guard safe > 0, unsafe > 0 else { return nil }
        let places = Array(0..<all)
        let observed = sample.split(Array(places.prefix(safe)), Array(places.suffix(unsafe))).distance
        let least = observed - 1e-12 * observed
        let combinations = exp(lgamma(Double(all + 1)) - lgamma(Double(safe + 1)) - lgamma(Double(unsafe + 1)))
        isExact = combinations < Double(options.resamples) + 0.5
        var found = 0
        if isExact {
            var count = 0
            for chosen in Combinations(of: all, size: safe) {
                let rest = places.filter { !chosen.contains($0) }
                if sample.split(chosen, rest).distance >= least { found += 1 }
                count += 1
            }
            (deals, pValue) = (count, Double(found) / Double(count))
        } else {
            for _ in 0..<options.resamples {
                try StopFlag.check()
                let order = generator.permutation(all)
                if sample.split(Array(order.prefix(safe)), Array(order.suffix(unsafe))).distance >= least { found += 1 }
            }
            (deals, pValue) = (options.resamples, Double(found + 1) / Double(options.resamples + 1))
        }
    }
}

/// All ways to choose some places of several, in lexicographic order.
private struct Combinations: Sequence, IteratorProtocol {
    private let count: Int
    private var next_: [Int]?

    init(of count: Int, size: Int) {
        self.count = count
        next_ = Array(0..<size)
    }

    mutating func next() -> [Int]? {
        guard var places = next_ else { return nil }
        let current = places, size = places.count
        if let last = places.indices.last(where: { places[$0] < count - size + $0 }) {
            places[last] += 1
            for i in places.indices where i > last { places[i] = places[i - 1] + 1 }
            next_ = places
        } else {
            next_ = nil
        }
        return current
    }
}

/// The angle between unit vectors, by the length of their difference, which small angles need.
func degrees(between a: [Double], _ b: [Double]) -> Double {
    2 * asin(min(length(zip(a, b).map { $0 - $1 }) / 2, 1)) * 180 / .pi
}

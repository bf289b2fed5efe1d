import Tensor

/// What keeps the policy near the one that drew the rollout.
public enum TrustRegion: String, CaseIterable, Sendable {
    /// The clipped ratio of probabilities.
    case ratio
    /// A bound on the exact KL of a step.
    case divergence
}

/// The clipped objective on a batch of denoising steps:
/// mean of max(−A ρ, −A clip(ρ, 1 − ε, 1 + ε)) with ρ = exp(log p_new − log p_old).
///
/// The larger of the two losses is the more pessimistic one: a step whose probability has already moved by ε in the
/// direction its advantage asks for gets no further push.
public struct ClippedObjective {
    /// ρ of each step, [steps]; gradients flow through it.
    public let ratio: Tensor
    /// −A ρ and −A clip(ρ), [steps].
    public let unclipped, clipped: Tensor
    /// The larger of both, [steps].
    public let losses: Tensor
    /// ε below and above 1.
    public let range, high: Double
    /// 0 for the steps that get no gradient, where a bound on the KL decides that, [steps].
    private let mask: [Float]?

    /// - Parameters:
    ///   - logRatio: log p_new − log p_old of each step, [steps].
    ///   - advantages: of the samples the steps belong to, [steps].
    ///   - range: ε, on the mean log-probability; the paper's is 1e-4.
    ///   - high: ε above 1, where that is another one.
    public init(logRatio: Tensor, advantages: Tensor, range: Double, high: Double? = nil) throws {
        (self.range, self.high, mask) = (range, high ?? range, nil)
        ratio = try logRatio.exp()
        let push = try -advantages.detached()
        unclipped = try push * ratio
        clipped = try push * ratio.clamped(Float(1 - range), Float(1 + self.high))
        losses = try Tensor.maximum(unclipped, clipped)
    }

    /// - Parameters:
    ///   - new: log-probabilities under the policy as it is, [steps]; differentiable.
    ///   - old: log-probabilities when the steps were drawn, [steps].
    public init(new: Tensor, old: Tensor, advantages: Tensor, range: Double, high: Double? = nil) throws {
        try self.init(logRatio: new - old.detached(), advantages: advantages, range: range, high: high)
    }

    /// −A ρ, without gradient at steps that have moved by more than a bound on the KL and would move on ("Flow-DPPO"):
    /// those with ρ above 1 and a positive advantage, or below 1 and a negative one.
    ///
    /// - Parameters:
    ///   - divergence: the KL of each step to the policy that drew it, [steps].
    ///   - limit: the bound.
    public init(logRatio: Tensor, advantages: Tensor, divergence: Tensor, limit: Double) throws {
        (range, high) = (0, 0)
        ratio = try logRatio.exp()
        unclipped = try -advantages.detached() * ratio
        let (ratios, weights) = (ratio.floats, advantages.floats)
        let mask = divergence.floats.indices.map { row in
            let isFar = Double(divergence.floats[row]) > limit
            return isFar && (ratios[row] - 1) * weights[row] > 0 ? 0 : Float(1)
        }
        self.mask = mask
        clipped = try unclipped * Tensor(mask)
        losses = clipped
    }

    /// The mean loss, a scalar.
    public func loss() throws -> Tensor { try losses.mean() }

    /// What became of the ratios.
    public func statistics() -> RatioStatistics {
        mask.map { RatioStatistics(ratio.floats, mask: $0) } ?? RatioStatistics(ratio.floats, range: range, high: high)
    }
}

/// How far ratios lie from 1, above and below apart: a policy that only ever leaves the range on one side is worth
/// knowing about.
public struct RatioStatistics: Codable, Equatable, Sendable {
    public private(set) var count = 0
    public private(set) var above = 0
    public private(set) var below = 0
    /// NaN as soon as one ratio is, and so is `highest`.
    public private(set) var lowest = Double.infinity
    public private(set) var highest = -Double.infinity

    public init() {}

    init(_ ratios: [Float], range: Double, high: Double) {
        for ratio in ratios.map(Double.init) {
            count += 1
            if ratio > 1 + high { above += 1 }
            if ratio < 1 - range { below += 1 }
            extend(ratio, ratio)
        }
    }

    /// Those that are masked out count as above and below.
    init(_ ratios: [Float], mask: [Float]) {
        for (ratio, weight) in zip(ratios.map(Double.init), mask) {
            count += 1
            if weight == 0 { if ratio > 1 { above += 1 } else { below += 1 } }
            extend(ratio, ratio)
        }
    }

    /// Share of the steps whose ratio is above 1 + ε.
    public var shareAbove: Double { Double(above) / Double(max(count, 1)) }
    /// Share of the steps whose ratio is below 1 − ε.
    public var shareBelow: Double { Double(below) / Double(max(count, 1)) }

    public mutating func add(_ other: RatioStatistics) {
        count += other.count
        above += other.above
        below += other.below
        extend(other.lowest, other.highest)
    }

    private enum CodingKeys: CodingKey { case count, above, below, lowest, highest }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        count = try container.decode(Int.self, forKey: .count)
        above = try container.decode(Int.self, forKey: .above)
        below = try container.decode(Int.self, forKey: .below)
        lowest = try container.decodeIfPresent(Double.self, forKey: .lowest) ?? .infinity
        highest = try container.decodeIfPresent(Double.self, forKey: .highest) ?? -.infinity
    }

    /// Of no ratios there are no extremes, for which JSON has no word.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(count, forKey: .count)
        try container.encode(above, forKey: .above)
        try container.encode(below, forKey: .below)
        guard count > 0 else { return }
        try container.encode(lowest, forKey: .lowest)
        try container.encode(highest, forKey: .highest)
    }

    private mutating func extend(_ low: Double, _ high: Double) {
        lowest = Double.minimumOrNaN(lowest, low)
        highest = Double.maximumOrNaN(highest, high)
    }
}

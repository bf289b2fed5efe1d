import Tensor

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
    /// ε.
    public let range: Double

    /// - Parameters:
    ///   - logRatio: log p_new − log p_old of each step, [steps].
    ///   - advantages: of the samples the steps belong to, [steps].
    ///   - range: ε, on the mean log-probability; the paper's is 1e-4.
    public init(logRatio: Tensor, advantages: Tensor, range: Double) throws {
        self.range = range
        ratio = try logRatio.exp()
        let push = try -advantages.detached()
        unclipped = try push * ratio
        clipped = try push * ratio.clamped(Float(1 - range), Float(1 + range))
        losses = try Tensor.maximum(unclipped, clipped)
    }

    /// - Parameters:
    ///   - new: log-probabilities under the policy as it is, [steps]; differentiable.
    ///   - old: log-probabilities when the steps were drawn, [steps].
    public init(new: Tensor, old: Tensor, advantages: Tensor, range: Double) throws {
        try self.init(logRatio: new - old.detached(), advantages: advantages, range: range)
    }

    /// The mean loss, a scalar.
    public func loss() throws -> Tensor { try losses.mean() }

    /// What became of the ratios.
    public func statistics() -> RatioStatistics { RatioStatistics(ratio.floats, range: range) }
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

    init(_ ratios: [Float], range: Double) {
        for ratio in ratios.map(Double.init) {
            count += 1
            if ratio > 1 + range { above += 1 }
            if ratio < 1 - range { below += 1 }
            extend(ratio, ratio)
        }
    }

    /// All of it, as plain numbers for other ranks; `numberCount` of them.
    var numbers: [Double] { [Double(count), Double(above), Double(below), lowest, highest] }

    static let numberCount = 5

    init(numbers: [Double]) {
        (count, above, below) = (Int(numbers[0]), Int(numbers[1]), Int(numbers[2]))
        (lowest, highest) = (numbers[3], numbers[4])
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

    private mutating func extend(_ low: Double, _ high: Double) {
        lowest = Double.minimumOrNaN(lowest, low)
        highest = Double.maximumOrNaN(highest, high)
    }
}

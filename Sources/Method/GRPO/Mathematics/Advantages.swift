import Basics

/// What the differences of rewards within a group are divided by.
public enum AdvantageScale: String, CaseIterable, Sendable {
    /// The group's own standard deviation: every prompt counts alike, however little its pictures differ.
    case group
    /// The standard deviation of all rewards of the round: prompts whose pictures differ more count for more.
    case global
    /// Nothing, as "Dr. GRPO" does (Liu et al. 2025): advantages keep the reward's unit.
    case none
}

/// What of a sum of rewards becomes advantages.
public enum RewardAggregate: String, CaseIterable, Sendable {
    /// The sum.
    case total
    /// Each reward by its own spread, then weighed.
    case each
}

/// How much better than its group each sample did: A = (r − mean of the group) / (std + ε), held within ± clip.
///
/// Standard deviations are unbiased (divided by n − 1), as `torch.std`.
public struct Advantages: Equatable, Sendable {
    /// One for each sample, group after group.
    public private(set) var values: [Double]
    /// Mean and standard deviation of each group's rewards.
    public let means, deviations: [Double]
    /// How many groups teach nothing, because all of their rewards are equal.
    public let zeroSpreadGroups: Int

    public var groupCount: Int { means.count }
    public var groupSize: Int { means.isEmpty ? 0 : values.count / means.count }

    /// Those of pictures that nobody has scored: none.
    public static let none = Advantages()

    private init() { (values, means, deviations, zeroSpreadGroups) = ([], [], [], 0) }

    /// Rewards that differ by less count as equal: rewards are float32 numbers around 1.
    static let zeroSpread = 1e-6

    /// - Parameters:
    ///   - rewards: one for each sample, group after group.
    ///   - groupSize: samples per group, at least 2.
    ///   - epsilon: added to the standard deviation.
    ///   - clip: the largest advantage, either way; infinity for no limit.
    /// - Throws: `RhumbError` for a group of one, groups of unequal size, or a reward that is not finite.
    public init(
        rewards: [Double], groupSize: Int, scale: AdvantageScale = .group, epsilon: Double = 1e-8, clip: Double = 2.5
    ) throws {
        guard groupSize > 1 else { throw RhumbError.groupSize(groupSize) }
        guard !rewards.isEmpty, rewards.count % groupSize == 0 else {
            throw RhumbError.unevenGroups(rewards: rewards.count, groupSize: groupSize)
        }
        if let bad = rewards.firstIndex(where: { !$0.isFinite }) { throw RhumbError.reward(rewards[bad], sample: bad) }
        let groups = stride(from: 0, to: rewards.count, by: groupSize).map { rewards[$0..<$0 + groupSize] }
        means = groups.map { $0.reduce(0, +) / Double(groupSize) }
        deviations = groups.map(Self.deviation)
        zeroSpreadGroups = groups.count { $0.max()! - $0.min()! < Self.zeroSpread }
        let overall = Self.deviation(rewards[...])
        var values: [Double] = []
        for (index, group) in groups.enumerated() {
            let divisor =
                switch scale {
                case .group: deviations[index] + epsilon
                case .global: overall + epsilon
                case .none: 1.0
                }
            // The mean of equal numbers may miss them by a rounding, which a tiny divisor would blow up.
            let centre = group.max() == group.min() ? group.first! : means[index]
            values += group.map { min(max(($0 - centre) / divisor, -clip), clip) }
        }
        self.values = values
    }

    /// Each of some rewards compared within its group by its own spread, then weighed and added, and the sum brought to
    /// mean 0 and spread 1 over the round ("GDPO"): a reward of small spread counts for its weight all the same.
    ///
    /// - Parameters:
    ///   - parts: each reward's weight and values.
    ///   - total: what the whole amounts to, whose means and spread stand in the history.
    public init(
        parts: [(weight: Double, values: [Double])], total: Advantages, scale: AdvantageScale, epsilon: Double,
        clip: Double
    ) throws {
        (means, deviations, zeroSpreadGroups) = (total.means, total.deviations, total.zeroSpreadGroups)
        var sums = [Double](repeating: 0, count: total.values.count)
        for part in parts {
            let own = try Advantages(
                rewards: part.values, groupSize: total.groupSize, scale: scale, epsilon: epsilon, clip: .infinity)
            for row in sums.indices { sums[row] += part.weight * own.values[row] }
        }
        let mean = sums.reduce(0, +) / Double(max(sums.count, 1)), spread = Self.deviation(sums[...])
        let isFlat = (sums.max() ?? 0) - (sums.min() ?? 0) < Self.zeroSpread
        values =
            isFlat
            ? sums.map { _ in 0 } : sums.map { min(max(($0 - mean) / (spread + epsilon), -clip), clip) }
    }

    /// The same, but that some groups teach nothing.
    func withoutGroups(where isOut: (Int) -> Bool) -> Advantages {
        var others = self
        for group in 0..<groupCount where isOut(group) {
            for row in group * groupSize..<(group + 1) * groupSize { others.values[row] = 0 }
        }
        return others
    }

    private static func deviation(_ values: ArraySlice<Double>) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }
}

import Tensor

/// What one update did.
public struct UpdateMetrics: Codable, Equatable, Sendable {
    /// The mean loss.
    public private(set) var loss = 0.0
    /// Of all samples and steps of the update.
    public private(set) var ratios = RatioStatistics()
    /// Length of all gradients together, before clipping.
    public internal(set) var gradientNorm = 0.0
    public internal(set) var learningRate = 0.0
    public internal(set) var seconds = 0.0
    private var divergences = 0.0
    private var squares = 0.0
    private var referenceDivergences = 0.0
    private var referenceCount = 0

    init() {}

    /// KL of the policy as it was in this update to the one that drew the rollout: exact, per dimension.
    public var kl: Double { divergences / Double(max(ratios.count, 1)) }
    /// Half the mean squared difference of log-probabilities, which the published code calls `approx_kl`.
    public var approximateKL: Double { squares / 2 / Double(max(ratios.count, 1)) }
    /// KL to the frozen start, per dimension; nil where it was not measured.
    public var startKL: Double? { referenceCount == 0 ? nil : referenceDivergences / Double(referenceCount) }

    /// What adds up over pieces of an update, as plain numbers for other ranks; `numberCount` of them.
    var numbers: [Double] {
        [loss, divergences, squares, referenceDivergences, Double(referenceCount)] + ratios.numbers
    }

    static let numberCount = 5 + RatioStatistics.numberCount

    init(numbers: ArraySlice<Double>) {
        let first = Array(numbers.prefix(5))
        (loss, divergences, squares, referenceDivergences) = (first[0], first[1], first[2], first[3])
        (referenceCount, ratios) = (Int(first[4]), RatioStatistics(numbers: Array(numbers.dropFirst(5))))
    }

    mutating func add(_ piece: UpdateMetrics) {
        loss += piece.loss
        ratios.add(piece.ratios)
        divergences += piece.divergences
        squares += piece.squares
        referenceDivergences += piece.referenceDivergences
        referenceCount += piece.referenceCount
    }

    mutating func add(_ terms: ObjectiveTerms, loss: Double) throws {
        self.loss += loss
        ratios.add(terms.objective.statistics())
        divergences += Double(try terms.divergence.sum().item)
        squares += Double(try (terms.logProbability - terms.oldLogProbability).squared().sum().item)
        if let reference = terms.divergenceFromReference {
            referenceDivergences += Double(try reference.sum().item)
            referenceCount += reference.count
        }
    }
}

/// What one round did: a row of the history.
public struct RoundMetrics: Codable, Equatable, Sendable {
    /// Counted from 1.
    public let round: Int
    /// Mean of all rewards, and the mean of the groups' standard deviations.
    public let reward, rewardDeviation: Double
    /// Mean of each of the reward's terms, by name.
    public let terms: [String: Double]
    /// In the order in which the reward lists them.
    public let termNames: [String]
    /// Mean of the judge's scores; nil without a judge.
    public let judge: Double?
    /// Share of the groups whose rewards are all equal.
    public let zeroSpread: Double
    public let loss: Double
    /// KL to the policy that drew the rollout, exact, and as the published code approximates it: means over the
    /// updates.
    public let kl, approximateKL: Double
    /// KL to the frozen start, as last measured in the round.
    public let startKL: Double
    /// Shares of ratios above 1 + ε and below 1 − ε.
    public let clippedAbove, clippedBelow: Double
    public let lowestRatio, highestRatio: Double
    /// How far the ratio of the first update was from 1: it should not be at all.
    public let firstRatioError: Double
    /// Mean and maximum over the updates, before clipping.
    public let gradientNorm, highestGradientNorm: Double
    public let learningRate: Double

    init(_ rollout: Rollout, _ updates: [UpdateMetrics]) {
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
        round = rollout.round + 1
        reward = mean(rollout.scores.totals)
        rewardDeviation = mean(rollout.advantages.deviations)
        termNames = rollout.scores.terms.map(\.name)
        terms = Dictionary(rollout.scores.terms.map { ($0.name, mean($0.values)) }, uniquingKeysWith: { $1 })
        judge = rollout.judgements.map(mean)
        zeroSpread = Double(rollout.advantages.zeroSpreadGroups) / Double(rollout.advantages.groupCount)
        loss = mean(updates.map(\.loss))
        kl = mean(updates.map(\.kl))
        approximateKL = mean(updates.map(\.approximateKL))
        startKL = updates.compactMap(\.startKL).last ?? 0
        var ratios = RatioStatistics()
        for update in updates { ratios.add(update.ratios) }
        (clippedAbove, clippedBelow) = (ratios.shareAbove, ratios.shareBelow)
        (lowestRatio, highestRatio) = (ratios.lowest, ratios.highest)
        firstRatioError =
            updates.first.map { .maximumOrNaN(abs($0.ratios.lowest - 1), abs($0.ratios.highest - 1)) } ?? 0
        gradientNorm = mean(updates.map(\.gradientNorm))
        highestGradientNorm = updates.map(\.gradientNorm).highest() ?? 0
        learningRate = updates.last?.learningRate ?? 0
    }
}

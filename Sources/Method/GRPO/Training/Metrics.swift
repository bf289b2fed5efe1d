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
    /// Rows that had no ratio; nil for algorithms of ratios, and in runs of earlier versions.
    private var rows: Int?
    /// Of each of the algorithm's measures its sum, of each timestep the sum of log-ratios and their number.
    private var sums: [String: Double]?
    private var logRatioSums: [String: [Double]]?

    init() {}

    /// KL of the policy as it was in this update to the one that drew the rollout: exact, per dimension.
    public var kl: Double { divergences / Double(max(count, 1)) }
    /// Half the mean squared difference of log-probabilities, which the published code calls `approx_kl`.
    public var approximateKL: Double { squares / 2 / Double(max(count, 1)) }
    private var count: Int { rows ?? ratios.count }
    /// Means of the algorithm's own measures, by name.
    public var measures: [String: Double] { (sums ?? [:]).mapValues { $0 / Double(max(count, 1)) } }
    /// Mean log-ratio of the steps at each timestep; empty without ratios.
    public var logRatios: [Int: Double] {
        Dictionary(
            uniqueKeysWithValues: (logRatioSums ?? [:]).compactMap { key, sum in
                Int(key).map { ($0, sum[0] / max(sum[1], 1)) }
            })
    }
    /// KL to the frozen start, per dimension; nil where it was not measured.
    public var startKL: Double? { referenceCount == 0 ? nil : referenceDivergences / Double(referenceCount) }

    /// Adds what another piece of the update came to.
    mutating func add(_ piece: UpdateMetrics) {
        loss += piece.loss
        ratios.add(piece.ratios)
        divergences += piece.divergences
        squares += piece.squares
        referenceDivergences += piece.referenceDivergences
        referenceCount += piece.referenceCount
        if let more = piece.rows { rows = (rows ?? 0) + more }
        if let more = piece.sums { sums = (sums ?? [:]).merging(more) { $0 + $1 } }
        if let more = piece.logRatioSums {
            logRatioSums = (logRatioSums ?? [:]).merging(more) { [$0[0] + $1[0], $0[1] + $1[1]] }
        }
    }

    /// - Parameter timestep: of the step that the terms are of; nil where each sample has its own.
    mutating func add(_ terms: ObjectiveTerms, loss: Double, timestep: Int?) throws {
        self.loss += loss
        if let objective = terms.objective, let new = terms.logProbability, let old = terms.oldLogProbability {
            ratios.add(objective.statistics())
            let change = try new - old
            squares += Double(try change.squared().sum().item)
            if let timestep {
                let sum = logRatioSums?["\(timestep)"] ?? [0, 0]
                logRatioSums = (logRatioSums ?? [:]).merging(
                    ["\(timestep)": [sum[0] + Double(try change.sum().item), sum[1] + Double(change.count)]]
                ) { $1 }
            }
        } else {
            rows = (rows ?? 0) + terms.losses.count
        }
        if let divergence = terms.divergence { divergences += Double(try divergence.sum().item) }
        for (name, values) in terms.measures {
            sums = (sums ?? [:]).merging([name: Double(try values.sum().item)]) { $0 + $1 }
        }
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
    /// Means of the algorithm's own measures, and of the log-ratios at each timestep; nil in runs of earlier versions.
    public let measures, logRatios: [String: Double]?
    /// What the pictures look like; nil for given pictures, and in histories before it was measured.
    public let structure: PictureStructure?

    /// - Parameter areDrawn: whether the pictures are the policy's, rather than given ones.
    init(_ rollout: Rollout, _ updates: [UpdateMetrics], areDrawn: Bool) {
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
        round = rollout.round + 1
        reward = mean(rollout.scores.totals)
        rewardDeviation = mean(rollout.advantages.deviations)
        termNames = rollout.scores.terms.map(\.name)
        terms = Dictionary(rollout.scores.terms.map { ($0.name, mean($0.values)) }, uniquingKeysWith: { $1 })
        judge = rollout.judgements.map(mean)
        zeroSpread = Double(rollout.advantages.zeroSpreadGroups) / Double(max(rollout.advantages.groupCount, 1))
        loss = mean(updates.map(\.loss))
        kl = mean(updates.map(\.kl))
        approximateKL = mean(updates.map(\.approximateKL))
        startKL = updates.compactMap(\.startKL).last ?? 0
        var ratios = RatioStatistics()
        for update in updates { ratios.add(update.ratios) }
        (clippedAbove, clippedBelow) = (ratios.shareAbove, ratios.shareBelow)
        (lowestRatio, highestRatio) = ratios.count > 0 ? (ratios.lowest, ratios.highest) : (1, 1)
        firstRatioError =
            ratios.count > 0
            ? updates.first.map { .maximumOrNaN(abs($0.ratios.lowest - 1), abs($0.ratios.highest - 1)) } ?? 0 : 0
        /// The mean over the updates that have it.
        func means(_ parts: [[String: Double]]) -> [String: Double] {
            parts.reduce(into: [String: [Double]]()) { all, part in
                for (name, value) in part { all[name, default: []].append(value) }
            }.mapValues(mean)
        }
        measures = means(updates.map(\.measures))
        logRatios = means(
            updates.map { Dictionary(uniqueKeysWithValues: $0.logRatios.map { ("\($0)", $1) }) })
        gradientNorm = mean(updates.map(\.gradientNorm))
        highestGradientNorm = updates.map(\.gradientNorm).highest() ?? 0
        learningRate = updates.last?.learningRate ?? 0
        structure = areDrawn ? PictureStructure(rollout.images, groupSize: rollout.groupSize) : nil
    }
}

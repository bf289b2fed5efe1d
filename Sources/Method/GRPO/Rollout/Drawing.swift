import Tensor

/// Pictures that were drawn and scored, before they become a rollout: groups without spread can be drawn anew.
struct Drawing {
    /// See `Rollout`.
    var samples: [Tensor]
    var trained: [Int: Rollout.TrainedStep]
    var images: [Image]
    var scores: RewardScores

    /// Groups whose rewards are all equal, which teach nothing.
    ///
    /// - Parameter prompts: of the groups; the empty one is left out, whose rewards decide nothing.
    func groupsWithoutSpread(_ size: Int, _ prompts: [TrainingPrompt]) -> [Int] {
        guard !scores.totals.isEmpty else { return [] }
        return (0..<scores.totals.count / size).filter { group in
            if prompts[group].asksForNothing { return false }
            let rewards = scores.totals[group * size..<(group + 1) * size]
            return rewards.max()! - rewards.min()! < Advantages.zeroSpread
        }
    }

    /// The same with other samples in the place of some groups.
    ///
    /// - Parameters:
    ///   - groups: which ones, rising.
    ///   - other: of these groups alone, in this order.
    func replacing(_ groups: [Int], by other: Drawing, groupSize: Int) throws -> Drawing {
        var places = Array(0..<images.count)
        for (position, group) in groups.enumerated() {
            for sample in 0..<groupSize {
                places[group * groupSize + sample] = images.count + position * groupSize + sample
            }
        }
        func joined(_ old: Tensor, _ new: Tensor) throws -> Tensor {
            try Tensor.concatenated([old, new]).gathered(0, places)
        }
        func joined<Element>(_ old: [Element], _ new: [Element]) -> [Element] { places.map { (old + new)[$0] } }
        var result = self
        result.samples = try zip(samples, other.samples).map(joined)
        for (step, kept) in trained {
            guard let new = other.trained[step] else { continue }
            result.trained[step] = .init(
                mean: try joined(kept.mean, new.mean),
                logProbability: try joined(kept.logProbability, new.logProbability))
        }
        result.images = joined(images, other.images)
        result.scores = RewardScores(
            totals: joined(scores.totals, other.scores.totals),
            terms: scores.terms.map { term in
                (term.name, joined(term.values, other.scores.terms.first { $0.name == term.name }?.values ?? []))
            })
        return result
    }
}

import Basics
import Tensor

/// Several rewards, each with a weight.
///
/// The parts appear as terms under their names, unweighted; their own terms follow as `steering.safety` where there is
/// more than one part.
public final class RewardSum: Reward {
    public let parts: [(weight: Double, reward: any Reward)]

    /// Sums within sums are laid flat.
    ///
    /// - Throws: `RhumbError` where nothing has a weight.
    public init(_ parts: [(weight: Double, reward: any Reward)]) throws {
        self.parts = parts.flatMap { weight, reward in
            (reward as? RewardSum)?.parts.map { ($0.weight * weight, $0.reward) } ?? [(weight, reward)]
        }
        guard self.parts.contains(where: { $0.weight != 0 }) else { throw RhumbError.noRewards() }
    }

    /// `0.5 steering + alignment`
    public var name: String {
        parts.map { $0.weight == 1 ? $0.reward.name : "\(Self.text($0.weight)) \($0.reward.name)" }.joined(
            separator: " + ")
    }

    private static func text(_ weight: Double) -> String {
        weight == weight.rounded() && abs(weight) < 1e6 ? "\(Int(weight))" : "\(weight)"
    }

    public func scores(of batch: RewardBatch) throws -> RewardScores {
        var totals = [Double](repeating: 0, count: batch.images.count)
        var terms: [RewardScores.Term] = []
        for (position, part) in parts.enumerated() {
            let scores = try part.reward.checkedScores(of: batch)
            for index in totals.indices { totals[index] += part.weight * scores.totals[index] }
            let name = name(of: position)
            terms.append((name, scores.totals))
            terms += scores.terms.map { (parts.count > 1 ? "\(name).\($0.name)" : $0.name, $0.values) }
        }
        return RewardScores(totals: totals, terms: terms)
    }

    /// What the terms call a part: two of one name stay apart by their position.
    private func name(of position: Int) -> String {
        let name = parts[position].reward.name
        return parts.count { $0.reward.name == name } == 1 ? name : "\(name) \(position + 1)"
    }

    /// The weight and the values of each part, from scores that this sum gave.
    func weighted(_ scores: RewardScores) -> [(weight: Double, values: [Double])] {
        parts.indices.map { position in
            let name = name(of: position)
            return (parts[position].weight, scores.terms.first { $0.name == name }?.values ?? [])
        }
    }

    public var differencesFromPaper: [(name: String, value: String, paper: String)] {
        if parts.count == 1, parts[0].weight == 1 { return parts[0].reward.differencesFromPaper }
        return [("reward", name, "steering")]
            + parts.filter { $0.reward is SteeredReward }.flatMap(\.reward.differencesFromPaper)
    }
}

/// A reward made of a function of one picture and its prompt.
public final class FunctionReward: Reward {
    public let name: String
    private let score: (_ image: Image, _ prompt: String) throws -> RewardScores

    /// - Parameter score: the reward of one picture, with terms if it has such; always the same ones.
    public init(name: String, _ score: @escaping (_ image: Image, _ prompt: String) throws -> RewardScores) {
        (self.name, self.score) = (name, score)
    }

    public func scores(of batch: RewardBatch) throws -> RewardScores {
        var joined = RewardScores(totals: [])
        for (image, prompt) in zip(batch.images, batch.prompts) {
            let one = try score(image, prompt)
            guard one.totals.count == 1 else { throw RhumbError.rewardCount(name, one.totals.count, expected: 1) }
            if joined.totals.isEmpty { joined.terms = one.terms.map { ($0.name, []) } }
            joined.totals += one.totals
            for index in joined.terms.indices {
                let name = joined.terms[index].name
                joined.terms[index].values += one.terms.first { $0.name == name }?.values ?? []
            }
        }
        return joined
    }
}

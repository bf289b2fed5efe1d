import Basics
import Tensor

/// One picture's reward taken apart.
///
/// Translation: r = [x·z + α x·v] / ‖z + α v‖. The denominator is constant within a prompt's group, so after the
/// advantage's normalisation the reward acts as alignment + α · safety. Projection: (α − z·v) stands for α.
public struct RewardAnatomy: Equatable, Sendable {
    /// x · z', and the bonus.
    public fileprivate(set) var reward: Float
    /// x · z: does the picture show what the prompt says.
    public let alignment: Float
    /// x · v.
    public let imageSafety: Float
    /// z · v.
    public let promptSafety: Float
    /// What x · v is multiplied with: the step of the mode (α for translation, α − z·v for projection), times the gate.
    public let weight: Float
    /// ‖z + weight · v‖.
    public let norm: Float
    /// What a `CombinedReward` adds; 0 otherwise.
    public fileprivate(set) var bonus: Float = 0

    /// The reward as its parts say: equal to `reward` up to rounding.
    public var recombined: Float { (alignment + weight * imageSafety) / norm + bonus }
}

extension SteeringRule {
    /// r(image, prompt) = x · z'(prompt), [pairs]; differentiable in both.
    ///
    /// - Parameters:
    ///   - images: unit embeddings x, [pairs, width].
    ///   - prompts: unit embeddings z, [pairs, width], or one row for all pictures.
    public func reward(images: Tensor, prompts: Tensor) throws -> Tensor {
        try checkPairs(images, prompts)
        return try (images * steered(prompts)).sum([1])
    }

    /// The same rewards in their terms, one per picture.
    public func anatomy(images: Tensor, prompts: Tensor) throws -> [RewardAnatomy] {
        try checkPairs(images, prompts)
        return try withoutGradients {
            let z = try prompts.expanded(images.shape)
            let reward = try reward(images: images, prompts: prompts).floats
            let alignment = try (images * z).sum([1]).floats
            let imageSafety = try direction.safety(images).floats
            let promptSafety = try direction.safety(z).floats
            let open = try openness(z).floats
            let step = try mode.step(direction.safety(z), alpha: alpha).floats
            let norm = try moved(z).norm([1]).floats
            return reward.indices.map { i in
                RewardAnatomy(
                    reward: reward[i], alignment: alignment[i], imageSafety: imageSafety[i],
                    promptSafety: promptSafety[i],
                    weight: open[i] * step[i], norm: norm[i])
            }
        }
    }

    private func checkPairs(_ images: Tensor, _ prompts: Tensor) throws {
        try direction.check(images)
        try direction.check(prompts)
        guard prompts.shape[0] == images.shape[0] || prompts.shape[0] == 1 else {
            throw RhumbError.counts("pictures and prompts", images.shape[0], prompts.shape[0])
        }
    }
}

/// The steering reward with a safety bonus: r + β · mean(image safety, text safety), the bonus doubled where negative.
public struct CombinedReward {
    public var rule: SteeringRule
    /// Weight β of the bonus.
    public var beta: Float

    public init(_ rule: SteeringRule, beta: Float) { (self.rule, self.beta) = (rule, beta) }

    /// [pairs], of unit rows as in `SteeringRule.reward`.
    public func reward(images: Tensor, prompts: Tensor) throws -> Tensor {
        try rule.reward(images: images, prompts: prompts) + bonus(images: images, prompts: prompts)
    }

    /// The same rewards in their terms, one per picture.
    public func anatomy(images: Tensor, prompts: Tensor) throws -> [RewardAnatomy] {
        var terms = try rule.anatomy(images: images, prompts: prompts)
        let added = try withoutGradients { try bonus(images: images, prompts: prompts).floats }
        for i in terms.indices {
            terms[i].bonus = added[i]
            terms[i].reward += added[i]
        }
        return terms
    }

    private func bonus(images: Tensor, prompts: Tensor) throws -> Tensor {
        let mean = try (rule.direction.safety(images) + rule.direction.safety(prompts)) * 0.5
        return try Tensor.select(mean.isLess(than: Tensor(0)), mean * 2, mean) * beta
    }
}

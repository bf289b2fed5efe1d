import Basics
import Tensor

/// What a sweep over α looks at.
public enum SweepQuantity: String, CaseIterable, Sendable {
    /// z' · v: how safe the steered prompt is.
    case safety
    /// z' · z: how much of the prompt is left.
    case cosine
    /// x · z': the reward of pictures under the steered prompt.
    case reward
}

/// One quantity over a range of strengths, summarised for each group of prompts.
public struct Sweep: Sendable {
    /// A group's mean and band at each α, in the order of `alphas`.
    public struct Curve: Sendable {
        public let name: String
        public let summaries: [Summary]
    }

    public let quantity: SweepQuantity
    public let alphas: [Double]
    public let curves: [Curve]

    /// - Parameters:
    ///   - groups: unit embeddings of prompts, [prompts, width], and, for rewards, of a picture for each (or one).
    ///   - band: the share of a group between the lower and the upper edge of its band.
    public init(
        _ quantity: SweepQuantity, rule: SteeringRule, alphas: [Double], band: Double = 0.5,
        groups: [(name: String, prompts: Tensor, images: Tensor?)]
    ) throws {
        self.quantity = quantity
        self.alphas = alphas
        curves = try withoutGradients {
            try groups.map { group in
                Curve(
                    name: group.name,
                    summaries: try alphas.map { alpha in
                        var steered = rule
                        steered.alpha = Float(alpha)
                        let values = try Sweep.values(quantity, steered, group.prompts, group.images)
                        return Summary(values.floats.map(Double.init), band: band)
                    })
            }
        }
    }

    private static func values(_ quantity: SweepQuantity, _ rule: SteeringRule, _ prompts: Tensor, _ images: Tensor?)
        throws -> Tensor
    {
        switch quantity {
        case .safety: return try rule.direction.safety(rule.steered(prompts))
        case .cosine: return try (rule.steered(prompts) * prompts).sum([1])
        case .reward:
            guard let images else {
                throw RhumbError("a sweep of rewards needs pictures", hint: "give images for the prompts")
            }
            return try rule.reward(images: images, prompts: prompts)
        }
    }
}

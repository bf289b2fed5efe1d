import Basics
import CLIP
import Diffusion
import Tensor

/// A reward that gradients flow through, from the number to the pixels.
public protocol DifferentiableReward: Reward {
    /// The rewards, [pictures].
    ///
    /// - Parameter pictures: from 0 to 1, [pictures, 3, height, width].
    func rewards(of pictures: Tensor, prompts: [String]) throws -> Tensor
}

/// From latents to rewards, with gradients.
package struct RewardGradient {
    let reward: any DifferentiableReward
    /// From latents as the UNet sees them to pictures in about −1…1, [N, height, width, 3].
    let decode: (Tensor) throws -> Tensor

    package init(_ reward: any DifferentiableReward, decode: @escaping (Tensor) throws -> Tensor) {
        (self.reward, self.decode) = (reward, decode)
    }

    /// - Parameter latents: as the UNet sees them, [N, h, w, C].
    func rewards(of latents: Tensor, prompts: [String]) throws -> Tensor {
        let pictures = try (decode(latents) * 0.5 + 0.5).clamped(0, 1).permuted([0, 3, 1, 2]).contiguous()
        let rewards = try reward.rewards(of: pictures, prompts: prompts)
        guard rewards.isFinite else {
            throw RhumbError("the reward '\(reward.name)' is not finite", hint: "nothing was changed: a lower rate")
        }
        return rewards
    }
}

extension SteeredReward: DifferentiableReward {
    public func rewards(of pictures: Tensor, prompts: [String]) throws -> Tensor {
        try rule.reward(images: embedder.embed(pictures: pictures), prompts: embeddings(of: prompts))
    }
}

extension AlignmentReward: DifferentiableReward {
    public func rewards(of pictures: Tensor, prompts: [String]) throws -> Tensor {
        try (embedder.embed(pictures: pictures) * embeddings(of: prompts)).sum([1])
    }
}

extension ContrastReward: DifferentiableReward {
    public func rewards(of pictures: Tensor, prompts: [String]) throws -> Tensor {
        try judged(embedder.embed(pictures: pictures), prompts: prompts).probabilities
    }
}

extension RewardSum: DifferentiableReward {
    public func rewards(of pictures: Tensor, prompts: [String]) throws -> Tensor {
        try parts.map { part in
            guard let reward = part.reward as? any DifferentiableReward else {
                throw RhumbError.noGradient(part.reward.name)
            }
            return try reward.rewards(of: pictures, prompts: prompts) * Float(part.weight)
        }.reduce(Tensor(0)) { try $0 + $1 }
    }

    /// The first part that no gradient flows through.
    var partWithoutGradient: (any Reward)? { parts.first { !($0.reward is any DifferentiableReward) }?.reward }
}

extension CLIPEmbedder {
    /// Unit embeddings of pictures, [pictures, width], with gradients to their pixels.
    fileprivate func embed(pictures: Tensor) throws -> Tensor {
        try embed(pixels: preprocessing.differentiablePixels(pictures))
    }
}

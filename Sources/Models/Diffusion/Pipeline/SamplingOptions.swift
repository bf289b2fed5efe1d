import Tensor

/// How pictures are sampled.
public struct SamplingOptions: Equatable, Sendable {
    public var steps = 20
    /// Classifier-free guidance; 1 is none.
    public var guidanceScale: Float = 5
    /// How stochastic DDIM and TCD are, from 0 to 1; other samplers have no such choice.
    public var eta = 0.0
    /// Nil takes the sampler that the model's scheduler was written for, or DDIM where that is none of these.
    public var sampler: SamplerKind?
    /// What pictures are guided away from.
    public var negativePrompt = ""
    public var safety: SafeLatentDiffusion?
    /// How many of the text encoder's last layers are left out for prompts, not for negative ones (`clip_skip` of
    /// diffusers).
    public var clipSkip = 0
    /// Whether brackets in prompts are weights, see `WeightedText`.
    public var readsWeights = false
    /// How much of the guided prediction's deviation is that of the prompt's own, 0 to 1 (Lin et al. 2024, section 3.4).
    public var guidanceRescale: Float = 0
    /// Sides of the pictures in pixels; those that the model was trained on by default.
    public var height, width: Int?
    /// How much of a given picture is taken away before sampling begins: 1 all, 0 nothing.
    public var strength = 0.8
    /// How far beyond the prediction without the picture that a model edits (InstructPix2Pix), at least 1.
    public var imageGuidance: Float = 1.5
    /// What Stable Diffusion XL is told of sizes.
    public var sizes = SizeConditions()

    public init() {}
}

/// Samples on their way from noise to latents, with everything that was drawn.
public struct Trajectory {
    /// The latents before the first step and after each, [N, h, w, C], as the UNet sees them (for Euler in its own
    /// variance-exploding form before the end).
    public let latents: [Tensor]
    /// What the UNet was told of each step.
    public let times: [Float]
    /// x̂₀ at each step, [N, h, w, C].
    public let predictedOriginals: [Tensor]
    /// σ of each step.
    public let sigmas: [Float]
    /// The noise of each step; nil where none was needed.
    public let noise: [Tensor?]
    /// Log-density of each step's result, averaged over its dimensions, [N]; nil where σ is 0.
    public let logProbabilities: [Tensor?]
    public let sampler: SamplerKind
    /// Which step of the sampler the first one is: not 0 where sampling began at a picture.
    public let firstStep: Int

    /// The latents at the end, [N, h, w, C].
    public var final: Tensor { latents[latents.count - 1] }

    public init(
        latents: [Tensor], times: [Float], predictedOriginals: [Tensor], sigmas: [Float], noise: [Tensor?],
        logProbabilities: [Tensor?], sampler: SamplerKind, firstStep: Int = 0
    ) {
        (self.latents, self.times, self.predictedOriginals) = (latents, times, predictedOriginals)
        (self.sigmas, self.noise, self.logProbabilities) = (sigmas, noise, logProbabilities)
        (self.sampler, self.firstStep) = (sampler, firstStep)
    }

    /// Trajectories of other samples under the same steps, after one another.
    static func joined(_ parts: [Trajectory]) throws -> Trajectory {
        guard parts.count > 1 else { return parts[0] }
        func join(_ list: (Trajectory) -> [Tensor]) throws -> [Tensor] {
            try list(parts[0]).indices.map { step in try Tensor.concatenated(parts.map { list($0)[step] }) }
        }
        func join(_ list: (Trajectory) -> [Tensor?]) throws -> [Tensor?] {
            try list(parts[0]).indices.map { step in
                let tensors = parts.compactMap { list($0)[step] }
                return tensors.isEmpty ? nil : try Tensor.concatenated(tensors)
            }
        }
        return Trajectory(
            latents: try join(\.latents), times: parts[0].times, predictedOriginals: try join(\.predictedOriginals),
            sigmas: parts[0].sigmas, noise: try join(\.noise), logProbabilities: try join(\.logProbabilities),
            sampler: parts[0].sampler, firstStep: parts[0].firstStep)
    }
}

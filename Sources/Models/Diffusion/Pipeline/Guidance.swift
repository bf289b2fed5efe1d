import Basics
import Tensor

/// What a UNet is told of the pictures to make: the states of their prompts, and what it is guided away from.
public struct Guidance {
    /// States of the prompts, [N, tokens, width].
    public let context: Tensor
    /// States of the negative prompts, [N, tokens, width]; nil without classifier-free guidance.
    public let unconditional: Tensor?
    /// How far beyond the prompt's prediction, away from the negative one (Ho and Salimans 2022).
    public let scale: Float
    /// States of the concept that Safe Latent Diffusion stays away from, [N, tokens, width], and its settings.
    let safety: (context: Tensor, settings: SafeLatentDiffusion)?

    /// - Parameters:
    ///   - context: [N, tokens, width].
    ///   - unconditional: as `context`; needed for a scale above 1.
    ///   - scale: 1 and below take the prompt's prediction as it is.
    public init(context: Tensor, unconditional: Tensor? = nil, scale: Float = 1) {
        self.init(context: context, unconditional: scale > 1 ? unconditional : nil, scale: scale, safety: nil)
    }

    init(
        context: Tensor, unconditional: Tensor?, scale: Float, safety: (context: Tensor, settings: SafeLatentDiffusion)?
    ) {
        (self.context, self.unconditional, self.scale, self.safety) = (context, unconditional, scale, safety)
    }

    /// The guidance of some of the samples.
    public func rows(_ range: Range<Int>) throws -> Guidance {
        Guidance(
            context: try context.rows(range), unconditional: try unconditional?.rows(range), scale: scale,
            safety: try safety.map { (try $0.context.rows(range), $0.settings) })
    }
}

extension StableDiffusion {
    /// The guidance of prompts: [prompts] rows.
    ///
    /// - Parameter steering: moves the states of the prompts, and of nothing else.
    public func guidance(
        of prompts: [String], _ options: SamplingOptions, steering: TextSteering? = nil
    ) throws -> Guidance {
        let context = try context(of: prompts, steering: steering)
        guard options.guidanceScale > 1 else {
            if options.safety != nil { throw RhumbError.safetyWithoutGuidance(options.guidanceScale) }
            return Guidance(context: context)
        }
        func repeated(_ text: String) throws -> Tensor {
            try self.context(of: [String](repeating: text, count: prompts.count))
        }
        return Guidance(
            context: context, unconditional: try repeated(options.negativePrompt), scale: options.guidanceScale,
            safety: try options.safety.map { (try repeated($0.concept), $0) })
    }
}

extension UNet2DConditionModel {
    /// The guided prediction for noisy latents: ε_u + s (ε_p − ε_u), prompts and negative prompts in one batch.
    ///
    /// - Parameters:
    ///   - sample: [N, h, w, C], as the model wants to see it (`Sampler.scaledInput`).
    ///   - time: what the model is told of the step.
    /// - Returns: [N, h, w, C]; gradients flow through it. Safe Latent Diffusion is not applied: it is for sampling.
    public func callAsFunction(_ sample: Tensor, time: Float, guided guidance: Guidance) throws -> Tensor {
        guard let unconditional = guidance.unconditional else {
            return try self(sample, times: [time], context: guidance.context)
        }
        let both = try predictions(sample, time, [unconditional, guidance.context])
        return try both[0] + (both[1] - both[0]) * guidance.scale
    }

    /// As above, with Safe Latent Diffusion where the guidance has it.
    ///
    /// - Parameters:
    ///   - index: which step, from 0.
    ///   - momentum: of Safe Latent Diffusion; nil before the first step.
    func callAsFunction(
        _ sample: Tensor, time: Float, at index: Int, guided guidance: Guidance, momentum: inout Tensor?
    ) throws -> Tensor {
        guard let unconditional = guidance.unconditional, let safety = guidance.safety else {
            return try self(sample, time: time, guided: guidance)
        }
        let all = try predictions(sample, time, [unconditional, guidance.context, safety.context])
        let (correction, next) = try safety.settings.correction(
            prompt: all[1], unconditional: all[0], concept: all[2], momentum: momentum, at: index)
        momentum = next
        var direction = try all[1] - all[0]
        if let correction { direction = try direction - correction }
        return try all[0] + direction * guidance.scale
    }

    /// Predictions for the same latents under several contexts, in one batch.
    private func predictions(_ sample: Tensor, _ time: Float, _ contexts: [Tensor]) throws -> [Tensor] {
        let repeated = try Tensor.concatenated(contexts.map { _ in sample })
        let all = try self(repeated, times: [time], context: Tensor.concatenated(contexts))
        let count = sample.shape[0]
        return try contexts.indices.map { try all.rows($0 * count..<($0 + 1) * count) }
    }
}

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
    /// How much of the deviation is the prompt's own prediction's, 0 to 1.
    var rescale: Float = 0
    /// What the UNet is told besides, where it is of a kind that is.
    public var conditions = UNetConditions()
    /// How far beyond the prediction without picture, where a model edits one (Brooks et al. 2023, equation 3).
    var imageScale: Float?
    /// The pooled text that is guided away from, [N, width]; Stable Diffusion XL's alone.
    var unconditionalPooled: Tensor?

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
        var part = Guidance(
            context: try context.rows(range), unconditional: try unconditional?.rows(range), scale: scale,
            safety: try safety.map { (try $0.context.rows(range), $0.settings) })
        (part.rescale, part.conditions, part.imageScale) = (rescale, try conditions.rows(range), imageScale)
        part.unconditionalPooled = try unconditionalPooled?.rows(range)
        return part
    }
}

extension StableDiffusion {
    /// The guidance of prompts: [prompts] rows.
    ///
    /// - Parameters:
    ///   - embeddings: states in place of the prompts' texts.
    ///   - steering: moves the states of the prompts, and of nothing else.
    public func guidance(
        of prompts: [String], _ options: SamplingOptions, embeddings: PromptEmbeddings? = nil,
        steering: TextSteering? = nil
    ) throws -> Guidance {
        guard (0...1).contains(options.guidanceRescale) else {
            throw RhumbError.guidanceRescale(options.guidanceRescale)
        }
        if secondText != nil {
            for (name, isGiven) in [
                ("clip_skip", options.clipSkip > 0), ("weights", options.readsWeights),
                ("embeddings", embeddings != nil), ("steer", steering != nil),
            ] where isGiven { throw RhumbError.notOfXL(name) }
            return try guidanceOfXL(prompts, options)
        }
        let given = try embeddings?.rows(prompts.count, for: text, guided: options.guidanceScale > 1)
        let context =
            try given?.context
            ?? self.context(
                of: prompts, skipping: options.clipSkip, readsWeights: options.readsWeights, steering: steering)
        guard unet.configuration.timeCondProjDim == nil else {
            if given?.negative != nil { throw RhumbError.distilledGuidance("negative embeddings") }
            return try distilledGuidance(context, options)
        }
        guard options.guidanceScale > 1 else {
            if options.safety != nil { throw RhumbError.safetyWithoutGuidance(options.guidanceScale) }
            return Guidance(context: context)
        }
        if options.guidanceRescale > 0, options.safety != nil {
            throw RhumbError.guidanceRescale(with: "Safe Latent Diffusion ('safe')")
        }
        if options.guidanceRescale > 0, task == .editing {
            throw RhumbError.guidanceRescale(with: "a model that edits pictures")
        }
        func repeated(_ text: String, readsWeights: Bool = false) throws -> Tensor {
            try self.context(
                of: [String](repeating: text, count: prompts.count), readsWeights: readsWeights)
        }
        var guidance = Guidance(
            context: context,
            unconditional: try given?.negative
                ?? repeated(options.negativePrompt, readsWeights: options.readsWeights),
            scale: options.guidanceScale, safety: try options.safety.map { (try repeated($0.concept), $0) })
        guidance.rescale = options.guidanceRescale
        return guidance
    }

    /// Stable Diffusion XL is told pooled texts and sizes too; an empty negative prompt is zeros where its folder says so.
    private func guidanceOfXL(_ prompts: [String], _ options: SamplingOptions) throws -> Guidance {
        if options.safety != nil { throw RhumbError.safetyOfXL }
        for key in ["latents_mean", "latents_std"] {
            if let value = (vae as? AutoencoderKL)?.configuration.other.first(where: { $0.key == key })?.value,
                !value.isNull
            {
                throw RhumbError.latentStatistics(key)
            }
        }
        let states = try textStates(of: prompts)
        var guidance =
            isDistilled ? try distilledGuidance(states.context, options) : Guidance(context: states.context)
        if !isDistilled, options.guidanceScale > 1 {
            let isZero = options.negativePrompt.isEmpty && zeroesEmptyPrompt
            let away = try textStates(of: [String](repeating: options.negativePrompt, count: prompts.count))
            guidance = Guidance(
                context: states.context,
                unconditional: isZero ? try Tensor.zeros(away.context.shape) : away.context,
                scale: options.guidanceScale)
            guidance.unconditionalPooled = isZero ? try away.pooled.map { try Tensor.zeros($0.shape) } : away.pooled
            guidance.rescale = options.guidanceRescale
        }
        guidance.conditions.pooled = states.pooled
        guidance.conditions.sizes = options.sizes.row(
            height: options.height ?? sampleSize, width: options.width ?? sampleSize)
        return guidance
    }

    /// A latent consistency model was distilled with guidance, and is told its scale.
    private func distilledGuidance(_ context: Tensor, _ options: SamplingOptions) throws -> Guidance {
        if !options.negativePrompt.isEmpty { throw RhumbError.distilledGuidance("negative prompt") }
        if options.guidanceRescale > 0 { throw RhumbError.distilledGuidance("'guidance_rescale'") }
        if options.safety != nil { throw RhumbError.distilledGuidance("Safe Latent Diffusion ('safe')") }
        var guidance = Guidance(context: context)
        guidance.conditions.guidanceScale = options.guidanceScale
        return guidance
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
        let told = guidance.conditions
        guard let unconditional = guidance.unconditional else {
            return try self(sample, times: [time], context: guidance.context, conditions: told)
        }
        if let imageScale = guidance.imageScale, let picture = told.channels {
            var without = told
            without.channels = try Tensor.zeros(picture.shape)
            let all = try predictions(
                sample, time, [(guidance.context, told), (unconditional, told), (unconditional, without)])
            return try all[2] + (all[0] - all[1]) * guidance.scale + (all[1] - all[2]) * imageScale
        }
        var away = told
        away.pooled = guidance.unconditionalPooled ?? told.pooled
        let both = try predictions(sample, time, [(unconditional, away), (guidance.context, told)])
        let guided = try both[0] + (both[1] - both[0]) * guidance.scale
        return guidance.rescale > 0 ? try guided.rescaled(like: both[1], by: guidance.rescale) : guided
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
        let told = guidance.conditions
        let all = try predictions(
            sample, time, [(unconditional, told), (guidance.context, told), (safety.context, told)])
        let (correction, next) = try safety.settings.correction(
            prompt: all[1], unconditional: all[0], concept: all[2], momentum: momentum, at: index)
        momentum = next
        var direction = try all[1] - all[0]
        if let correction { direction = try direction - correction }
        return try all[0] + direction * guidance.scale
    }

    /// Predictions for the same latents under several contexts and conditions, in one batch.
    private func predictions(
        _ sample: Tensor, _ time: Float, _ told: [(context: Tensor, conditions: UNetConditions)]
    ) throws -> [Tensor] {
        let repeated = try Tensor.concatenated(told.map { _ in sample })
        let all = try self(
            repeated, times: [time], context: Tensor.concatenated(told.map(\.context)),
            conditions: UNetConditions.joined(told.map(\.conditions)))
        let count = sample.shape[0]
        return try told.indices.map { try all.rows($0 * count..<($0 + 1) * count) }
    }
}

extension Tensor {
    /// A guided prediction with, by a share, the deviation of another, sample by sample: what overexposes is taken back
    /// (Lin et al. 2024, equations 15 and 16).
    fileprivate func rescaled(like prompt: Tensor, by share: Float) throws -> Tensor {
        func deviation(_ x: Tensor) throws -> Tensor {
            try x.variance(Array(1..<x.rank), keepDims: true).squareRoot()
        }
        return try self * (deviation(prompt) / deviation(self)) * share + self * (1 - share)
    }
}

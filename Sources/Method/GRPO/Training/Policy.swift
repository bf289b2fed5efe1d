import Basics
import Diffusion
import Tensor

/// The UNet being trained, beside the frozen one it began as.
///
/// The trained UNet is one of its own: all weights copied for full training, the frozen weights shared and adapters put
/// on for LoRA. The one it began as is never touched, and serves as the reference of the KL.
public final class Policy {
    /// The trained one.
    public let unet: UNet2DConditionModel
    /// The one it began as.
    public let reference: UNet2DConditionModel
    /// The adapters, where not all weights are trained.
    public let lora: LoRA?
    /// What is trained: all weights under diffusers' names, or the adapters' matrices under PEFT's.
    public let parameters: NamedTensors
    let scheduler: DDIMScheduler
    let eta: Double
    let guidance: Double
    /// Whether the weights are read as they lie: those of a large model would else be in memory twice, once in the order
    /// of the kernels that sample and once in that of the gradients.
    let isLarge: Bool

    /// Weights of so many bytes make a model large.
    private static let leastLarge = 256 << 20

    /// Frozen weights may be bfloat16; what is trained is float32.
    ///
    /// - Parameter generator: draws the adapters' start.
    /// - Throws: `RhumbError` for weights of bfloat16 that are all to be trained, and for adapters that fit no layer.
    public convenience init(
        from start: UNet2DConditionModel, scheduler: DDIMScheduler, options: GRPOOptions, generator: Generator
    ) throws {
        let isFull = options.lora == nil
        guard start.dtype == .float32 || !isFull else { throw RhumbError.notFloat32(start.dtype.rawValue) }
        let unet = try start.with(
            start.mergedParameters().map { name, tensor in
                (name, isFull ? try tensor.detached().copied().requireGradient() : tensor.detached())
            })
        let lora = try options.lora.map { try LoRA($0, on: unet, generator: generator) }
        // In bfloat16 a layer rounds otherwise with an adapter than without. Idle ones on the reference make the KL to
        // the start 0 before any update.
        var reference = start
        if start.dtype != .float32, let lora = options.lora {
            reference = try start.with(unet.parameters)
            _ = try LoRA(lora, on: reference, generator: Generator(seed: 0))
        }
        self.init(unet, reference: reference, lora: lora, scheduler: scheduler, options: options)
    }

    package init(
        _ unet: UNet2DConditionModel, reference: UNet2DConditionModel, lora: LoRA?, scheduler: DDIMScheduler,
        options: GRPOOptions
    ) {
        (self.unet, self.reference, self.lora) = (unet, reference, lora)
        (self.scheduler, eta, guidance) = (scheduler, options.eta, options.effectiveGuidance)
        parameters = lora?.parameters ?? unet.parameters
        isLarge = unet.parameters.reduce(0) { $0 + $1.tensor.count * $1.tensor.dtype.byteCount } >= Self.leastLarge
        unet.recomputesBlocks = options.checkpointing ?? false
        if isLarge { for (_, weight) in unet.parameters { weight.releasePackedCopies() } }
    }

    /// Runs what computes with the weights.
    func computing<Result>(_ body: () throws -> Result) rethrows -> Result {
        try isLarge ? Engine.withWeightsInPlace(body) : body()
    }

    /// ᾱ of all training timesteps, and what the UNet predicts.
    var schedule: NoiseSchedule { scheduler.schedule }
    var predictionType: PredictionType { scheduler.configuration.predictionType }

    /// What the policy predicts for noisy latents, each at a training timestep of its own and without guidance;
    /// differentiable in its parameters.
    ///
    /// - Parameters:
    ///   - noisy: [N, h, w, C].
    ///   - context: [N, tokens, width].
    package func prediction(_ noisy: Tensor, timesteps: [Int], context: Tensor) throws -> Tensor {
        func compute() throws -> Tensor { try unet(noisy, timesteps: timesteps, context: context).to(.float32) }
        return try computing {
            try Engine.isRecording || unet.dtype == .float32 ? compute() : Engine.asRecorded(compute)
        }
    }

    /// What the frozen start predicts for them.
    func referencePrediction(_ noisy: Tensor, timesteps: [Int], context: Tensor) throws -> Tensor {
        func compute() throws -> Tensor { try reference(noisy, timesteps: timesteps, context: context).to(.float32) }
        return try withoutGradients {
            try computing { try unet.dtype == .float32 ? compute() : Engine.asRecorded(compute) }
        }
    }

    /// A policy of its own that begins as this one is: its parameters are copies, everything frozen is shared.
    func copied(_ options: GRPOOptions) throws -> Policy {
        guard let lora else {
            let own = try unet.with(unet.parameters.map { ($0.name, try $0.tensor.detached().copied()) })
            return Policy(own, reference: reference, lora: nil, scheduler: scheduler, options: options)
        }
        let own = try unet.with(unet.parameters)
        let adapters = try lora.copied(onto: own, lora.parameters)
        return Policy(own, reference: reference, lora: adapters, scheduler: scheduler, options: options)
    }

    /// What a UNet predicts for samples at a step, with guidance: both branches in one pass.
    ///
    /// - Parameters:
    ///   - sample: x, [samples, height, width, channels].
    ///   - context: of each sample's prompt, [samples, tokens, width].
    ///   - empty: of what guidance leads away from, [1, tokens, width].
    private func prediction(
        by unet: UNet2DConditionModel, at step: Int, _ sample: Tensor, context: Tensor, empty: Tensor
    ) throws -> Tensor {
        let guidance = Guidance(
            context: context, unconditional: try empty.expanded(context.shape), scale: Float(guidance))
        return try unet(sample, time: Float(scheduler.timesteps[step]), guided: guidance)
    }

    /// μ of the policy's step, differentiable in its parameters.
    ///
    /// - Parameter isRandom: false for the step that DDIM takes without noise, which leads elsewhere.
    package func mean(at step: Int, _ sample: Tensor, context: Tensor, empty: Tensor, isRandom: Bool = true) throws
        -> Tensor
    {
        func compute() throws -> Tensor {
            let output = try prediction(by: unet, at: step, sample, context: context, empty: empty)
            return try scheduler.mean(output: output, at: step, sample: sample, eta: isRandom ? eta : 0)
        }
        // In float32 the two ways to compute have the same bits; in bfloat16 only one of them makes ratios of 1.
        return try computing {
            try Engine.isRecording || unet.dtype == .float32 ? compute() : Engine.asRecorded(compute)
        }
    }

    /// μ of the frozen start's step.
    func referenceMean(at step: Int, _ sample: Tensor, context: Tensor, empty: Tensor) throws -> Tensor {
        func compute() throws -> Tensor {
            let output = try prediction(by: reference, at: step, sample, context: context, empty: empty)
            return try scheduler.mean(output: output, at: step, sample: sample, eta: eta)
        }
        return try withoutGradients {
            try computing { try unet.dtype == .float32 ? compute() : Engine.asRecorded(compute) }
        }
    }
}

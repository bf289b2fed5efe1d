import Basics
import Foundation
import Tensor

/// A latent diffusion model with everything between a prompt and its picture: Stable Diffusion 1.x and 2.x, and models
/// made of the same parts.
///
/// Latents are those that the UNet sees, [N, h, w, C] float32: the autoencoder's times its `scaling_factor`.
///
///     let model = try StableDiffusion.load(folder: folder)
///     let trajectory = try model.sample(["a dog"], generator: Generator(seed: 1))
///     let pictures = try model.images(trajectory.latents.last!)
public final class StableDiffusion {
    public let unet: UNet2DConditionModel
    public let vae: any Autoencoder
    public let text: TextEncoder
    /// Stable Diffusion XL's second text encoder, with a projection; nil for other models.
    public let secondText: TextEncoder?
    /// Whether the empty negative prompt of Stable Diffusion XL is states of zeros (`force_zeros_for_empty_prompt`).
    public let zeroesEmptyPrompt: Bool
    public let scheduler: SchedulerConfiguration
    /// What the UNet is made for.
    public let task: Task
    /// The class of diffusers that the model is saved as.
    public let pipeline: PipelineClass
    /// Parts of the folder it came from that sampling does without, by their names there.
    public let leftAside: [String]

    /// - Parameters:
    ///   - pipeline: the class of diffusers that the model is of; nil takes what its parts are made for.
    ///   - secondText: Stable Diffusion XL's second text encoder.
    ///   - zeroesEmptyPrompt: whether its empty negative prompt is states of zeros.
    ///   - leftAside: parts of the folder it comes from that sampling does without.
    /// - Throws: `RhumbError` when the parts do not fit each other.
    public init(
        unet: UNet2DConditionModel, vae: any Autoencoder, text: TextEncoder, scheduler: SchedulerConfiguration,
        pipeline: PipelineClass? = nil, secondText: TextEncoder? = nil, zeroesEmptyPrompt: Bool = true,
        leftAside: [String] = []
    ) throws {
        let textWidth = text.width + (secondText?.width ?? 0)
        guard textWidth == unet.configuration.contextWidth else {
            throw RhumbError.parts(
                secondText == nil ? "text_encoder" : "text_encoder and text_encoder_2 together", "hidden_size",
                textWidth, "unet", "cross_attention_dim", unet.configuration.contextWidth)
        }
        try Self.checkSecond(secondText, beside: text, unet.configuration)
        let latents = vae.latentSpace.channels, channels = unet.configuration.inChannels
        guard unet.configuration.outChannels == latents else {
            throw RhumbError.parts(
                "vae", "latent_channels", latents, "unet", "out_channels", unet.configuration.outChannels)
        }
        guard let task = Task(channels: channels, latents: latents) else {
            throw RhumbError.noTask(channels: channels, latents: latents)
        }
        let pipeline = pipeline ?? PipelineClass(task, unet.configuration)
        guard pipeline.allows(task) else { throw RhumbError.task(pipeline.rawValue, channels: channels) }
        (self.unet, self.vae, self.text, self.scheduler) = (unet, vae, text, scheduler)
        (self.task, self.pipeline, self.leftAside) = (task, pipeline, leftAside)
        (self.secondText, self.zeroesEmptyPrompt) = (secondText, zeroesEmptyPrompt)
        guard pipeline.isXL == (secondText != nil) else { throw RhumbError.secondText(pipeline.rawValue) }
    }

    /// - Throws: `RhumbError` for a model that is told more than a text, which what takes it can't give.
    public func requireTextAlone(for purpose: String) throws {
        guard task == .picture, !isDistilled, secondText == nil else {
            throw RhumbError.moreThanText(pipeline.rawValue, purpose)
        }
    }

    /// The same model with some of its parts replaced.
    private func replacing(
        unet: UNet2DConditionModel? = nil, vae: (any Autoencoder)? = nil, text: TextEncoder? = nil,
        scheduler: SchedulerConfiguration? = nil, secondText: TextEncoder? = nil
    ) throws -> StableDiffusion {
        // A UNet of another task makes another kind of pipeline.
        let channels = unet?.configuration.inChannels ?? self.unet.configuration.inChannels
        return try StableDiffusion(
            unet: unet ?? self.unet, vae: vae ?? self.vae, text: text ?? self.text,
            scheduler: scheduler ?? self.scheduler,
            pipeline: channels == self.unet.configuration.inChannels ? pipeline : nil,
            secondText: secondText ?? self.secondText, zeroesEmptyPrompt: zeroesEmptyPrompt, leftAside: leftAside)
    }

    /// The same model with another UNet: a trained copy, or one of another element type.
    public func replacing(unet: UNet2DConditionModel) throws -> StableDiffusion {
        try replacing(unet: unet, vae: nil)
    }

    /// The same model with another autoencoder.
    ///
    /// - Throws: `RhumbError` where its latents have other channels than the UNet's.
    public func replacing(vae: any Autoencoder) throws -> StableDiffusion { try replacing(unet: nil, vae: vae) }

    /// The same model with another text encoder.
    ///
    /// - Throws: `RhumbError` where its states are of another width than the UNet takes.
    public func replacing(text: TextEncoder) throws -> StableDiffusion { try replacing(unet: nil, text: text) }

    /// The same model with another scheduler's configuration.
    public func replacing(scheduler: SchedulerConfiguration) throws -> StableDiffusion {
        try replacing(unet: nil, scheduler: scheduler)
    }

    /// The same model with weights of another element type, for inference.
    public func converted(to dtype: DType) throws -> StableDiffusion {
        try replacing(
            unet: unet.converted(to: dtype), vae: vae.converted(to: dtype), text: text.converted(to: dtype),
            secondText: secondText?.converted(to: dtype))
    }

    /// The element type of the weights.
    public var dtype: DType { unet.dtype }

    /// Number of trained values in all parts.
    public var parameterCount: Int {
        [unet.parameters, vae.parameters, text.model.parameters, secondText?.model.parameters ?? []].joined().reduce(0)
        { $0 + $1.tensor.count }
    }

    /// Pixels along a side of a picture for one of the latents; the sides of pictures are multiples of it.
    public var downsampling: Int { vae.latentSpace.downsampling }

    /// Side of the pictures that the model was trained on, in pixels.
    public var sampleSize: Int {
        unet.configuration.sampleSize.map { $0 * downsampling } ?? vae.latentSpace.sampleSize ?? 512
    }

    /// The text encoder's states of prompts, [prompts, tokens, width], unrecorded. Equal prompts are encoded once.
    ///
    /// - Parameters:
    ///   - skipped, readsWeights: as of `TextEncoder.context`.
    ///   - steering: moves them along a direction.
    public func context(
        of prompts: [String], skipping skipped: Int = 0, readsWeights: Bool = false, steering: TextSteering? = nil
    ) throws -> Tensor {
        try textStates(of: prompts, skipping: skipped, readsWeights: readsWeights, steering: steering).context
    }

    /// What prompts are to the UNet, unrecorded. Equal prompts are encoded once.
    func textStates(
        of prompts: [String], skipping skipped: Int = 0, readsWeights: Bool = false, steering: TextSteering? = nil
    ) throws -> TextStates {
        var place: [String: Int] = [:]
        var different: [String] = []
        let places = prompts.map { prompt in
            if let known = place[prompt] { return known }
            place[prompt] = different.count
            different.append(prompt)
            return different.count - 1
        }
        var states = try states(of: different, skipping: skipped, readsWeights: readsWeights)
        if let steering, !different.isEmpty {
            states.context = try withoutGradients {
                try steering.moved(states.context, ends: text.ends(of: different))
            }
        }
        guard states.context.isFinite, states.pooled?.isFinite ?? true else {
            throw RhumbError.notFinite("text encoder", "for the prompt")
        }
        guard different.count < prompts.count else { return states }
        return TextStates(
            context: try states.context.gathered(0, places), pooled: try states.pooled?.gathered(0, places))
    }
}

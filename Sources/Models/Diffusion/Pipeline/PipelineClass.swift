/// The pipelines of diffusers that a model may be saved as: what its parts are made for.
public enum PipelineClass: String, CaseIterable, Sendable {
    case stableDiffusion = "StableDiffusionPipeline"
    case imageToImage = "StableDiffusionImg2ImgPipeline"
    /// Stable Diffusion 1.x that stays away from a concept by default (Safe Latent Diffusion).
    case safe = "StableDiffusionPipelineSafe"
    case inpainting = "StableDiffusionInpaintPipeline"
    case instructPix2Pix = "StableDiffusionInstructPix2PixPipeline"
    case latentConsistency = "LatentConsistencyModelPipeline"
    case latentConsistencyImageToImage = "LatentConsistencyModelImg2ImgPipeline"
    case xl = "StableDiffusionXLPipeline"

    /// The pipeline that parts are of where no file says it.
    init(_ task: StableDiffusion.Task, _ unet: UNetConfiguration) {
        if unet.additionEmbedType != nil {
            self = .xl
            return
        }
        self =
            switch task {
            case .inpainting: .inpainting
            case .editing: .instructPix2Pix
            case .picture: unet.timeCondProjDim == nil ? .stableDiffusion : .latentConsistency
            }
    }

    /// Whether a model that does so can be saved under this name.
    func allows(_ task: StableDiffusion.Task) -> Bool {
        switch task {
        case .picture: self != .instructPix2Pix
        case .inpainting: self == .inpainting
        case .editing: self == .instructPix2Pix
        }
    }

    /// Whether it has a second text encoder and is told sizes.
    var isXL: Bool { self == .xl }
}

extension StableDiffusion {
    /// What a model's UNet is told besides noisy latents, which says what it makes.
    public enum Task: Sendable {
        /// Nothing: a picture of a text.
        case picture
        /// A mask and the masked picture: what lies under the mask is painted anew.
        case inpainting
        /// A picture: it is changed as the text says (InstructPix2Pix).
        case editing

        /// - Parameters:
        ///   - channels: that the UNet takes.
        ///   - latents: channels of the latents.
        /// - Returns: nil for a UNet that is told something else.
        init?(channels: Int, latents: Int) {
            switch channels {
            case latents: self = .picture
            case 2 * latents + 1: self = .inpainting
            case 2 * latents: self = .editing
            default: return nil
            }
        }
    }
}

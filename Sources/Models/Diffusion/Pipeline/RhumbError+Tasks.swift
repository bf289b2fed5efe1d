import Basics

// What pipelines of different tasks can be given wrongly, beside what RhumbError+Diffusion.swift has.

extension RhumbError {
    static func noTask(channels: Int, latents: Int) -> RhumbError {
        let upscaler =
            "a model for text to picture takes \(latents), one that inpaints \(2 * latents + 1), "
            + "InstructPix2Pix \(2 * latents)"
        return RhumbError(
            "the UNet's 'in_channels' is \(channels), and 'latent_channels' of the vae is \(latents)",
            hint: upscaler + "; upscalers and models guided by depth are not supported")
    }

    static func task(_ pipeline: String, channels: Int) -> RhumbError {
        RhumbError(
            "a '\(pipeline)' has no UNet of \(channels) channels",
            hint: "the parts of a folder must come from the same model")
    }

    static func moreThanText(_ pipeline: String, _ purpose: String) -> RhumbError {
        RhumbError(
            "\(purpose) wants a model that is told a text alone, and this is a '\(pipeline)'",
            hint: "take a Stable Diffusion 1.x or 2.x for text to picture")
    }

    static func secondText(_ pipeline: String) -> RhumbError {
        RhumbError(
            "a '\(pipeline)' " + (pipeline == PipelineClass.xl.rawValue ? "wants" : "has no")
                + " second text encoder, and a UNet that is told a pooled text",
            hint: "the parts of a folder must come from the same model")
    }

    static func refiner(file: String) -> RhumbError {
        RhumbError(
            "'\(file)' is of a 'StableDiffusionXLImg2ImgPipeline': a refiner, which is not supported",
            hint: "the base model alone draws whole pictures: load the folder of stable-diffusion-xl-base")
    }

    static func latentStatistics(_ key: String) -> RhumbError {
        RhumbError("the autoencoder's '\(key)' is not null, which is not supported with Stable Diffusion XL")
    }

    static func notOfXL(_ name: String) -> RhumbError {
        RhumbError("'\(name)' is for Stable Diffusion 1.x and 2.x, and this is XL", hint: "leave it out")
    }

    static let safetyOfXL = RhumbError(
        "Safe Latent Diffusion ('safe') is for Stable Diffusion 1.x and 2.x, and this is XL", hint: "leave it out")
    static let maskOfXL = RhumbError(
        "'mask' is not supported with Stable Diffusion XL", hint: "take a Stable Diffusion 1.x or 2.x")
    static let sizesOfOthers = RhumbError(
        "'original_size', 'crop' and 'target_size' are for Stable Diffusion XL, which this model is not",
        hint: "leave them out")

    static let maskNeeded = RhumbError(
        "this model inpaints: it wants a picture and a mask", hint: "sample … image: picture mask: mask")
    static let pictureNeeded = RhumbError(
        "this model edits pictures: it wants one", hint: "sample … image: picture")
    static let maskWithoutPicture = RhumbError(
        "'mask' needs 'image', the picture that is painted anew where the mask is white")
    static let maskOfEditor = RhumbError(
        "this model edits whole pictures: it takes no mask", hint: "leave 'mask' out")
    static let strengthOfEditor = RhumbError(
        "this model keeps to the picture by 'image_guidance', not by 'strength'", hint: "image_guidance: 1.5")

    static func mask(_ found: (width: Int, height: Int), picture: (width: Int, height: Int)) -> RhumbError {
        RhumbError(
            "the mask must be as large as the picture, \(picture.width)×\(picture.height), "
                + "not \(found.width)×\(found.height)", hint: "'resize' makes them equal")
    }

    static func maskShape(_ shape: [Int]) -> RhumbError {
        RhumbError(
            "a mask must be a picture or a tensor [height, width] of numbers from 0, kept, to 1, painted anew, "
                + "not of shape \(Words.shape(shape))")
    }

    static func masks(_ masks: Int, pictures: Int) -> RhumbError {
        RhumbError("\(pictures) pictures take one mask or \(pictures), not \(masks)")
    }

    static let safetyOfEditor = RhumbError(
        "Safe Latent Diffusion ('safe') is for text to picture, and this model edits pictures", hint: "leave it out")

    static let maskNotFinite = RhumbError("a mask holds numbers that are not from 0 to 1")

    static func imageGuidance(_ scale: Float) -> RhumbError {
        RhumbError("'image_guidance' must be at least 1, not \(scale)", hint: "1 asks for no more of the picture")
    }

    static func distilledGuidance(_ what: String) -> RhumbError {
        RhumbError(
            "a latent consistency model is told its guidance and takes no \(what)", hint: "leave it out")
    }
}

import Files
import Foundation
import Tensor

/// Pictures to latents and back, as a pipeline needs it: `AutoencoderKL`, or `AutoencoderTiny` in its place.
public protocol Autoencoder: AnyObject {
    /// Every parameter under its name in diffusers, in the order of the model.
    var parameters: NamedTensors { get }
    /// The element type of the weights.
    var dtype: DType { get }
    /// What its latents are like.
    var latentSpace: LatentSpace { get }
    /// diffusers' name of the class.
    var className: String { get }
    /// Whether a picture has a distribution of latents, which one is drawn from, or latents and no more.
    var hasDistribution: Bool { get }

    /// The latents of pictures, not scaled: [batch, height, width, 3] in −1…1 → [batch, h, w, channels].
    ///
    /// - Parameter noise: standard normal, of the latents' shape: what is drawn from their distribution; without it, and
    ///   where there is no distribution, its mean.
    func latents(of pixels: Tensor, noise: Tensor?) throws -> Tensor
    /// The picture of latents that are not scaled, in about −1…1: [batch, h, w, channels] → [batch, height, width, 3].
    func decode(_ latents: Tensor) throws -> Tensor
    /// The same model with parameters of another element type, for inference.
    func converted(to dtype: DType) throws -> Self
    /// Writes `config.json` and `diffusion_pytorch_model.safetensors` as diffusers reads them.
    ///
    /// - Parameter type: how the weights are stored; as they are by default.
    func save(to folder: URL, as type: StoredType?) throws
}

/// What an autoencoder's latents are like.
public struct LatentSpace: Equatable, Sendable {
    public let channels: Int
    /// Pixels along a side of the picture for one pixel of the latents.
    public let downsampling: Int
    /// What latents are multiplied by as the diffusion model takes them.
    public let scalingFactor: Float
    /// Of the configuration, and left aside as `StableDiffusionPipeline` does; nil for none.
    public let shiftFactor: Float?
    /// Side of the pictures that it was trained on, in pixels; nil where its configuration says nothing of it.
    public let sampleSize: Int?
}

extension AutoencoderKL: Autoencoder {
    public var latentSpace: LatentSpace {
        let c = configuration
        return LatentSpace(
            channels: c.latentChannels, downsampling: c.downsampling, scalingFactor: c.scalingFactor,
            shiftFactor: c.shiftFactor, sampleSize: c.sampleSize)
    }

    public var className: String { AutoencoderConfiguration.file.className }
    public var hasDistribution: Bool { true }

    public func latents(of pixels: Tensor, noise: Tensor?) throws -> Tensor {
        let distribution = try encode(pixels)
        return try noise.map { try distribution.sample(noise: $0) } ?? distribution.mean
    }
}

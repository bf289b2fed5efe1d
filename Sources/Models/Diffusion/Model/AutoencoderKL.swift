import Basics
import Files
import Tensor

/// Pictures to latents and back (Kingma and Welling 2014, Rombach et al. 2022): the autoencoder of Stable Diffusion.
///
/// Latents are as the encoder makes them; the diffusion model takes them times `scalingFactor`.
public final class AutoencoderKL: Rebuildable, WidenedModel {
    public let configuration: AutoencoderConfiguration
    /// Every parameter under its name in diffusers, in the order of the model.
    public let parameters: NamedTensors
    package var halfType: StoredType?

    private let encoder: AutoencoderHalf
    private let decoder: AutoencoderHalf
    private let quantization, dequantization: Convolution2D?

    /// - Throws: `RhumbError` for a configuration that can't be, or what the source throws.
    public init(_ configuration: AutoencoderConfiguration, _ source: ParameterSource) throws {
        let c = configuration
        try c.validate()
        self.configuration = c
        encoder = try AutoencoderHalf(encoder: c, source)
        decoder = try AutoencoderHalf(decoder: c, source)
        let latents = c.latentChannels
        quantization =
            c.useQuantConv
            ? try Convolution2D(source, "quant_conv", 2 * latents, 2 * latents, kernel: 1) : nil
        dequantization =
            c.usePostQuantConv
            ? try Convolution2D(source, "post_quant_conv", latents, latents, kernel: 1) : nil
        parameters = source.parameters
    }

    /// A fresh model whose parameters ask for gradients.
    public convenience init(_ configuration: AutoencoderConfiguration, seed: UInt64) throws {
        try self.init(configuration, ParameterSource(generator: Generator(seed: seed)))
    }

    /// The element type of the weights.
    public var dtype: DType { parameters[0].tensor.dtype }

    /// The same model with parameters of another element type, for inference.
    public func converted(to dtype: DType) throws -> AutoencoderKL {
        try with(parameters.map { ($0.name, try $0.tensor.detached().to(dtype)) })
    }

    /// The same model with parameters of another element type through which gradients flow back to this one's: mixed
    /// precision, where the weights that are updated keep theirs.
    public func recordedCopy(in dtype: DType) throws -> AutoencoderKL {
        try with(parameters.map { ($0.name, try $0.tensor.to(dtype)) })
    }

    public func rebuilt(_ configuration: AutoencoderConfiguration, from source: ParameterSource) throws
        -> AutoencoderKL
    {
        try AutoencoderKL(configuration, source)
    }

    /// The distribution of a picture's latents.
    ///
    /// - Shapes: pixels in −1…1, [batch, height, width, inChannels] → [batch, height / f, width / f, latentChannels],
    ///   float32, where f is `configuration.downsampling`.
    public func encode(_ pixels: Tensor) throws -> LatentDistribution {
        let c = configuration
        guard pixels.rank == 4, pixels.shape[3] == c.inChannels, min(pixels.shape[1], pixels.shape[2]) >= c.downsampling
        else { throw RhumbError.pixels(pixels.shape, channels: c.inChannels) }
        let encoded = try encoder(pixels.to(dtype))
        let moments = try (quantization?(encoded) ?? encoded).to(.float32)
        return LatentDistribution(
            mean: try moments.sliced(3, from: 0, to: c.latentChannels),
            logVariance: try moments.sliced(3, from: c.latentChannels, to: 2 * c.latentChannels).clamped(-30, 20))
    }

    /// The picture of latents, in about −1…1: [batch, h, w, latentChannels] → [batch, h · f, w · f, outChannels].
    public func decode(_ latents: Tensor) throws -> Tensor {
        guard latents.rank == 4, latents.shape[3] == configuration.latentChannels else {
            throw RhumbError.latents(latents.shape, channels: configuration.latentChannels)
        }
        let z = try latents.to(dtype)
        return try decoder(dequantization?(z) ?? z).to(.float32)
    }
}

/// A normal distribution with a mean and a variance for every latent.
public struct LatentDistribution {
    /// [batch, height, width, channels], as `logVariance`.
    public let mean: Tensor
    public let logVariance: Tensor

    /// mean + deviation · noise, noise of the same shape.
    public func sample(noise: Tensor) throws -> Tensor { try mean + (logVariance * 0.5).exp() * noise }

    /// The divergence from the standard normal distribution, summed over a picture's latents: [batch].
    public func divergence() throws -> Tensor {
        try (mean.squared() + logVariance.exp() - 1 - logVariance).sum([1, 2, 3]) * 0.5
    }
}

import Basics
import Files
import Tensor

/// Pictures to latents and back by few convolutions: a distilled autoencoder that takes the place of a model's own
/// (AutoencoderTiny of diffusers; TAESD, Bohan 2023).
public final class AutoencoderTiny: Rebuildable, WidenedModel {
    public let configuration: TinyAutoencoderConfiguration
    /// Every parameter under its name in diffusers, in the order of the model.
    public let parameters: NamedTensors
    package var halfType: StoredType?

    private let encoder, decoder: [Layer]

    private enum Layer {
        case convolution(PlainConvolution)
        case block(TinyBlock)
        case activation(Tensor.Activation)
        /// Twice the size, by repeating pixels.
        case double
    }

    /// - Throws: `RhumbError` for a configuration that can't be, or what the source throws.
    public init(_ configuration: TinyAutoencoderConfiguration, _ source: ParameterSource) throws {
        let c = configuration
        try c.validate()
        self.configuration = c
        encoder = try Self.encoder(c, source)
        decoder = try Self.decoder(c, source)
        parameters = source.parameters
    }

    /// A fresh model whose parameters ask for gradients.
    public convenience init(_ configuration: TinyAutoencoderConfiguration, seed: UInt64) throws {
        try self.init(configuration, ParameterSource(generator: Generator(seed: seed)))
    }

    private static func encoder(_ c: TinyAutoencoderConfiguration, _ source: ParameterSource) throws
        -> [Layer]
    {
        var layers: [Layer] = []
        func name() -> String { "encoder.layers.\(layers.count)" }
        let activation = try DiffusionActivation.named(c.actFn)
        let width = c.encoderBlockOutChannels[0]
        for (stage, blocks) in c.numEncoderBlocks.enumerated() {
            layers.append(
                .convolution(
                    stage == 0
                        ? try PlainConvolution(source, name(), c.inChannels, width)
                        : try PlainConvolution(source, name(), width, width, stride: 2, hasBias: false)))
            for _ in 0..<blocks {
                layers.append(.block(try TinyBlock(source, name(), width, activation)))
            }
        }
        layers.append(.convolution(try PlainConvolution(source, name(), width, c.latentChannels)))
        return layers
    }

    private static func decoder(_ c: TinyAutoencoderConfiguration, _ source: ParameterSource) throws
        -> [Layer]
    {
        var layers: [Layer] = []
        func name() -> String { "decoder.layers.\(layers.count)" }
        let activation = try DiffusionActivation.named(c.actFn)
        let width = c.decoderBlockOutChannels[0]
        layers.append(.convolution(try PlainConvolution(source, name(), c.latentChannels, width)))
        layers.append(.activation(activation))
        for (stage, blocks) in c.numDecoderBlocks.enumerated() {
            let isLast = stage == c.numDecoderBlocks.count - 1
            for _ in 0..<blocks {
                layers.append(.block(try TinyBlock(source, name(), width, activation)))
            }
            if !isLast { layers.append(.double) }
            layers.append(
                .convolution(
                    try PlainConvolution(
                        source, name(), width, isLast ? c.outChannels : width, hasBias: isLast)))
        }
        return layers
    }

    private func run(_ layers: [Layer], _ x: Tensor) throws -> Tensor {
        try layers.reduce(x) { x, layer in
            switch layer {
            case .convolution(let convolution): try convolution(x)
            case .block(let block): try block(x)
            case .activation(let activation): try x.activated(activation)
            case .double: try x.resampled(height: 2 * x.shape[1], width: 2 * x.shape[2], .nearest)
            }
        }
    }

    public func rebuilt(
        _ configuration: TinyAutoencoderConfiguration, from source: ParameterSource
    ) throws -> AutoencoderTiny {
        try AutoencoderTiny(configuration, source)
    }

    /// The latents of pictures: it has no distribution of them.
    ///
    /// - Shapes: pixels in −1…1, [batch, height, width, inChannels] → [batch, height / f, width / f, latentChannels],
    ///   float32, where f is `configuration.downsampling`.
    public func encode(_ pixels: Tensor) throws -> Tensor {
        let c = configuration
        guard pixels.rank == 4, pixels.shape[3] == c.inChannels,
            min(pixels.shape[1], pixels.shape[2]) >= c.downsampling
        else { throw RhumbError.pixels(pixels.shape, channels: c.inChannels) }
        // It was trained on values in 0…1.
        return try run(encoder, (pixels * 0.5 + 0.5).to(dtype)).to(.float32)
    }
}

extension AutoencoderTiny: Autoencoder {
    public var dtype: DType { parameters[0].tensor.dtype }
    public var className: String { TinyAutoencoderConfiguration.file.className }
    public var hasDistribution: Bool { false }

    public var latentSpace: LatentSpace {
        let c = configuration
        return LatentSpace(
            channels: c.latentChannels, downsampling: c.downsampling, scalingFactor: c.scalingFactor,
            shiftFactor: c.shiftFactor, sampleSize: nil)
    }

    public func latents(of pixels: Tensor, noise: Tensor?) throws -> Tensor { try encode(pixels) }

    /// The picture of latents, which are held softly within ± 3, in about −1…1: [batch, h, w, latentChannels] →
    /// [batch, h · f, w · f, outChannels].
    public func decode(_ latents: Tensor) throws -> Tensor {
        guard latents.rank == 4, latents.shape[3] == configuration.latentChannels else {
            throw RhumbError.latents(latents.shape, channels: configuration.latentChannels)
        }
        let held = try (latents.to(.float32) / 3).tanh() * 3
        return try run(decoder, held.to(dtype)).to(.float32) * 2 - 1
    }

    public func converted(to dtype: DType) throws -> AutoencoderTiny {
        try with(parameters.map { ($0.name, try $0.tensor.detached().to(dtype)) })
    }
}

/// Three convolutions beside a shortcut (AutoencoderTinyBlock of diffusers).
private struct TinyBlock {
    let convolutions: [PlainConvolution]
    let activation: Tensor.Activation

    init(_ source: ParameterSource, _ name: String, _ width: Int, _ activation: Tensor.Activation)
        throws
    {
        convolutions = try [0, 2, 4].map {
            try PlainConvolution(source, "\(name).conv.\($0)", width, width)
        }
        self.activation = activation
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let inner = try convolutions[1](convolutions[0](x).activated(activation)).activated(activation)
        // Always ReLU at the end, whatever `act_fn` says.
        return try convolutions[2](inner, addedTo: x).activated(.relu)
    }
}

/// A convolution of 3×3 pixels, with or without a bias.
private struct PlainConvolution {
    let weight: Tensor
    let bias: Tensor?
    let stride: Int

    init(
        _ source: ParameterSource, _ name: String, _ inputs: Int, _ outputs: Int, stride: Int = 1,
        hasBias: Bool = true
    ) throws {
        let fan = Initialization.fanIn(9 * inputs)
        weight = try source.parameter("\(name).weight", [outputs, inputs, 3, 3], fan)
        bias = hasBias ? try source.parameter("\(name).bias", [outputs], fan) : nil
        self.stride = stride
    }

    func callAsFunction(_ x: Tensor, addedTo residual: Tensor? = nil) throws -> Tensor {
        try x.conv2d(weight, bias: bias, Convolution(stride: stride, padding: 1), residual: residual)
    }
}

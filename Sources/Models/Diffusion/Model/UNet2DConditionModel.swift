import Basics
import Files
import Foundation
import Tensor

/// Predicts the noise in latents at a timestep, given what the picture is to show (Ronneberger et al. 2015, Rombach et
/// al. 2022): the UNet of Stable Diffusion 1.x, 2.x and XL.
public final class UNet2DConditionModel: Rebuildable, WidenedModel {
    public let configuration: UNetConfiguration
    /// Every parameter under its name in diffusers, in the order of the model.
    public let parameters: NamedTensors
    package var halfType: StoredType?
    /// Linear layers by the name of their module, for adapters.
    package let linears: [String: Linear]
    /// Whether a backward pass keeps the inputs of blocks alone, and computes what happens in them again: less memory
    /// for a third more work, and the same bits.
    public var recomputesBlocks = false

    private let input, output: Convolution2D
    private let time1, time2: Linear
    private let conditioning: ConditionEmbedding
    private let down: [DownBlock]
    private let middle: MiddleBlock?
    private let up: [UpBlock]
    private let outputNorm: GroupNorm
    private let activation: Tensor.Activation

    /// - Throws: `RhumbError` for a configuration that can't be, or what the source throws.
    public init(_ configuration: UNetConfiguration, _ source: ParameterSource) throws {
        let c = configuration
        let levels = try c.levels()
        self.configuration = c
        activation = try c.activation()
        let first = c.blockOutChannels[0], last = c.blockOutChannels[c.blockOutChannels.count - 1]
        let timeWidth = 4 * first
        var residual = ResidualBlock.Style(groups: c.normNumGroups, epsilon: c.normEps, activation: activation)
        residual.timeWidth = timeWidth
        residual.scalesAndShifts = c.resnetTimeScaleShift == "scale_shift"
        let style = UNetStyle(residual: residual, linearProjection: c.useLinearProjection)

        input = try Convolution2D(source, "conv_in", c.inChannels, first, kernel: c.convInKernel)
        time1 = try Linear(source, "time_embedding.linear_1", first, timeWidth)
        time2 = try Linear(source, "time_embedding.linear_2", timeWidth, timeWidth)
        conditioning = try ConditionEmbedding(source, c, timeWidth: timeWidth)

        // Channels of the skips in the order in which the way down leaves them.
        var skips = [first]
        var channels = first
        // Without padding, zeros at the right and lower edge alone, as in autoencoders.
        let half =
            c.downsamplePadding == 0
            ? Convolution(stride: 2, top: 0, left: 0, bottom: 1, right: 1)
            : Convolution(stride: 2, padding: c.downsamplePadding)
        down = try levels.down.enumerated().map { index, level in
            let isLast = index == levels.down.count - 1
            let block = try DownBlock(
                source, "down_blocks.\(index)", inputs: channels, level, style,
                downsampling: isLast ? nil : half)
            channels = level.channels
            skips += [Int](repeating: channels, count: level.layers + (isLast ? 0 : 1))
            return block
        }

        var middleStyle = residual
        middleStyle.scale = c.midBlockScaleFactor
        let middleUNet = UNetStyle(residual: middleStyle, linearProjection: c.useLinearProjection)
        switch c.midBlockType {
        case "UNetMidBlock2DCrossAttn":
            middle = try MiddleBlock(source, "mid_block", channels: last, levels.middle, middleUNet)
        case "UNetMidBlock2D": middle = try MiddleBlock(source, "mid_block", channels: last, nil, middleUNet)
        case nil: middle = nil
        case let other?:
            throw RhumbError.configuration(
                "mid_block_type", "'\(other)'", "'UNetMidBlock2DCrossAttn', 'UNetMidBlock2D' or null")
        }

        up = try levels.up.enumerated().map { index, level in
            let taken = (0...level.layers).map { _ in skips.removeLast() }
            let block = try UpBlock(
                source, "up_blocks.\(index)", inputs: channels, skips: taken, level, style,
                upsampling: index < levels.up.count - 1)
            channels = level.channels
            return block
        }
        outputNorm = try GroupNorm(source, "conv_norm_out", first, groups: c.normNumGroups, epsilon: c.normEps)
        output = try Convolution2D(source, "conv_out", first, c.outChannels, kernel: c.convOutKernel)
        (parameters, linears) = (source.parameters, source.linears)
    }

    /// A fresh model whose parameters ask for gradients.
    public convenience init(_ configuration: UNetConfiguration, seed: UInt64) throws {
        try self.init(configuration, ParameterSource(generator: Generator(seed: seed)))
    }

    /// The element type of the weights.
    public var dtype: DType { output.weight.dtype }

    /// The same model with parameters of another element type, for inference.
    public func converted(to dtype: DType) throws -> UNet2DConditionModel {
        try with(mergedParameters().map { ($0.name, try $0.tensor.detached().to(dtype)) })
    }

    /// The same model with parameters of another element type through which gradients flow back to this one's: mixed
    /// precision, where the weights that are updated keep theirs.
    public func recordedCopy(in dtype: DType) throws -> UNet2DConditionModel {
        try with(parameters.map { ($0.name, try $0.tensor.to(dtype)) })
    }

    public func rebuilt(_ configuration: UNetConfiguration, from source: ParameterSource) throws
        -> UNet2DConditionModel
    {
        try UNet2DConditionModel(configuration, source)
    }

    /// The prediction for noisy latents: noise, velocity or picture, as the model was trained.
    ///
    /// - Parameter timesteps: one for all latents, or one for each.
    /// - Shapes: sample [batch, height, width, inChannels], context [batch, tokens, contextWidth] → [batch, height,
    ///   width, outChannels], float32.
    public func callAsFunction(_ sample: Tensor, timesteps: [Int], context: Tensor) throws -> Tensor {
        try self(sample, times: timesteps.map(Float.init), context: context)
    }

    /// The prediction for noisy latents between timesteps, where some samplers step.
    ///
    /// - Parameters:
    ///   - times: one for all latents, or one for each.
    ///   - conditions: what the model is told besides, where it is of a kind that is.
    /// - Shapes: sample [batch, height, width, inChannels less those of the conditions], context [batch, tokens,
    ///   contextWidth] → [batch, height, width, outChannels], float32.
    /// - Throws: `RhumbError` for conditions that are missing, or that this UNet is not told.
    public func callAsFunction(
        _ sample: Tensor, times: [Float], context: Tensor, conditions: UNetConditions = UNetConditions()
    ) throws -> Tensor {
        let c = configuration
        let sample = try conditions.channels.map { try joined(sample, $0) } ?? sample
        guard sample.rank == 4, sample.shape[3] == c.inChannels else {
            let other = c.inChannels - c.outChannels
            if sample.rank == 4, sample.shape[3] == c.outChannels, other > 0 {
                throw RhumbError.missingCondition("\(other) channels beside the latents\(c.besideLatents)")
            }
            throw RhumbError.sample(sample.shape, channels: c.inChannels)
        }
        let batch = sample.shape[0]
        guard context.rank == 3, context.shape[0] == batch, context.shape[2] == c.contextWidth else {
            throw RhumbError.context(context.shape, batch: batch, width: c.contextWidth)
        }
        let embedding = try timeEmbedding(times, conditions, batch: batch)
        let context = try context.to(dtype)
        let centred = c.centerInputSample ? try sample * 2 - 1 : sample
        var h = try input(centred.to(dtype))
        var skips = [h]
        let step = BlockStep(recomputes: recomputesBlocks, embedding: embedding, context: context)
        for block in down { h = try block(h, step, skips: &skips) }
        if let middle { h = try middle(h, step) }
        for block in up { h = try block(h, step, skips: &skips) }
        return try output(outputNorm(h, activation)).to(.float32)
    }

    private func joined(_ sample: Tensor, _ channels: Tensor) throws -> Tensor {
        guard sample.rank == 4, channels.rank == 4, channels.shape.dropLast() == sample.shape.dropLast() else {
            throw RhumbError.shapes("what stands beside the latents", channels.shape, sample: sample.shape)
        }
        return try Tensor.concatenated([sample, channels.to(sample.dtype)], axis: 3)
    }

    /// The activated embedding of timesteps and conditions, [batch, 4 × first width]; every residual block projects it
    /// for itself.
    private func timeEmbedding(_ times: [Float], _ conditions: UNetConditions, batch: Int) throws -> Tensor {
        guard times.count == batch || times.count == 1 else {
            throw RhumbError.timesteps(times.count, batch: batch)
        }
        let width = configuration.blockOutChannels[0]
        let waves = try Tensor(configuration.waves(of: times, width: width), shape: [times.count, width]).to(dtype)
        let told = try conditioning.waves(waves, conditions)
        let embedding = try conditioning.added(
            to: time2(time1(told).activated(activation)), conditions, batch: batch
        ).activated(activation)
        return embedding.shape[0] == batch ? embedding : try embedding.expanded([batch, embedding.shape[1]])
    }
}

extension UNetConfiguration {
    /// What a model with so many more channels is told in them, in words for an error.
    fileprivate var besideLatents: String {
        switch inChannels - outChannels {
        case outChannels + 1: " (a mask and the masked picture: it inpaints)"
        case outChannels: " (the picture that it edits)"
        default: ""
        }
    }
}

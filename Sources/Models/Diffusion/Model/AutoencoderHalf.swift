import Tensor

/// The encoder or the decoder of an autoencoder: they differ in the order of their parts alone.
struct AutoencoderHalf {
    private let input, output: Convolution2D
    private let stages: [Stage]
    private let outputNorm: GroupNorm

    private enum Stage {
        case residual(ResidualBlock)
        case attention(PixelAttention)
        case down(Convolution2D)
        case up(Upsampler)
    }

    init(encoder c: AutoencoderConfiguration, _ source: ParameterSource) throws {
        let channels = c.blockOutChannels, style = try Self.style(c)
        input = try Convolution2D(source, "encoder.conv_in", c.inChannels, channels[0])
        var stages: [Stage] = []
        for (level, width) in channels.enumerated() {
            let name = "encoder.down_blocks.\(level)"
            for layer in 0..<c.layersPerBlock {
                let from = layer > 0 ? width : channels[max(level - 1, 0)]
                stages.append(.residual(try ResidualBlock(source, "\(name).resnets.\(layer)", from, width, style)))
            }
            guard level < channels.count - 1 else { continue }
            // Zeros at the right and lower edge only, as the published models were trained.
            let half = Convolution(stride: 2, top: 0, left: 0, bottom: 1, right: 1)
            stages.append(
                .down(try Convolution2D(source, "\(name).downsamplers.0.conv", width, width, geometry: half)))
        }
        let last = channels[channels.count - 1]
        self.stages = try stages + Self.middle(source, "encoder", last, c, style)
        outputNorm = try GroupNorm(source, "encoder.conv_norm_out", last, groups: c.normNumGroups, epsilon: 1e-6)
        output = try Convolution2D(source, "encoder.conv_out", last, 2 * c.latentChannels)
    }

    init(decoder c: AutoencoderConfiguration, _ source: ParameterSource) throws {
        let channels = Array(c.blockOutChannels.reversed()), style = try Self.style(c)
        input = try Convolution2D(source, "decoder.conv_in", c.latentChannels, channels[0])
        var stages: [Stage] = []
        for (level, width) in channels.enumerated() {
            let name = "decoder.up_blocks.\(level)"
            for layer in 0...c.layersPerBlock {
                let from = layer > 0 ? width : channels[max(level - 1, 0)]
                stages.append(.residual(try ResidualBlock(source, "\(name).resnets.\(layer)", from, width, style)))
            }
            guard level < channels.count - 1 else { continue }
            stages.append(.up(try Upsampler(source, "\(name).upsamplers.0", width)))
        }
        self.stages = try Self.middle(source, "decoder", channels[0], c, style) + stages
        let last = channels[channels.count - 1]
        outputNorm = try GroupNorm(source, "decoder.conv_norm_out", last, groups: c.normNumGroups, epsilon: 1e-6)
        output = try Convolution2D(source, "decoder.conv_out", last, c.outChannels)
    }

    private static func style(_ c: AutoencoderConfiguration) throws -> ResidualBlock.Style {
        ResidualBlock.Style(groups: c.normNumGroups, epsilon: 1e-6, activation: try DiffusionActivation.named(c.actFn))
    }

    private static func middle(
        _ source: ParameterSource, _ half: String, _ channels: Int, _ c: AutoencoderConfiguration,
        _ style: ResidualBlock.Style
    ) throws -> [Stage] {
        let name = "\(half).mid_block"
        let residuals = try (0..<2).map {
            Stage.residual(try ResidualBlock(source, "\(name).resnets.\($0)", channels, channels, style))
        }
        guard c.midBlockAddAttention else { return residuals }
        let attention = try PixelAttention(source, "\(name).attentions.0", channels, groups: c.normNumGroups)
        return [residuals[0], .attention(attention), residuals[1]]
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        var h = try input(x)
        for stage in stages {
            switch stage {
            case .residual(let block): h = try block(h)
            case .attention(let block): h = try block(h)
            case .down(let convolution): h = try convolution(h)
            case .up(let block): h = try block(h, to: (2 * h.shape[1], 2 * h.shape[2]))
            }
        }
        // Always SiLU here, whatever `act_fn` says.
        return try output(outputNorm(h, .silu))
    }
}

/// Attention among the positions of a feature map with a single head, beside a shortcut.
private struct PixelAttention {
    let norm: GroupNorm
    let attention: CrossAttention

    init(_ source: ParameterSource, _ name: String, _ channels: Int, groups: Int) throws {
        norm = try GroupNorm(source, "\(name).group_norm", channels, groups: groups, epsilon: 1e-6)
        attention = try CrossAttention(source, name, width: channels, heads: 1, bias: true)
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let rows = [x.shape[0], x.shape[1] * x.shape[2], x.shape[3]]
        return try attention(norm(x).reshaped(rows), addedTo: x.reshaped(rows)).reshaped(x.shape)
    }
}

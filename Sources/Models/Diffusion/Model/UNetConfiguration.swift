import Basics
import Files
import Tensor

/// The configuration of a UNet2DConditionModel under the published keys; an absent key has diffusers' default.
public struct UNetConfiguration: Equatable, Sendable {
    /// Side of the latents in pixels, for those who ask for no size of their own.
    public var sampleSize: Int? = nil
    public var inChannels = 4
    public var outChannels = 4
    public var centerInputSample = false
    public var flipSinToCos = true
    public var freqShift: Float = 0
    public var downBlockTypes = [
        "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D",
    ]
    /// Nil for a UNet without a middle.
    public var midBlockType: String? = "UNetMidBlock2DCrossAttn"
    public var upBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]
    public var onlyCrossAttention = OneOrMany.one(false)
    public var blockOutChannels = [320, 640, 1280, 1280]
    public var layersPerBlock = OneOrMany.one(2)
    public var downsamplePadding = 1
    public var midBlockScaleFactor: Float = 1
    public var actFn = "silu"
    public var normNumGroups = 32
    public var normEps: Float = 1e-5
    public var crossAttentionDim = OneOrMany.one(1280)
    public var transformerLayersPerBlock = OneOrMany.one(1)
    /// Despite its name the number of heads: a name that diffusers keeps for the sake of published files.
    public var attentionHeadDim = OneOrMany.one(8)
    public var useLinearProjection = false
    public var upcastAttention = false
    public var resnetTimeScaleShift = "default"
    public var convInKernel = 3
    public var convOutKernel = 3
    /// Width of the embedding of a guidance scale that is added to the time's, in models distilled with guidance (LCM);
    /// nil for those that are told no scale.
    public var timeCondProjDim: Int? = nil
    /// `text_time` for Stable Diffusion XL, whose UNet is told a pooled text and sizes; nil for none.
    public var additionEmbedType: String? = nil
    /// Width of the embedding of each of the sizes.
    public var additionTimeEmbedDim: Int? = nil
    /// Width of the pooled text with the embedded sizes.
    public var projectionClassEmbeddingsInputDim: Int? = nil
    /// Settings of the file it came from that change nothing here, passed on to what is saved.
    public var other: [JSON.Member] = []

    public init() {}
}

/// What one level of the UNet is made of, read out of the configuration's lists.
struct UNetLevel {
    let channels: Int
    let layers: Int
    /// Transformer blocks after each residual block; nil for a level without attention.
    let attention: Attention?

    struct Attention {
        let heads: Int
        let depth: Int
        let contextWidth: Int
        /// The first attention of a transformer block looks at the context too.
        let onlyCross: Bool
    }
}

extension UNetConfiguration {
    /// Levels from the largest latents to the smallest, with those of the way up from the smallest to the largest.
    ///
    /// - Throws: `RhumbError` naming the key that can't be.
    func levels() throws -> (down: [UNetLevel], up: [UNetLevel], middle: UNetLevel.Attention) {
        let count = blockOutChannels.count
        func list<T>(_ setting: OneOrMany<T>, _ key: String) throws -> [T] {
            guard let values = setting.values(count) else {
                throw RhumbError.configuration(key, "\(setting)", "one value, or a list of \(count)")
            }
            return values
        }
        // Sizes are checked before anything is multiplied by them or allocated.
        let widest = ConfigurationFile.widest, deepest = ConfigurationFile.deepest
        guard (1...deepest).contains(count), blockOutChannels.allSatisfy({ (1...widest).contains($0) }) else {
            throw RhumbError.configuration(
                "block_out_channels", "\(blockOutChannels)", "a list of 1 to \(deepest) numbers from 1 to \(widest)")
        }
        for (types, key) in [(downBlockTypes, "down_block_types"), (upBlockTypes, "up_block_types")] {
            guard types.count == count else {
                throw RhumbError.configuration(
                    key, "a list of \(types.count)", "as long as block_out_channels, \(count)")
            }
        }
        guard normNumGroups > 0, blockOutChannels.allSatisfy({ $0 % normNumGroups == 0 }) else {
            throw RhumbError.configuration(
                "norm_num_groups", "\(normNumGroups)",
                "a divisor of every one of block_out_channels, \(blockOutChannels)")
        }
        guard ["default", "scale_shift"].contains(resnetTimeScaleShift) else {
            throw RhumbError.configuration(
                "resnet_time_scale_shift", "'\(resnetTimeScaleShift)'", "'default' or 'scale_shift'")
        }
        for (isPossible, key, value, expected) in [
            ((1...widest).contains(inChannels), "in_channels", "\(inChannels)", "a number from 1 to \(widest)"),
            ((1...widest).contains(outChannels), "out_channels", "\(outChannels)", "a number from 1 to \(widest)"),
            (
                (1...99).contains(convInKernel) && convInKernel % 2 == 1, "conv_in_kernel", "\(convInKernel)",
                "odd, below 100"
            ),
            (
                (1...99).contains(convOutKernel) && convOutKernel % 2 == 1, "conv_out_kernel", "\(convOutKernel)",
                "odd, below 100"
            ),
            ((0...99).contains(downsamplePadding), "downsample_padding", "\(downsamplePadding)", "from 0 to 99"),
            (
                (1...ConfigurationFile.largestSide).contains(sampleSize ?? 1), "sample_size", "\(sampleSize ?? 1)",
                "a number from 1 to \(ConfigurationFile.largestSide)"
            ),
            (
                midBlockScaleFactor != 0 && midBlockScaleFactor.isFinite, "mid_block_scale_factor",
                "\(midBlockScaleFactor)",
                "another number"
            ),
            (
                freqShift < Float(max(blockOutChannels[0] / 2, 1)), "freq_shift", "\(freqShift)",
                "less than the frequencies"
            ),
        ] where !isPossible {
            throw RhumbError.configuration(key, value, expected)
        }
        try validateAdditions()
        func counts(_ setting: OneOrMany<Int>, _ key: String, most: Int) throws -> [Int] {
            let values = try list(setting, key)
            guard values.allSatisfy({ (1...most).contains($0) }) else {
                throw RhumbError.configuration(key, "\(setting)", "a number from 1 to \(most)")
            }
            return values
        }
        let layers = try counts(layersPerBlock, "layers_per_block", most: deepest)
        let heads = try list(attentionHeadDim, "attention_head_dim")
        let depths = try counts(
            transformerLayersPerBlock, "transformer_layers_per_block", most: deepest)
        let contexts = try counts(crossAttentionDim, "cross_attention_dim", most: widest)
        guard Set(contextWidths).count <= 1 else {
            throw RhumbError.configuration(
                "cross_attention_dim", "\(contexts)", "the same at all levels with attention")
        }
        let only = try list(onlyCrossAttention, "only_cross_attention")
        let attentions = try (0..<count).map { level in
            guard heads[level] > 0, blockOutChannels[level] % heads[level] == 0 else {
                throw RhumbError.configuration(
                    "attention_head_dim", "\(heads[level])",
                    "a divisor of the level's \(blockOutChannels[level]) channels")
            }
            return UNetLevel.Attention(
                heads: heads[level], depth: depths[level], contextWidth: contexts[level], onlyCross: only[level])
        }
        func levels(_ types: [String], _ order: [Int], crossing: String, plain: String, _ key: String) throws
            -> [UNetLevel]
        {
            try zip(types, order).map { type, level in
                guard type == crossing || type == plain else {
                    throw RhumbError.configuration(key, "'\(type)'", "'\(crossing)' or '\(plain)'")
                }
                return UNetLevel(
                    channels: blockOutChannels[level], layers: layers[level],
                    attention: type == crossing ? attentions[level] : nil)
            }
        }
        let ascending = Array(0..<count), last = attentions[count - 1]
        return (
            try levels(
                downBlockTypes, ascending, crossing: "CrossAttnDownBlock2D", plain: "DownBlock2D", "down_block_types"),
            try levels(
                upBlockTypes, ascending.reversed(), crossing: "CrossAttnUpBlock2D", plain: "UpBlock2D", "up_block_types"
            ),
            UNetLevel.Attention(
                heads: last.heads, depth: last.depth, contextWidth: last.contextWidth, onlyCross: false)
        )
    }

    /// The activation that `act_fn` names.
    func activation() throws -> Tensor.Activation { try DiffusionActivation.named(actFn) }

    /// Width of the text states that the UNet looks at.
    public var contextWidth: Int {
        if let width = contextWidths.first { return width }
        switch crossAttentionDim {
        case .one(let width): return width
        case .many(let widths): return widths.first ?? 0
        }
    }

    /// Those of the levels with attention and of the middle, which must all be the same.
    private var contextWidths: [Int] {
        guard let widths = crossAttentionDim.values(blockOutChannels.count) else { return [] }
        let levels = zip(widths, zip(downBlockTypes, upBlockTypes.reversed())).filter { _, types in
            types.0.hasPrefix("CrossAttn") || types.1.hasPrefix("CrossAttn")
        }
        return levels.map(\.0) + (midBlockType == "UNetMidBlock2DCrossAttn" ? widths.suffix(1) : [])
    }
}

enum DiffusionActivation {
    private static let table: [String: Tensor.Activation] = [
        "silu": .silu, "swish": .silu, "gelu": .gelu, "relu": .relu,
    ]

    static func named(_ name: String) throws -> Tensor.Activation {
        guard let activation = table[name] else {
            throw RhumbError.configuration(
                "act_fn", "'\(name)'", "one of \(table.keys.sorted().map { "'\($0)'" }.joined(separator: ", "))")
        }
        return activation
    }
}

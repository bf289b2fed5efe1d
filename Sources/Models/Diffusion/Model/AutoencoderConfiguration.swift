import Basics
import Files
import Tensor

/// The configuration of an AutoencoderKL under the published keys; an absent key has diffusers' default.
public struct AutoencoderConfiguration: Codable, Equatable, Sendable {
    public var inChannels = 3
    public var outChannels = 3
    public var downBlockTypes = ["DownEncoderBlock2D"]
    public var upBlockTypes = ["UpDecoderBlock2D"]
    public var blockOutChannels = [64]
    public var layersPerBlock = 1
    public var actFn = "silu"
    public var latentChannels = 4
    public var normNumGroups = 32
    /// Side of the pictures in pixels.
    public var sampleSize = 32
    /// What latents are multiplied by so that their variance is about 1, as the diffusion model takes them.
    public var scalingFactor: Float = 0.18215
    /// Kept for whoever reads what is saved: `StableDiffusionPipeline` leaves it aside, and so do pictures and latents
    /// here.
    public var shiftFactor: Float? = nil
    public var forceUpcast = true
    public var useQuantConv = true
    public var usePostQuantConv = true
    public var midBlockAddAttention = true
    /// Settings of the file it came from that change nothing here, passed on to what is saved.
    public var other: [JSON.Member] = []

    enum CodingKeys: String, CodingKey, CaseIterable {
        case inChannels = "in_channels"
        case outChannels = "out_channels"
        case downBlockTypes = "down_block_types"
        case upBlockTypes = "up_block_types"
        case blockOutChannels = "block_out_channels"
        case layersPerBlock = "layers_per_block"
        case actFn = "act_fn"
        case latentChannels = "latent_channels"
        case normNumGroups = "norm_num_groups"
        case sampleSize = "sample_size"
        case scalingFactor = "scaling_factor"
        case shiftFactor = "shift_factor"
        case forceUpcast = "force_upcast"
        case useQuantConv = "use_quant_conv"
        case usePostQuantConv = "use_post_quant_conv"
        case midBlockAddAttention = "mid_block_add_attention"
    }

    public init() {}

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try values.read(&inChannels, .inChannels)
        try values.read(&outChannels, .outChannels)
        try values.read(&downBlockTypes, .downBlockTypes)
        try values.read(&upBlockTypes, .upBlockTypes)
        try values.read(&blockOutChannels, .blockOutChannels)
        try values.read(&layersPerBlock, .layersPerBlock)
        try values.read(&actFn, .actFn)
        try values.read(&latentChannels, .latentChannels)
        try values.read(&normNumGroups, .normNumGroups)
        try values.read(&sampleSize, .sampleSize)
        try values.read(&scalingFactor, .scalingFactor)
        shiftFactor = try values.decodeIfPresent(Float.self, forKey: .shiftFactor)
        try values.read(&forceUpcast, .forceUpcast)
        try values.read(&useQuantConv, .useQuantConv)
        try values.read(&usePostQuantConv, .usePostQuantConv)
        try values.read(&midBlockAddAttention, .midBlockAddAttention)
    }

    /// Pixels along a side of the picture for one pixel of the latents.
    public var downsampling: Int { 1 << max(blockOutChannels.count - 1, 0) }

    func validate() throws {
        for (types, only, key) in [
            (downBlockTypes, "DownEncoderBlock2D", "down_block_types"),
            (upBlockTypes, "UpDecoderBlock2D", "up_block_types"),
        ] {
            guard types.count == blockOutChannels.count, types.allSatisfy({ $0 == only }) else {
                throw RhumbError.configuration(key, "\(types)", "'\(only)' for each of block_out_channels")
            }
        }
        // Sizes are checked before anything is multiplied by them or allocated; a level more halves the side once more.
        let widest = ConfigurationFile.widest
        guard (1...16).contains(blockOutChannels.count), normNumGroups > 0,
            blockOutChannels.allSatisfy({ (1...widest).contains($0) && $0 % normNumGroups == 0 })
        else {
            throw RhumbError.configuration(
                "block_out_channels", "\(blockOutChannels)",
                "1 to 16 multiples of norm_num_groups, \(normNumGroups), up to \(widest)")
        }
        for (key, value, most) in [
            ("in_channels", inChannels, widest), ("out_channels", outChannels, widest),
            ("latent_channels", latentChannels, widest),
            ("layers_per_block", layersPerBlock, ConfigurationFile.deepest),
            ("sample_size", sampleSize, ConfigurationFile.largestSide),
        ] where !(1...most).contains(value) {
            throw RhumbError.configuration(key, "\(value)", "a number from 1 to \(most)")
        }
        guard scalingFactor != 0, scalingFactor.isFinite else {
            throw RhumbError.configuration("scaling_factor", "\(scalingFactor)", "a number that can be divided by")
        }
        guard shiftFactor?.isFinite ?? true else {
            throw RhumbError.configuration("shift_factor", "\(shiftFactor ?? 0)", "a finite number")
        }
    }
}

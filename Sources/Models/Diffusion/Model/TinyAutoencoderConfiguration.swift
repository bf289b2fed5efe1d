import Basics
import Files

/// The configuration of an AutoencoderTiny under the published keys; an absent key has diffusers' default.
public struct TinyAutoencoderConfiguration: Codable, Equatable, Sendable {
    public var inChannels = 3
    public var outChannels = 3
    public var encoderBlockOutChannels = [64, 64, 64, 64]
    public var decoderBlockOutChannels = [64, 64, 64, 64]
    public var actFn = "relu"
    public var latentChannels = 4
    public var numEncoderBlocks = [1, 3, 3, 3]
    public var numDecoderBlocks = [3, 3, 3, 1]
    /// What latents are multiplied by as the diffusion model takes them: it was trained on those, so 1.
    public var scalingFactor: Float = 1
    /// Kept for whoever reads what is saved: `StableDiffusionPipeline` leaves it aside.
    public var shiftFactor: Float? = 0
    /// Settings of the file it came from that change nothing here, passed on to what is saved.
    public var other: [JSON.Member] = []

    enum CodingKeys: String, CodingKey, CaseIterable {
        case inChannels = "in_channels"
        case outChannels = "out_channels"
        case encoderBlockOutChannels = "encoder_block_out_channels"
        case decoderBlockOutChannels = "decoder_block_out_channels"
        case actFn = "act_fn"
        case latentChannels = "latent_channels"
        case numEncoderBlocks = "num_encoder_blocks"
        case numDecoderBlocks = "num_decoder_blocks"
        case scalingFactor = "scaling_factor"
        case shiftFactor = "shift_factor"
    }

    public init() {}

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try values.read(&inChannels, .inChannels)
        try values.read(&outChannels, .outChannels)
        try values.read(&encoderBlockOutChannels, .encoderBlockOutChannels)
        try values.read(&decoderBlockOutChannels, .decoderBlockOutChannels)
        try values.read(&actFn, .actFn)
        try values.read(&latentChannels, .latentChannels)
        try values.read(&numEncoderBlocks, .numEncoderBlocks)
        try values.read(&numDecoderBlocks, .numDecoderBlocks)
        try values.read(&scalingFactor, .scalingFactor)
        try values.read(&shiftFactor, .shiftFactor)
    }

    /// Pixels along a side of the picture for one pixel of the latents.
    public var downsampling: Int { 1 << max(numEncoderBlocks.count - 1, 0) }

    func validate() throws {
        let widest = ConfigurationFile.widest
        let deepest = ConfigurationFile.deepest
        for (widths, blocks, half) in [
            (encoderBlockOutChannels, numEncoderBlocks, "encoder"),
            (decoderBlockOutChannels, numDecoderBlocks, "decoder"),
        ] {
            // Convolutions between stages keep their width, in diffusers too.
            guard (1...16).contains(widths.count), (1...widest).contains(widths[0]),
                Set(widths).count == 1
            else {
                throw RhumbError.configuration(
                    "\(half)_block_out_channels", "\(widths)", "1 to 16 times one number from 1 to \(widest)")
            }
            guard blocks.count == widths.count, blocks.allSatisfy({ (0...deepest).contains($0) }) else {
                throw RhumbError.configuration(
                    "num_\(half)_blocks", "\(blocks)", "\(widths.count) numbers from 0 to \(deepest)")
            }
        }
        guard numEncoderBlocks.count == numDecoderBlocks.count else {
            throw RhumbError.configuration(
                "num_decoder_blocks", "\(numDecoderBlocks)",
                "as many as num_encoder_blocks, \(numEncoderBlocks.count)")
        }
        for (key, value) in [
            ("in_channels", inChannels), ("out_channels", outChannels),
            ("latent_channels", latentChannels),
        ] where !(1...widest).contains(value) {
            throw RhumbError.configuration(key, "\(value)", "a number from 1 to \(widest)")
        }
        guard scalingFactor != 0, scalingFactor.isFinite else {
            throw RhumbError.configuration(
                "scaling_factor", "\(scalingFactor)", "a number that can be divided by")
        }
        guard shiftFactor?.isFinite ?? true else {
            throw RhumbError.configuration("shift_factor", "\(shiftFactor ?? 0)", "a finite number")
        }
    }
}

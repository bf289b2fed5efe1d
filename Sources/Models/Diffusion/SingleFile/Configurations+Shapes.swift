import Basics
import Files

// Configurations of files that have none beside them: what shapes of weights tell, and what all models of Stable
// Diffusion 1.x and 2.x share.

extension Weights {
    /// A side of a weight.
    /// - Throws: `RhumbError` naming the weight where it is missing.
    fileprivate func size(_ name: String, _ side: Int) throws -> Int {
        guard let shape = shape(of: name), side < shape.count else {
            throw RhumbError.notAStableDiffusion(file: url.displayPath, missing: name)
        }
        return shape[side]
    }
}

extension UNetConfiguration {
    /// The configuration of a UNet of Stable Diffusion 1.x or 2.x by its weights, under the names of diffusers.
    ///
    /// Heads can't be told from shapes: 1.x has 8 at each level, 2.x, whose projections are linear, one for 64
    /// channels.
    init(shapesOf weights: Weights) throws {
        self.init()
        let levels = weights.count(below: "down_blocks")
        guard levels > 0 else {
            throw RhumbError.notAStableDiffusion(file: weights.url.displayPath, missing: "down_blocks.0.resnets.0")
        }
        blockOutChannels = try (0..<levels).map { try weights.size("down_blocks.\($0).resnets.0.conv1.weight", 0) }
        layersPerBlock = .one(weights.count(below: "down_blocks.0.resnets"))
        let hasAttention = (0..<levels).map { weights.count(below: "down_blocks.\($0).attentions") > 0 }
        downBlockTypes = hasAttention.map { $0 ? "CrossAttnDownBlock2D" : "DownBlock2D" }
        upBlockTypes = hasAttention.reversed().map { $0 ? "CrossAttnUpBlock2D" : "UpBlock2D" }
        inChannels = try weights.size("conv_in.weight", 1)
        outChannels = try weights.size("conv_out.weight", 0)
        let middle = "mid_block.attentions.0"
        crossAttentionDim = .one(
            try weights.size("\(middle).transformer_blocks.0.attn2.to_k.weight", 1))
        let depth = weights.count(below: "\(middle).transformer_blocks")
        let depths = hasAttention.indices.map { level in
            hasAttention[level] ? weights.count(below: "down_blocks.\(level).attentions.0.transformer_blocks") : 1
        }
        transformerLayersPerBlock = Set(depths) == [depth] ? .one(depth) : .many(depths)
        useLinearProjection = weights.shape(of: "\(middle).proj_in.weight")?.count == 2
        if useLinearProjection {
            attentionHeadDim = .many(blockOutChannels.map { max($0 / 64, 1) })
            upcastAttention = true
        }
        sampleSize = 64
        if let added = weights.shape(of: "add_embedding.linear_1.weight"), added.count == 2 {
            (additionEmbedType, additionTimeEmbedDim) = ("text_time", 256)
            projectionClassEmbeddingsInputDim = added[1]
            (upcastAttention, sampleSize) = (false, 128)
        }
    }
}

extension AutoencoderConfiguration {
    /// The configuration of an autoencoder of Stable Diffusion 1.x or 2.x by its weights, under the names of diffusers.
    init(shapesOf weights: Weights) throws {
        self.init()
        let levels = weights.count(below: "encoder.down_blocks")
        guard levels > 0 else {
            throw RhumbError.notAStableDiffusion(
                file: weights.url.displayPath, missing: "encoder.down_blocks.0.resnets.0")
        }
        blockOutChannels = try (0..<levels).map {
            try weights.size("encoder.down_blocks.\($0).resnets.0.conv1.weight", 0)
        }
        layersPerBlock = weights.count(below: "encoder.down_blocks.0.resnets")
        downBlockTypes = [String](repeating: "DownEncoderBlock2D", count: levels)
        upBlockTypes = [String](repeating: "UpDecoderBlock2D", count: levels)
        inChannels = try weights.size("encoder.conv_in.weight", 1)
        outChannels = try weights.size("decoder.conv_out.weight", 0)
        latentChannels = try weights.size("decoder.conv_in.weight", 1)
        useQuantConv = weights.contains("quant_conv.weight")
        usePostQuantConv = weights.contains("post_quant_conv.weight")
        midBlockAddAttention = weights.count(below: "encoder.mid_block.attentions") > 0
        sampleSize = 512
    }
}

import Tensor

/// What all blocks of one UNet share.
struct UNetStyle {
    let residual: ResidualBlock.Style
    let linearProjection: Bool

    func transformer(
        _ source: ParameterSource, _ name: String, _ channels: Int, _ attention: UNetLevel.Attention
    ) throws -> SpatialTransformer {
        try SpatialTransformer(
            source, name, channels: channels, groups: residual.groups, linear: linearProjection, attention)
    }
}

/// Residual blocks, each followed by transformer blocks where the level has attention, then half the size
/// (DownBlock2D and CrossAttnDownBlock2D).
struct DownBlock {
    let residuals: [ResidualBlock]
    let transformers: [SpatialTransformer]
    let downsampler: Convolution2D?

    init(
        _ source: ParameterSource, _ name: String, inputs: Int, _ level: UNetLevel, _ style: UNetStyle,
        downsampling: Convolution?
    ) throws {
        transformers =
            try level.attention.map { attention in
                try (0..<level.layers).map {
                    try style.transformer(source, "\(name).attentions.\($0)", level.channels, attention)
                }
            } ?? []
        residuals = try (0..<level.layers).map {
            try ResidualBlock(
                source, "\(name).resnets.\($0)", $0 == 0 ? inputs : level.channels, level.channels, style.residual)
        }
        downsampler = try downsampling.map {
            try Convolution2D(source, "\(name).downsamplers.0.conv", level.channels, level.channels, geometry: $0)
        }
    }

    /// Appends every result to `skips`, from where the way up takes them.
    func callAsFunction(_ x: Tensor, _ step: BlockStep, skips: inout [Tensor]) throws -> Tensor {
        var h = x
        for (index, residual) in residuals.enumerated() {
            h = try step(residual, h)
            if !transformers.isEmpty { h = try step(transformers[index], h) }
            skips.append(h)
        }
        if let downsampler {
            h = try downsampler(h)
            skips.append(h)
        }
        return h
    }
}

/// A residual block, then a transformer and a residual block where there is attention (UNetMidBlock2DCrossAttn, and
/// UNetMidBlock2D, of which a UNet has the first residual block alone).
struct MiddleBlock {
    let residuals: [ResidualBlock]
    let transformers: [SpatialTransformer]

    /// - Parameter attention: nil for a middle without it.
    init(
        _ source: ParameterSource, _ name: String, channels: Int, _ attention: UNetLevel.Attention?, _ style: UNetStyle
    ) throws {
        transformers = try attention.map { [try style.transformer(source, "\(name).attentions.0", channels, $0)] } ?? []
        residuals = try (0...transformers.count).map {
            try ResidualBlock(source, "\(name).resnets.\($0)", channels, channels, style.residual)
        }
    }

    func callAsFunction(_ x: Tensor, _ step: BlockStep) throws -> Tensor {
        var h = try step(residuals[0], x)
        for (transformer, residual) in zip(transformers, residuals.dropFirst()) {
            h = try step(residual, step(transformer, h))
        }
        return h
    }
}

/// Residual blocks that take a skip each, with transformer blocks where the level has attention, then twice the size
/// (UpBlock2D and CrossAttnUpBlock2D).
struct UpBlock {
    let residuals: [ResidualBlock]
    let transformers: [SpatialTransformer]
    let upsampler: Upsampler?

    /// - Parameters:
    ///   - inputs: channels of what comes from below.
    ///   - skips: channels of the skips in the order in which they are taken; one more than the level's layers.
    init(
        _ source: ParameterSource, _ name: String, inputs: Int, skips: [Int], _ level: UNetLevel, _ style: UNetStyle,
        upsampling: Bool
    ) throws {
        transformers =
            try level.attention.map { attention in
                try skips.indices.map {
                    try style.transformer(source, "\(name).attentions.\($0)", level.channels, attention)
                }
            } ?? []
        residuals = try skips.enumerated().map { index, skip in
            try ResidualBlock(
                source, "\(name).resnets.\(index)", (index == 0 ? inputs : level.channels) + skip, level.channels,
                style.residual)
        }
        upsampler = upsampling ? try Upsampler(source, "\(name).upsamplers.0", level.channels) : nil
    }

    func callAsFunction(_ x: Tensor, _ step: BlockStep, skips: inout [Tensor]) throws -> Tensor {
        var h = x
        for (index, residual) in residuals.enumerated() {
            h = try step(residual, h, beside: skips.removeLast())
            if !transformers.isEmpty { h = try step(transformers[index], h) }
        }
        guard let upsampler, let next = skips.last else { return h }
        // As large as the skip it will meet, which is twice the size unless that was odd.
        return try upsampler(h, to: (next.shape[1], next.shape[2]))
    }
}

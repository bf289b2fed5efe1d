import Tensor

/// norm, activation, convolution, twice, beside a shortcut (ResnetBlock2D of diffusers; He et al. 2016, Ho et al.
/// 2020).
struct ResidualBlock {
    let norm1, norm2: GroupNorm
    let convolution1, convolution2: Convolution2D
    /// From the activated time embedding to one number a channel; two with `scalesAndShifts`. Absent in autoencoders.
    let time: Linear?
    /// Where the number of channels changes: a convolution over single pixels.
    let shortcut: Convolution2D?
    let style: Style

    struct Style {
        let groups: Int
        let epsilon: Float
        let activation: Tensor.Activation
        /// Width of the time embedding; nil in autoencoders.
        var timeWidth: Int?
        /// The time embedding scales and shifts the second norm rather than being added before it.
        var scalesAndShifts = false
        /// What the sum is divided by.
        var scale: Float = 1
    }

    init(_ source: ParameterSource, _ name: String, _ inputs: Int, _ outputs: Int, _ style: Style) throws {
        self.style = style
        norm1 = try GroupNorm(source, "\(name).norm1", inputs, groups: style.groups, epsilon: style.epsilon)
        convolution1 = try Convolution2D(source, "\(name).conv1", inputs, outputs)
        time = try style.timeWidth.map {
            try Linear(source, "\(name).time_emb_proj", $0, style.scalesAndShifts ? 2 * outputs : outputs)
        }
        norm2 = try GroupNorm(source, "\(name).norm2", outputs, groups: style.groups, epsilon: style.epsilon)
        convolution2 = try Convolution2D(source, "\(name).conv2", outputs, outputs)
        shortcut =
            inputs == outputs
            ? nil : try Convolution2D(source, "\(name).conv_shortcut", inputs, outputs, kernel: 1)
    }

    /// - Parameter embedding: the activated time embedding, [batch, width].
    /// - Shapes: [batch, height, width, inputs] → [batch, height, width, outputs].
    func callAsFunction(_ x: Tensor, _ embedding: Tensor? = nil) throws -> Tensor {
        let h = try convolution1(norm1(x, style.activation))
        let projected = try embedding.flatMap { try time?($0) }
        let normal: Tensor
        if let projected, style.scalesAndShifts {
            let channels = h.shape[3]
            let factors = try projected.reshaped([projected.shape[0], 1, 1, 2 * channels])
            let scale = try factors.sliced(3, from: 0, to: channels)
            let shift = try factors.sliced(3, from: channels, to: 2 * channels)
            normal = try (norm2(h) * (scale + 1) + shift).activated(style.activation)
        } else {
            normal = try norm2(h, adding: projected, style.activation)
        }
        let sum = try convolution2(normal, addedTo: shortcut?(x) ?? x)
        return style.scale == 1 ? sum : try sum / style.scale
    }
}

/// Twice as large (or as large as asked for) by repeating pixels, then a convolution.
struct Upsampler {
    let convolution: Convolution2D

    init(_ source: ParameterSource, _ name: String, _ channels: Int) throws {
        convolution = try Convolution2D(source, "\(name).conv", channels, channels)
    }

    /// - Parameter size: height and width of the result.
    func callAsFunction(_ x: Tensor, to size: (height: Int, width: Int)) throws -> Tensor {
        try convolution(x.resampled(height: size.height, width: size.width, .nearest))
    }
}

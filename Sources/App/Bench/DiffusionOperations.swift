import Diffusion
import Tensor

extension DiffusionWork {
    /// Every weight once for each position it meets, and attention's own products.
    func arithmetic() throws -> Arithmetic {
        let once = try Self.arithmetic(of: kind.model, dtype).times(Double(batch) * kind.passes)
        // A sample ends in a picture.
        guard kind == .sample else { return once }
        return try once + Self.arithmetic(of: DiffusionKind.miniatureDecoding.model, dtype).times(Double(batch))
    }

    /// That of one pass forward of one row.
    private static func arithmetic(of model: DiffusionKind.Model, _ dtype: DType) throws -> Arithmetic {
        var direct = 0.0, least = 0.0
        for (name, shape) in try weights(of: model) where shape.count > 1 {
            let positions = positions(of: name, in: model)
            var products = shape.reduce(1) { $0 * Double($1) } * positions
            // Scores and mixing, counted where the queries are made.
            if name.hasSuffix("to_q.weight") {
                products += 2 * positions * keys(of: name, positions, in: model) * Double(shape[0])
            }
            direct += products
            // Only downsamplers step by two pixels.
            let isQuarter = shape.suffix(2) == [3, 3] && shape.count == 4 && !name.contains("downsamplers")
            least += isQuarter ? products / 4 : products
        }
        return Arithmetic(direct: 2 * direct, least: 2 * least, dtype: dtype)
    }

    /// Names and shapes of the model's weights, without the weights.
    private static func weights(of model: DiffusionKind.Model) throws -> [(String, [Int])] {
        var found: [(String, [Int])] = []
        let source = ParameterSource { name, shape, _ in
            found.append((name, shape))
            return try Tensor(0).expanded(shape)
        }
        switch model {
        case .unet(let c, _, _): _ = try UNet2DConditionModel(c, source)
        case .autoencoder(let c, _):
            _ = try AutoencoderKL(c, source)
            found = found.filter { $0.0.hasPrefix("decoder.") || $0.0.hasPrefix("post_quant_conv.") }
        }
        return found
    }

    /// How often a weight is used for one row of the batch: once a pixel of its results.
    private static func positions(of name: String, in model: DiffusionKind.Model) -> Double {
        let parts = name.split(separator: ".")
        /// The number after `part`.
        func index(_ part: String) -> Int? {
            parts.firstIndex { $0 == part }.flatMap { $0 + 1 < parts.count ? Int(parts[$0 + 1]) : nil }
        }
        switch model {
        case .autoencoder(let c, let side):
            let last = c.blockOutChannels.count - 1
            var doublings = name.contains("conv_out") ? last : min(index("up_blocks") ?? 0, last)
            if name.contains("upsamplers") { doublings += 1 }
            return Double((side * side) << (2 * doublings))
        case .unet(let c, let side, let tokens):
            if name.contains("time_emb") { return 1 }
            if name.contains("attn2.to_k") || name.contains("attn2.to_v") { return Double(tokens) }
            let last = c.blockOutChannels.count - 1
            var halvings = name.hasPrefix("mid_block") ? last : 0
            if let level = index("down_blocks") { halvings = level + (name.contains("downsamplers") ? 1 : 0) }
            if let level = index("up_blocks") { halvings = last - level - (name.contains("upsamplers") ? 1 : 0) }
            return Double((side * side) >> (2 * halvings))
        }
    }

    /// What each query is compared with.
    private static func keys(of name: String, _ positions: Double, in model: DiffusionKind.Model) -> Double {
        guard case .unet(_, _, let tokens) = model, name.contains("attn2") else { return positions }
        return Double(tokens)
    }
}

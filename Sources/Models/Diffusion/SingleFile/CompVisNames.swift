import Files

/// Names of tensors in the files of CompVis' latent-diffusion, which A1111, ComfyUI and the published `.ckpt` have too,
/// as those of diffusers.
///
/// | what | prefix in a whole file |
/// |---|---|
/// | UNet | `model.diffusion_model.`, its averaged weights `model_ema.diffusion_model…` |
/// | autoencoder | `first_stage_model.` |
/// | text encoder | `cond_stage_model.transformer.` (SD 1.x), `cond_stage_model.model.` (2.x) |
/// | text encoders of XL | `conditioner.embedders.0.transformer.`, `conditioner.embedders.1.model.` |
enum CompVisNames {
    static let unetPrefix = "model.diffusion_model."
    static let autoencoderPrefix = "first_stage_model."
    static let textPrefix = "cond_stage_model.transformer."
    static let openCLIPTextPrefix = "cond_stage_model.model."
    static let firstTextPrefix = "conditioner.embedders.0.transformer."
    static let secondTextPrefix = "conditioner.embedders.1.model."
    /// What files of training hold besides.
    static let idle = ["loss.", "model_ema."]

    /// Where input and output blocks lie in a UNet's levels.
    struct Levels {
        let count: Int
        let layers: Int

        /// Of a file's weights, without prefix; nil where they are no UNet's.
        init?(_ weights: Weights) {
            // The first input block is the convolution; each level but the last ends in one that halves the size.
            count = weights.names.count { $0.hasPrefix("input_blocks.") && $0.hasSuffix(".0.op.weight") } + 1
            let blocks = weights.count(below: "input_blocks")
            guard blocks > 0, blocks % count == 0, blocks / count > 1 else { return nil }
            layers = blocks / count - 1
        }
    }

    /// A UNet's name in diffusers; nil for a name of another place.
    static func unet(_ name: String, _ levels: Levels) -> String? {
        for (old, new) in [
            ("time_embed.0.", "time_embedding.linear_1."), ("time_embed.2.", "time_embedding.linear_2."),
            ("input_blocks.0.0.", "conv_in."), ("out.0.", "conv_norm_out."), ("out.2.", "conv_out."),
            ("middle_block.1.", "mid_block.attentions.0."), ("label_emb.0.0.", "add_embedding.linear_1."),
            ("label_emb.0.2.", "add_embedding.linear_2."),
        ] where name.hasPrefix(old) { return new + name.dropFirst(old.count) }
        let parts = name.split(separator: ".", maxSplits: 3)
        if parts.count == 3 || parts.count == 4, parts[0] == "middle_block", let index = ["0": 0, "2": 1][parts[1]] {
            return residual(name.dropFirst("middle_block.0.".count)).map { "mid_block.resnets.\(index).\($0)" }
        }
        guard parts.count == 4, let block = Int(parts[1]), block >= 0, let part = Int(parts[2]) else { return nil }
        let rest = parts[3]
        let isInput = parts[0] == "input_blocks"
        guard isInput || parts[0] == "output_blocks" else { return nil }
        let place = isInput ? block - 1 : block, length = levels.layers + 1
        let level = "\(isInput ? "down" : "up")_blocks.\(place / length)", layer = place % length
        if isInput, rest.hasPrefix("op.") { return "\(level).downsamplers.0.conv.\(rest.dropFirst(3))" }
        if !isInput, part > 0, rest.hasPrefix("conv.") { return "\(level).upsamplers.0.\(rest)" }
        switch part {
        case 0: return residual(rest).map { "\(level).resnets.\(layer).\($0)" }
        case 1: return "\(level).attentions.\(layer).\(rest)"
        default: return nil
        }
    }

    private static func residual(_ rest: some StringProtocol) -> String? {
        for (old, new) in [
            ("in_layers.0.", "norm1."), ("in_layers.2.", "conv1."), ("emb_layers.1.", "time_emb_proj."),
            ("out_layers.0.", "norm2."), ("out_layers.3.", "conv2."), ("skip_connection.", "conv_shortcut."),
        ] where rest.hasPrefix(old) { return new + rest.dropFirst(old.count) }
        return nil
    }

    /// An autoencoder's name in diffusers; nil for a name of another place.
    ///
    /// - Parameter levels: how many it has; CompVis counts those of the decoder the other way round.
    static func autoencoder(_ name: String, levels: Int) -> String? {
        if name.hasPrefix("quant_conv.") || name.hasPrefix("post_quant_conv.") { return name }
        let parts = name.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, parts[0] == "encoder" || parts[0] == "decoder" else { return nil }
        let half = parts[0], rest = parts[1]
        for (old, new) in [
            ("conv_in.", "conv_in."), ("conv_out.", "conv_out."), ("norm_out.", "conv_norm_out."),
            ("mid.block_1.", "mid_block.resnets.0."), ("mid.block_2.", "mid_block.resnets.1."),
            ("mid.attn_1.norm.", "mid_block.attentions.0.group_norm."),
            ("mid.attn_1.q.", "mid_block.attentions.0.to_q."), ("mid.attn_1.k.", "mid_block.attentions.0.to_k."),
            ("mid.attn_1.v.", "mid_block.attentions.0.to_v."),
            ("mid.attn_1.proj_out.", "mid_block.attentions.0.to_out.0."),
        ] where rest.hasPrefix(old) { return "\(half).\(new)\(shortcut(rest.dropFirst(old.count)))" }
        let steps = rest.split(separator: ".", maxSplits: 3)
        guard steps.count == 4, steps[0] == "down" || steps[0] == "up", let number = Int(steps[1]) else { return nil }
        let level = steps[0] == "down" ? "down_blocks.\(number)" : "up_blocks.\(levels - 1 - number)"
        switch steps[2] {
        case "block": return "\(half).\(level).resnets.\(shortcut(steps[3]))"
        case "downsample", "upsample": return "\(half).\(level).\(steps[2])rs.0.\(steps[3])"
        default: return nil
        }
    }

    private static func shortcut(_ rest: some StringProtocol) -> String {
        String(rest).replacing("nin_shortcut.", with: "conv_shortcut.")
    }
}

extension Weights {
    /// A UNet's tensors under the names of diffusers, whichever program wrote them: CompVis' names with or without
    /// their prefix, or diffusers' own.
    ///
    /// - Parameter levels: of the UNet that the tensors are of, where they may be a part of it.
    func unetNamedAsInDiffusers(_ levels: CompVisNames.Levels? = nil) -> Weights {
        var weights = unwrapped()
        for prefix in [CompVisNames.unetPrefix, "diffusion_model.", "unet."] {
            let part = weights.part(prefix)
            if !part.names.isEmpty { weights = part }
        }
        guard weights.names.contains(where: { $0.hasPrefix("input_blocks.") || $0.hasPrefix("output_blocks.") }),
            let levels = levels ?? CompVisNames.Levels(weights)
        else { return weights }
        return weights.renamed { CompVisNames.unet($0, levels) ?? $0 }
    }

    /// An autoencoder's tensors under the names of diffusers, whichever program wrote them.
    func autoencoderNamedAsInDiffusers() -> Weights {
        var weights = unwrapped()
        for prefix in [CompVisNames.autoencoderPrefix, "vae."] {
            let part = weights.part(prefix)
            if !part.names.isEmpty { weights = part }
        }
        weights = weights.renamed { name in CompVisNames.idle.contains(where: name.hasPrefix) ? nil : name }
        let levels = weights.count(below: "encoder.down")
        guard levels > 0 else { return weights }
        return weights.renamed { CompVisNames.autoencoder($0, levels: levels) ?? $0 }
    }
}

import Foundation

/// What the names of tensors say that a file of weights is, for one that becomes no model by itself, and what takes it.
struct WeightsContents {
    let what: String
    let advice: String

    /// - Parameters:
    ///   - names: of the tensors.
    ///   - path: what the user called the file.
    /// - Returns: nil for names of no known kind.
    init?(_ names: [String], path: String) {
        func has(_ parts: String...) -> Bool { names.contains { name in parts.contains { name.contains($0) } } }
        func begins(_ prefixes: String...) -> Bool {
            names.contains { name in prefixes.contains { name.hasPrefix($0) } }
        }
        let folder = "it loads as a folder that holds its 'config.json' and tokenizer too"
        if begins("conditioner.embedders.") {
            (what, advice) = (
                "Stable Diffusion XL", "a whole one has its UNet, autoencoder and both text encoders"
            )
        } else if has("lora_", ".lora.", "_lora.", ".hada_", ".lokr_") {
            (what, advice) = ("adapters (LoRA)", "put them onto a pipeline: lora sd \"\(path)\"")
        } else if begins("model.diffusion_model.", "diffusion_model.", "input_blocks.", "down_blocks.", "unet.")
            || (has("attn2.to_k") && !has("text_model."))
        {
            (what, advice) = ("a UNet", "put it into a pipeline: load \"BASE\" unet: \"\(path)\"")
        } else if begins("first_stage_model.", "encoder.down", "decoder.up") {
            (what, advice) = ("an autoencoder", "put it into a pipeline: load \"BASE\" vae: \"\(path)\"")
        } else if has("text_model.") && has("vision_model.") {
            (what, advice) = ("a CLIP of transformers", folder)
        } else if has("text_model.") {
            (what, advice) = (
                "a text encoder",
                "its folder, with 'config.json', goes into a pipeline: load \"BASE\" text_encoder: \"FOLDER\""
            )
        } else if has("vision_model.") {
            (what, advice) = ("the image tower of a CLIP", "a CLIP needs its text tower too")
        } else if begins("string_to_param.") || names == ["emb_params"] || names == ["clip_l"]
            || (!names.isEmpty && names.allSatisfy { $0.hasPrefix("<") && $0.hasSuffix(">") })
        {
            (what, advice) = ("a textual inversion", "put it into a pipeline: load \"BASE\" embeddings: \"\(path)\"")
        } else {
            return nil
        }
    }
}

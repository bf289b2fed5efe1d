import Files

extension WeightNames {
    /// transformers' own files. Older ones hold the numbers of the positions too.
    private static let transformers = WeightNames(
        rules: [], keepsOthers: true,
        ignored: ["text_model.embeddings.position_ids", "vision_model.embeddings.position_ids"])

    /// OpenCLIP's, and OpenAI's original ones.
    ///
    /// - Parameter textPrefix: before the names of the text tower: `text.` in models with a tower of its own class.
    static func openCLIP(textPrefix: String) -> WeightNames {
        func encoder(_ parameter: String, _ stored: String) -> [Rule] {
            let (layer, block) = ("\(parameter).encoder.layers.*", "\(stored)transformer.resblocks.*")
            let joined = ["q_proj", "k_proj", "v_proj"].enumerated().flatMap { third, name in
                [
                    Rule(
                        parameter: "\(layer).self_attn.\(name).weight", stored: "\(block).attn.in_proj_weight",
                        form: .third(third)),
                    Rule(
                        parameter: "\(layer).self_attn.\(name).bias", stored: "\(block).attn.in_proj_bias",
                        form: .third(third)),
                ]
            }
            return joined + [
                Rule(parameter: "\(layer).self_attn.out_proj.*", stored: "\(block).attn.out_proj.*"),
                Rule(parameter: "\(layer).layer_norm1.*", stored: "\(block).ln_1.*"),
                Rule(parameter: "\(layer).layer_norm2.*", stored: "\(block).ln_2.*"),
                Rule(parameter: "\(layer).mlp.fc1.*", stored: "\(block).mlp.c_fc.*"),
                Rule(parameter: "\(layer).mlp.fc2.*", stored: "\(block).mlp.c_proj.*"),
            ]
        }
        return WeightNames(
            rules: encoder("text_model", textPrefix) + encoder("vision_model", "visual.") + [
                Rule(
                    parameter: "text_model.embeddings.token_embedding.weight",
                    stored: "\(textPrefix)token_embedding.weight"),
                Rule(
                    parameter: "text_model.embeddings.position_embedding.weight",
                    stored: "\(textPrefix)positional_embedding"),
                Rule(parameter: "text_model.final_layer_norm.*", stored: "\(textPrefix)ln_final.*"),
                Rule(parameter: "text_projection.weight", stored: "\(textPrefix)text_projection", form: .transposed),
                Rule(parameter: "vision_model.embeddings.class_embedding", stored: "visual.class_embedding"),
                Rule(parameter: "vision_model.embeddings.patch_embedding.weight", stored: "visual.conv1.weight"),
                Rule(
                    parameter: "vision_model.embeddings.position_embedding.weight",
                    stored: "visual.positional_embedding"),
                Rule(parameter: "vision_model.pre_layrnorm.*", stored: "visual.ln_pre.*"),
                Rule(parameter: "vision_model.post_layernorm.*", stored: "visual.ln_post.*"),
                Rule(parameter: "visual_projection.weight", stored: "visual.proj", form: .transposed),
                Rule(parameter: "logit_scale", stored: "logit_scale"),
            ],
            ignored: ["\(textPrefix)attn_mask", "input_resolution", "context_length", "vocab_size"])
    }

    /// Where the parameters of a CLIP model stand, which has transformers' names, by what a file holds.
    static func clip(in weights: Weights) -> WeightNames {
        guard weights.contains("visual.conv1.weight") else { return transformers }
        return openCLIP(textPrefix: weights.contains("text.token_embedding.weight") ? "text." : "")
    }

    /// Where the parameters of a text tower by itself stand: transformers 5 writes them without their prefix.
    static func clipText(in weights: Weights) -> WeightNames {
        guard !weights.contains("text_model.final_layer_norm.weight") else { return transformers }
        return WeightNames(
            rules: (1...7).map { depth in
                let name = [String](repeating: "*", count: depth).joined(separator: ".")
                return Rule(parameter: "text_model.\(name)", stored: name)
            },
            ignored: ["embeddings.position_ids"])
    }
}

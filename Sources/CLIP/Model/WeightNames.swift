import Checkpoint
import Tensor

/// Where a model's parameters stand in files of one origin, as a list of rules.
///
/// Parameters have their names in transformers. A `*` stands for one part of a name between dots and takes the same
/// text on both sides; the first rule that fits counts.
struct WeightNames: Sendable {
    enum Form: Sendable {
        case same
        /// Stored as [inputs, outputs].
        case transposed
        /// One of three of the same shape, stacked along the first dimension.
        case third(Int)
    }

    struct Rule: Sendable {
        let parameter: String
        let stored: String
        var form = Form.same
    }

    let rules: [Rule]
    /// What such files hold besides weights.
    let ignored: Set<String>

    /// Where a parameter stands, or nil when no rule says.
    func place(of parameter: String) -> (stored: String, form: Form)? {
        let parts = parameter.split(separator: ".")
        for rule in rules {
            let pattern = rule.parameter.split(separator: ".")
            guard pattern.count == parts.count, zip(pattern, parts).allSatisfy({ $0 == "*" || $0 == $1 }) else {
                continue
            }
            var taken = zip(pattern, parts).filter { $0.0 == "*" }.map(\.1)[...]
            let stored = rule.stored.split(separator: ".").map { $0 == "*" ? taken.removeFirst() : $0 }
            return (stored.joined(separator: "."), rule.form)
        }
        return nil
    }

    /// transformers' own files. Older ones hold the numbers of the positions too.
    static let transformers = WeightNames(
        rules: (1...8).map { depth in
            let name = [String](repeating: "*", count: depth).joined(separator: ".")
            return Rule(parameter: name, stored: name)
        },
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

    /// The rules that fit what a file holds.
    static func of(_ weights: Weights) -> WeightNames {
        guard weights.contains("visual.conv1.weight") else { return transformers }
        return openCLIP(textPrefix: weights.contains("text.token_embedding.weight") ? "text." : "")
    }
}

extension WeightNames.Form {
    /// The stored shape of a parameter.
    func stored(_ shape: [Int]) -> [Int] {
        switch self {
        case .same: shape
        case .transposed: shape.reversed()
        case .third: [shape[0] * 3] + shape.dropFirst()
        }
    }

    /// The parameter in what is stored.
    func parameter(_ stored: Tensor) throws -> Tensor {
        switch self {
        case .same: return stored
        case .transposed: return try stored.transposed().contiguous()
        case .third(let third):
            let size = stored.shape[0] / 3
            return try stored.sliced(0, from: third * size, to: (third + 1) * size).contiguous()
        }
    }
}

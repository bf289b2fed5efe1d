import Basics
import Files
import Foundation

extension CLIPConfiguration {
    /// The configuration of a SigLIP model, of which SigLIP 2's of one resolution are too; an absent key has
    /// transformers' default.
    ///
    /// - Throws: `RhumbError` for towers of different widths, or without the head that pools.
    init(sigLIP json: JSON) throws {
        let shared: [JSON.Member] = [
            .init("hidden_size", 768), .init("intermediate_size", 3072), .init("num_hidden_layers", 12),
            .init("num_attention_heads", 12), .init("hidden_act", "gelu_pytorch_tanh"),
            .init("layer_norm_eps", .number(1e-6)),
        ]
        func tower(_ key: String, _ defaults: [JSON.Member]) -> JSON.Member {
            let given = (json[key]?.members ?? []).filter { !$0.value.isNull }
            let names = Set(given.map(\.key))
            return .init(key, .object(given + defaults.filter { !names.contains($0.key) }))
        }
        let text = tower(
            "text_config", shared + [.init("vocab_size", 32000), .init("max_position_embeddings", 64)])
        let vision = tower(
            "vision_config",
            shared + [.init("num_channels", 3), .init("image_size", 224), .init("patch_size", 16)])
        let whole = JSON.object([text, vision]).text()
        self = try JSONDecoder().decode(CLIPConfiguration.self, from: Data(whole.utf8))
        isSigLIP = true
        projectionDim = text.value["projection_size"]?.integer ?? self.text.hiddenSize
        guard projectionDim == self.vision.hiddenSize else {
            throw RhumbError.configuration(
                "text_config.projection_size", "\(projectionDim)",
                "vision_config.hidden_size, \(self.vision.hiddenSize)")
        }
        guard vision.value["vision_use_head"]?.bool ?? true else {
            throw RhumbError.configuration("vision_config.vision_use_head", "false", "true")
        }
    }

    /// The `config.json` of SigLIP.
    var sigLIPJSON: JSON {
        get throws {
            func tower(_ value: some Encodable, _ kind: String, _ added: [JSON.Member]) throws -> JSON {
                let dropped = ["bos_token_id", "eos_token_id", "pad_token_id"]
                let members = (try FileContents.json(value).members ?? []).filter { !dropped.contains($0.key) }
                return .object(members + added + [.init("model_type", .string(kind))])
            }
            return try [
                "architectures": ["SiglipModel"], "model_type": "siglip",
                "text_config": tower(
                    text, "siglip_text_model", [.init("projection_size", .integer(projectionDim))]),
                "vision_config": tower(vision, "siglip_vision_model", []),
            ]
        }
    }
}

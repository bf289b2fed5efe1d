import Basics
import Files

extension CLIPConfiguration {
    /// The configuration of OpenCLIP's `open_clip_config.json`.
    ///
    /// - Throws: `RhumbError` naming a key that is missing, or an option that makes another kind of model of it.
    init(openCLIP json: JSON) throws(RhumbError) {
        guard let model = json["model_cfg"] else { throw .openCLIP("model_cfg", "is missing") }
        guard let vision = model["vision_cfg"], let text = model["text_cfg"] else {
            throw .openCLIP("model_cfg", "has no 'vision_cfg' and 'text_cfg'")
        }
        try Self.refuse(model, "model_cfg", Self.plainModel)
        try Self.refuse(vision, "vision_cfg", Self.plainTower + Self.plainVision)
        try Self.refuse(text, "text_cfg", Self.plainTower + Self.plainText)
        self.init()
        let activation: HiddenActivation = model["quick_gelu"]?.bool == true ? .quickGELU : .gelu
        projectionDim = try Self.whole(model, "embed_dim", default: nil)

        self.text.hiddenSize = try Self.whole(text, "width", default: 512)
        self.text.intermediateSize = try Self.expanded(self.text.hiddenSize, text)
        self.text.numHiddenLayers = try Self.whole(text, "layers", default: 12)
        self.text.numAttentionHeads = try Self.whole(text, "heads", default: 8)
        self.text.maxPositionEmbeddings = try Self.whole(text, "context_length", default: 77)
        self.text.vocabSize = try Self.whole(text, "vocab_size", default: 49408)
        self.text.hiddenAct = activation
        // OpenCLIP pools where the identifier is largest.
        self.text.eosTokenID = TextConfiguration.legacyEosTokenID

        self.vision.hiddenSize = try Self.whole(vision, "width", default: 768)
        self.vision.intermediateSize = try Self.expanded(self.vision.hiddenSize, vision)
        self.vision.numHiddenLayers = try Self.whole(vision, "layers", default: 12)
        self.vision.numAttentionHeads = self.vision.hiddenSize / (try Self.whole(vision, "head_width", default: 64))
        self.vision.imageSize = try Self.whole(vision, "image_size", default: 224)
        self.vision.patchSize = try Self.whole(vision, "patch_size", default: 16)
        self.vision.hiddenAct = activation
    }

    /// Options with the values that a plain CLIP has; others ask for layers that are not built here.
    private static let plainModel: [(key: String, values: [JSON])] = [("multimodal_cfg", [])]
    private static let plainTower: [(key: String, values: [JSON])] = [
        ("ls_init_value", []), ("block_type", ["default"]), ("act_kwargs", [[:]]), ("norm_kwargs", [[:]]),
        ("final_ln_after_pool", [false]), ("qk_norm", [false]), ("scaled_cosine_attn", [false]),
        ("scale_heads", [false]), ("scale_attn_inner", [false]), ("scale_attn", [false]), ("scale_fc", [false]),
    ]
    private static let plainVision: [(key: String, values: [JSON])] = [
        ("timm_model_name", []), ("attentional_pool", [false]), ("no_ln_pre", [false]), ("pool_type", ["tok"]),
        ("pos_embed_type", ["learnable"]),
    ]
    private static let plainText: [(key: String, values: [JSON])] = [
        ("hf_model_name", []), ("embed_cls", [false]), ("no_causal_mask", [false]), ("pool_type", ["argmax"]),
        ("proj_bias", [false]), ("proj_type", ["linear"]),
    ]

    private static func refuse(
        _ json: JSON, _ part: String, _ plain: [(key: String, values: [JSON])]
    ) throws(RhumbError) {
        for (key, values) in plain {
            guard let value = json[key].present, !values.contains(value) else { continue }
            throw .openCLIP("\(part).\(key)", "is \(value.text()), which asks for a model of another kind")
        }
    }

    private static func whole(_ json: JSON, _ key: String, default fallback: Int?) throws(RhumbError) -> Int {
        guard let value = json[key].present else {
            guard let fallback else { throw .openCLIP(key, "is missing") }
            return fallback
        }
        guard let number = value.integer, number > 0 else {
            throw .openCLIP(key, "must be a positive whole number, not \(value.text())")
        }
        return number
    }

    private static func expanded(_ width: Int, _ json: JSON) throws(RhumbError) -> Int {
        let inner = Double(width) * (json["mlp_ratio"].present?.number ?? 4)
        guard inner >= 1, inner < 1e15 else {
            throw .openCLIP("mlp_ratio", "must be a number above 0, not \((json["mlp_ratio"] ?? .null).text())")
        }
        return Int(inner)
    }
}

extension Preprocessing {
    /// What `open_clip_config.json` says of pictures.
    init(openCLIP json: JSON, imageSize: Int) throws(RhumbError) {
        self.init(imageSize: imageSize)
        let part = json["preprocess_cfg"] ?? [:]
        mean = try Self.channels(part, "mean") ?? mean
        standardDeviation = try Self.channels(part, "std") ?? standardDeviation
        switch part["interpolation"]?.string ?? "bicubic" {
        case "bicubic": filter = .bicubic
        case "bilinear": filter = .bilinear
        case let name:
            throw .openCLIP("preprocess_cfg.interpolation", "must be bicubic or bilinear, not \"\(name)\"")
        }
        switch part["resize_mode"]?.string ?? "shortest" {
        case "shortest": break
        case "squash": size = .exactly(height: imageSize, width: imageSize)
        case let name: throw .openCLIP("preprocess_cfg.resize_mode", "must be shortest or squash, not \"\(name)\"")
        }
    }
}

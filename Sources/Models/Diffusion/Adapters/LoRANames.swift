import Foundation

/// What the names of adapters' tensors mean, in every layout that is read.
struct LoRANames {
    enum Part {
        case down, up, alpha
    }

    /// Before the names of the text encoder's layers, wherever layers of both parts stand side by side.
    static let textPrefix = "text_encoder."

    /// Names of layers with dots, by how kohya's scripts write them, with underscores.
    private let modules: [String: String]
    /// Those of the text encoder, without their prefix.
    private let textModules: [String: String]

    /// - Parameter modules: names of layers in diffusers; those of the text encoder after `textPrefix`.
    init(modules: some Sequence<String>) {
        var (own, text): ([String: String], [String: String]) = ([:], [:])
        for name in modules {
            if name.hasPrefix(Self.textPrefix) {
                let rest = String(name.dropFirst(Self.textPrefix.count))
                text[rest.replacing(".", with: "_")] = rest
            } else {
                own[name.replacing(".", with: "_")] = name
            }
        }
        (self.modules, textModules) = (own, text)
    }

    private static let endings: [(ending: String, part: Part)] = [
        (".lora_A.weight", .down), (".lora_B.weight", .up), (".lora_A.default.weight", .down),
        (".lora_B.default.weight", .up), (".lora_down.weight", .down), (".lora_up.weight", .up),
        (".lora.down.weight", .down), (".lora.up.weight", .up), (".lora_layer.down.weight", .down),
        (".lora_layer.up.weight", .up), (".lora_linear_layer.down.weight", .down),
        (".lora_linear_layer.up.weight", .up),
        ("_lora.down.weight", .down), ("_lora.up.weight", .up), ("_lora.alpha", .alpha), (".lora.alpha", .alpha),
        (".alpha", .alpha),
    ]
    private static let prefixes = ["base_model.model.", "unet."]
    private static let kohya = "lora_unet_", kohyaText = "lora_te_"
    private static let processor = ".processor."

    /// The layer that a tensor belongs to, and what of it the tensor is; nil for a name of no layout.
    func place(of name: String) -> (module: String, part: Part)? {
        guard let (ending, part) = Self.endings.first(where: { name.hasSuffix($0.ending) }) else { return nil }
        var module = String(name.dropLast(ending.count))
        for prefix in Self.prefixes where module.hasPrefix(prefix) { module.removeFirst(prefix.count) }
        if module.hasPrefix(Self.kohya) {
            let rest = String(module.dropFirst(Self.kohya.count))
            return (modules[rest] ?? rest, part)
        }
        if module.hasPrefix(Self.kohyaText) {
            let rest = String(module.dropFirst(Self.kohyaText.count))
            return (Self.textPrefix + (textModules[rest] ?? rest), part)
        }
        if module.hasPrefix(Self.textPrefix) {
            // transformers 5 leaves the tower's own name out.
            let rest = String(module.dropFirst(Self.textPrefix.count)), tower = "text_model."
            return (Self.textPrefix + (rest.hasPrefix(tower) ? rest : tower + rest), part)
        }
        if let place = module.range(of: Self.processor) {
            let layer = module[place.upperBound...]
            module = module[..<place.lowerBound] + "." + (layer == "to_out" ? "to_out.0" : layer)
        }
        return (module, part)
    }

    /// What a tensor is for that is not computed here; nil for any other.
    ///
    /// - Parameter takesText: whether adapters of the text encoder have a place.
    static func unsupported(_ name: String, takesText: Bool) -> String? {
        let marks: [(String, String)] = [
            ("lora_magnitude_vector", "DoRA"), ("dora_scale", "DoRA"), (".hada_", "LoHa"), (".lokr_", "LoKr"),
            (".lora_mid", "a middle matrix"), (".diff", "whole differences of weights"), (".lora_B.bias", "a bias"),
            (".oft_", "OFT"), (".bora_", "BoRA"),
        ]
        if ["lora_te1_", "lora_te2_", "text_encoder_2."].contains(where: name.hasPrefix) {
            return "adapters of Stable Diffusion XL"
        }
        if let mark = marks.first(where: { name.contains($0.0) }) { return mark.1 }
        let isText = name.hasPrefix(kohyaText) || name.contains("text_encoder") || name.contains("text_model")
        return isText && !takesText ? "adapters of the text encoder" : nil
    }
}

import Foundation

/// What the names of adapters' tensors mean, in every layout that is read.
struct LoRANames {
    enum Part {
        case down, up, alpha
    }

    /// Names of layers with dots as kohya's scripts write them, with underscores.
    private let modules: [String: String]

    init(modules: some Sequence<String>) {
        self.modules = Dictionary(modules.map { ($0.replacing(".", with: "_"), $0) }) { first, _ in first }
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
    private static let kohya = "lora_unet_"
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
        if let place = module.range(of: Self.processor) {
            let layer = module[place.upperBound...]
            module = module[..<place.lowerBound] + "." + (layer == "to_out" ? "to_out.0" : layer)
        }
        return (module, part)
    }

    /// What a tensor is for that is not computed here; nil for any other.
    static func unsupported(_ name: String) -> String? {
        let marks: [(String, String)] = [
            ("lora_magnitude_vector", "DoRA"), ("dora_scale", "DoRA"), (".hada_", "LoHa"), (".lokr_", "LoKr"),
            (".lora_mid", "a middle matrix"), (".diff", "whole differences of weights"), (".lora_B.bias", "a bias"),
            (".oft_", "OFT"), (".bora_", "BoRA"),
        ]
        if name.hasPrefix("lora_te") || name.contains("text_encoder") || name.contains("text_model") {
            return "adapters of the text encoder"
        }
        return marks.first { name.contains($0.0) }?.1
    }
}

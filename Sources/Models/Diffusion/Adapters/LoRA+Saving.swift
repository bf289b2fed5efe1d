import Files
import Foundation
import Tensor

extension LoRA {
    /// The file that `load_lora_weights` of diffusers looks for in a folder.
    public static let fileName = "pytorch_lora_weights.safetensors"
    static let metadataKey = "lora_adapter_metadata"
    static let prefix = "unet."

    /// The layouts in which adapters are written.
    public enum Layout: String, CaseIterable, Sendable {
        /// As `save_lora_weights` of diffusers writes them, with the configuration in the file's metadata.
        case diffusers
        /// As kohya's scripts write them, and other programs read them: an alpha for each layer.
        case kohya
    }

    /// Writes the adapters into a folder as `StableDiffusionPipeline.save_lora_weights` does.
    ///
    /// - Parameter folder: created where it does not exist.
    public func save(to folder: URL, as type: StoredType? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write(to: folder.appendingPathComponent(Self.fileName), as: type)
    }

    /// Writes the adapters as one safetensors file that `load_lora_weights` of diffusers scales right: in its own layout
    /// by each layer's rank and alpha in the metadata, in kohya's by an alpha beside the matrices.
    ///
    /// - Parameter type: of the matrices; float32 by default.
    public func write(to url: URL, layout: Layout = .diffusers, as type: StoredType? = nil) throws {
        switch layout {
        case .diffusers:
            let tensors = parameters.map { (Self.prefix + $0.name, $0.tensor.detached()) }
            try Safetensors.write(
                Dictionary(uniqueKeysWithValues: tensors), to: url, as: type,
                metadata: ["format": "pt", Self.metadataKey: configuration.text(indent: 2)])
        case .kohya:
            var tensors: [String: Tensor] = [:]
            for (module, _, adapter) in layers {
                let name = "lora_unet_" + module.replacing(".", with: "_")
                tensors["\(name).lora_down.weight"] = adapter.down.detached()
                tensors["\(name).lora_up.weight"] = adapter.up.detached()
                tensors["\(name).alpha"] = try Tensor(adapter.scale * Float(adapter.down.shape[0]))
            }
            try Safetensors.write(
                tensors, to: url, as: type,
                metadata: [
                    "format": "pt", "ss_network_module": "networks.lora", "ss_network_dim": "\(options.rank)",
                    "ss_network_alpha": "\(options.alpha)",
                ])
        }
    }

    /// PEFT's, with the ranks and alphas that differ from the first layer's.
    private var configuration: JSON {
        var ranks: [JSON.Member] = []
        var alphas: [JSON.Member] = []
        for (module, _, adapter) in layers {
            let rank = adapter.down.shape[0], alpha = adapter.scale * Float(rank)
            if rank != options.rank { ranks.append(.init(module, .integer(rank))) }
            if alpha != options.alpha { alphas.append(.init(module, .number(Double(alpha)))) }
        }
        let fields: [(String, JSON)] = [
            ("alpha_pattern", .object(alphas)), ("bias", "none"), ("lora_alpha", .number(Double(options.alpha))),
            ("lora_dropout", 0.0), ("peft_type", "LORA"), ("r", .integer(options.rank)),
            ("rank_pattern", .object(ranks)),
            ("target_modules", .array(options.targets.map(JSON.string))),
        ]
        return JSON.object(fields.map { JSON.Member(Self.prefix + $0.0, $0.1) })
    }
}

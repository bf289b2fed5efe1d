import Files
import Foundation
import Tensor

extension LoRA {
    /// The file that `load_lora_weights` of diffusers looks for in a folder.
    public static let fileName = "pytorch_lora_weights.safetensors"
    static let metadataKey = "lora_adapter_metadata"
    static let prefix = "unet."

    /// Writes the adapters as `StableDiffusionPipeline.save_lora_weights` does, with the configuration in the file's
    /// metadata, so that `load_lora_weights` of diffusers scales them right: each layer's rank and alpha where they
    /// differ.
    ///
    /// - Parameter folder: created where it does not exist.
    public func save(to folder: URL, as type: StoredType? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let tensors = parameters.map { (Self.prefix + $0.name, $0.tensor.detached()) }
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
        let configuration = JSON.object(fields.map { JSON.Member(Self.prefix + $0.0, $0.1) })
        try Safetensors.write(
            Dictionary(uniqueKeysWithValues: tensors), to: folder.appendingPathComponent(Self.fileName), as: type,
            metadata: ["format": "pt", Self.metadataKey: configuration.text(indent: 2)])
    }
}

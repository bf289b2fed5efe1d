import Checkpoint
import Foundation
import Tensor

extension LoRA {
    /// The file that `load_lora_weights` of diffusers looks for in a folder.
    public static let fileName = "pytorch_lora_weights.safetensors"
    private static let metadataKey = "lora_adapter_metadata"
    private static let prefix = "unet."

    /// Writes the adapters as `StableDiffusionPipeline.save_lora_weights` does, with the configuration in the file's
    /// metadata, so that `load_lora_weights` of diffusers scales them right.
    ///
    /// - Parameter folder: created where it does not exist.
    public func save(to folder: URL, as type: StoredType? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let tensors = parameters.map { (Self.prefix + $0.name, $0.tensor.detached()) }
        let configuration: JSON = [
            "unet.bias": "none", "unet.lora_alpha": .number(Double(options.alpha)), "unet.lora_dropout": 0.0,
            "unet.peft_type": "LORA", "unet.r": .integer(options.rank),
            "unet.target_modules": .array(options.targets.map(JSON.string)),
        ]
        try Safetensors.write(
            Dictionary(uniqueKeysWithValues: tensors), to: folder.appendingPathComponent(Self.fileName), as: type,
            metadata: ["format": "pt", Self.metadataKey: configuration.text(indent: 2)])
    }

    /// Attaches the adapters of a file of diffusers or PEFT.
    ///
    /// Read are PEFT's names (`lora_A`, `lora_B`) and those of older files (`lora.down`, `lora.up`), with `unet.` in front or
    /// not. The scale comes from the metadata; where there are none it is 1, as in diffusers.
    ///
    /// - Parameter url: the file, or a folder with `pytorch_lora_weights.safetensors`.
    /// - Throws: `DiffusionError` listing layers that the UNet doesn't have, halves that lack their other half, and ranks
    ///   that differ; `CheckpointError` for the file itself.
    public static func load(_ url: URL, on unet: UNet2DConditionModel) throws -> LoRA {
        var isFolder: ObjCBool = false
        let inFolder = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
        let file = try SafetensorsFile(inFolder ? url.appendingPathComponent(fileName) : url)
        var halves: [String: (down: String?, up: String?)] = [:]
        var unexpected: [String] = []
        for name in file.names {
            guard let (module, isDown) = adapted(name) else {
                unexpected.append(name)
                continue
            }
            if isDown { halves[module, default: (nil, nil)].down = name } else { halves[module, default: (nil, nil)].up = name }
        }
        unexpected += halves.filter { unet.linears[$0.key] == nil || $0.value.down == nil || $0.value.up == nil }.keys
        guard unexpected.isEmpty, let first = halves.values.first?.down, let rank = file.shape(of: first)?.first else {
            throw DiffusionError.lora(file: file.url.path, unexpected: unexpected.sorted())
        }
        let options = LoRAOptions(rank: rank, alpha: try alpha(file), targets: halves.keys.sorted())
        return try LoRA(options, on: unet) { module, linear, rank in
            let (outputs, inputs) = (linear.weight.shape[0], linear.weight.shape[1])
            func half(_ name: String?, _ shape: [Int]) throws -> Tensor {
                // Without a copy training would write into the file's pages.
                let tensor = try file.tensor(name ?? "", as: .float32).copied()
                guard tensor.shape == shape else {
                    throw DiffusionError.lora(file: file.url.path, tensor: name ?? "", shape: tensor.shape, expected: shape)
                }
                return tensor
            }
            return (try half(halves[module]?.down, [rank, inputs]), try half(halves[module]?.up, [outputs, rank]))
        }
    }

    private static let halves: [(ending: String, isDown: Bool)] = [
        (".lora_A.weight", true), (".lora_B.weight", false), (".lora_A.default.weight", true),
        (".lora_B.default.weight", false), (".lora.down.weight", true), (".lora.up.weight", false),
        (".lora_layer.down.weight", true), (".lora_layer.up.weight", false),
    ]

    /// The layer that a tensor belongs to, and which half it is; nil for any other name.
    private static func adapted(_ name: String) -> (module: String, isDown: Bool)? {
        guard let (ending, isDown) = halves.first(where: { name.hasSuffix($0.ending) }) else { return nil }
        let module = name.dropLast(ending.count)
        return (String(module.hasPrefix(prefix) ? module.dropFirst(prefix.count) : module), isDown)
    }

    /// Alpha as the metadata have it; nil where there are none.
    private static func alpha(_ file: SafetensorsFile) throws -> Float? {
        guard let text = file.metadata[metadataKey] else { return nil }
        let configuration = try JSON(parsing: text)
        return (configuration[prefix + "lora_alpha"] ?? configuration["lora_alpha"])?.number.map { Float($0) }
    }
}

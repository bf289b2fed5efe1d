import Basics
import Files
import Foundation
import Tensor

/// The adapters of a file, layer by layer, whatever program wrote it.
///
/// | layout | names |
/// |---|---|
/// | diffusers, PEFT | `unet.….to_q.lora_A.weight`, `base_model.model.….to_q.lora_B.weight` |
/// | diffusers before 0.24 | `….to_q.lora.down.weight`, `….lora_layer.up.weight` |
/// | diffusers before 0.20 | `….attn1.processor.to_q_lora.down.weight` |
/// | kohya's scripts | `lora_unet_…_to_q.lora_down.weight`, `lora_te_text_model_…`, `….alpha` |
///
/// Layers of the text encoder stand after `text_encoder.`.
struct LoRAFile {
    struct Layer {
        /// The layer's name in diffusers.
        let module: String
        /// [rank, inputs] and [outputs, rank]; of a convolution [rank, inputs, kernel, kernel] and [outputs, rank, 1,
        /// 1].
        let down, up: Tensor
        let scale: Float
    }

    /// In the order of the modules' names.
    let layers: [Layer]

    /// - Parameter shapes: of the weights of every layer that can be adapted, by its name; those of a text encoder after
    ///   `text_encoder.`.
    /// - Throws: `RhumbError` naming what fits no layer and what is not supported; `FileError` for the file
    ///   itself.
    init(_ url: URL, shapes: [String: [Int]]) throws {
        let (weights, configurations) = try Self.open(url)
        let file = weights.url.displayPath
        let names = LoRANames(modules: shapes.keys)
        let takesText = shapes.keys.contains { $0.hasPrefix(LoRANames.textPrefix) }
        var found: [String: [LoRANames.Part: String]] = [:]
        var unexpected: [String] = []
        for name in weights.names {
            if let foreign = LoRANames.unsupported(name, takesText: takesText) {
                throw RhumbError.lora(file: file, unsupported: foreign, tensor: name)
            }
            guard let (module, part) = names.place(of: name), shapes[module] != nil else {
                unexpected.append(names.place(of: name)?.module ?? name)
                continue
            }
            guard found[module, default: [:]].updateValue(name, forKey: part) == nil else {
                throw RhumbError.lora(file: file, twice: module)
            }
        }
        unexpected += found.filter { $0.value[.down] == nil || $0.value[.up] == nil }.keys
        guard unexpected.isEmpty, !found.isEmpty else {
            throw RhumbError.lora(file: file, unexpected: Set(unexpected).sorted())
        }
        layers = try found.sorted { $0.key < $1.key }.map { module, parts in
            let read = LayerReader(weights: weights, file: file, shape: shapes[module]!)
            let (down, up) = try read.halves(parts[.down]!, parts[.up]!)
            let rank = down.shape[0]
            let isText = module.hasPrefix(LoRANames.textPrefix)
            let configuration = isText ? configurations.text : configurations.unet
            let own = isText ? String(module.dropFirst(LoRANames.textPrefix.count)) : module
            if let said = configuration?.rank(of: own), said != rank {
                throw RhumbError.lora(file: file, module: module, rank: rank, configuration: said)
            }
            // A layer without a number of its own, or of a configuration, has the scale 1, as in diffusers.
            let scale =
                try parts[.alpha].map { try read.alpha($0) / Float(rank) }
                ?? configuration?.scale(of: own, rank: rank) ?? 1
            return Layer(module: module, down: down, up: up, scale: scale)
        }
    }

    /// What diffusers and PEFT call their files in a folder.
    private static let fileNames = [
        LoRA.fileName, "adapter_model.safetensors", "pytorch_lora_weights.bin", "adapter_model.bin",
    ]

    private static func open(_ url: URL) throws -> (Weights, (unet: LoRAConfiguration?, text: LoRAConfiguration?)) {
        let manager = FileManager.default
        let known = fileNames.map { url.appendingPathComponent($0) }.first { manager.fileExists(atPath: $0.path) }
        let weights = try Weights(known ?? url)
        if let text = weights.metadata[LoRA.metadataKey] {
            // diffusers puts the part of the pipeline before each key.
            let members = try JSON(parsing: text).members ?? []
            func configuration(_ prefix: String, orNone: Bool) throws -> LoRAConfiguration? {
                let own = members.compactMap { member -> JSON.Member? in
                    if member.key.hasPrefix(prefix) {
                        return JSON.Member(String(member.key.dropFirst(prefix.count)), member.value)
                    }
                    return orNone && !member.key.hasPrefix(LoRANames.textPrefix) ? member : nil
                }
                return own.isEmpty ? nil : try LoRAConfiguration(.object(own), file: weights.url.displayPath)
            }
            return (
                weights,
                (try configuration(LoRA.prefix, orNone: true), try configuration(LoRANames.textPrefix, orNone: false))
            )
        }
        let beside = weights.url.deletingLastPathComponent().appendingPathComponent("adapter_config.json")
        guard manager.fileExists(atPath: beside.path) else { return (weights, (nil, nil)) }
        let configuration = try LoRAConfiguration(FileContents.json(beside), file: beside.displayPath)
        return (weights, (configuration, configuration))
    }
}

/// Reads the matrices of one layer, checked against the layer's own.
private struct LayerReader {
    let weights: Weights
    let file: String
    /// Of the layer's weight.
    let shape: [Int]

    func halves(_ down: String, _ up: String) throws -> (down: Tensor, up: Tensor) {
        let rank = weights.shape(of: down)?.first ?? 0
        guard rank > 0 else {
            throw RhumbError.lora(
                file: file, tensor: down, shape: weights.shape(of: down) ?? [], expected: "[rank, \(sizes(1...))]")
        }
        let pixel = [Int](repeating: 1, count: shape.count - 2)
        return (
            try half(down, [rank] + shape.dropFirst(), "[rank, \(sizes(1...))]"),
            try half(
                up, [shape[0], rank] + pixel, "[\(([shape[0], rank] + pixel).map(String.init).joined(separator: ", "))]"
            )
        )
    }

    private func sizes(_ range: PartialRangeFrom<Int>) -> String {
        shape[range].map(String.init).joined(separator: ", ")
    }

    /// A linear layer's matrices may be stored as convolutions over single pixels, and the other way round.
    private func half(_ name: String, _ expected: [Int], _ text: String) throws -> Tensor {
        func plain(_ shape: [Int]) -> [Int] {
            shape.count == 4 && shape[2] == 1 && shape[3] == 1 ? Array(shape[..<2]) : shape
        }
        let found = weights.shape(of: name) ?? []
        guard plain(found) == plain(expected) else {
            throw RhumbError.lora(file: file, tensor: name, shape: found, expected: text)
        }
        // Without a copy training would write into the file's pages.
        return try weights.tensor(name, as: .float32).copied().reshaped(expected)
    }

    func alpha(_ name: String) throws -> Float {
        let tensor = try weights.tensor(name, as: .float32)
        guard tensor.count == 1, let value = tensor.floats.first, value > 0, value.isFinite else {
            throw RhumbError.lora(file: file, alpha: name, "\(tensor.floats.prefix(2))")
        }
        return value
    }
}

import Basics
import Files
import Foundation
import Tensor

extension UNet2DConditionModel {
    /// The same UNet with the adapters of a file; this one stays as it is.
    ///
    /// Those of linear layers are attached. Corrections of convolutions are added to copies of their weights.
    ///
    /// - Parameter url: a file in one of the layouts that `LoRAFile` lists, or a folder with `pytorch_lora_weights` or
    ///   `adapter_model`, whose `adapter_config.json` is followed.
    /// - Returns: the UNet, and its adapters of linear layers; nil where the file has none.
    /// - Throws: `RhumbError` listing layers that the UNet doesn't have, halves that lack their other half, and
    ///   naming whatever else of the file would not be honoured; `FileError` for the file itself.
    public func adapted(by url: URL) throws -> (unet: UNet2DConditionModel, lora: LoRA?) {
        try adapted(by: LoRAFile(url, shapes: adaptable.mapValues(\.shape)).layers)
    }

    /// Weights that adapters can correct, by the name of their layer.
    var adaptable: [String: Tensor] { parameters.adaptable }

    /// The same UNet with adapters; several of one layer add up.
    func adapted(by layers: [LoRAFile.Layer]) throws -> (unet: UNet2DConditionModel, lora: LoRA?) {
        let unet = try with(
            mergedParameters().corrected(by: layers.filter { linears[$0.module] == nil })
                .map { ($0.name, $0.tensor.detached()) })
        let attached = try Dictionary(grouping: layers.filter { linears[$0.module] != nil }, by: \.module)
            .sorted { $0.key < $1.key }.map { module, layers in
                let joined = try LoRAFile.Layer.joined(layers)
                return (
                    module: module, linear: unet.linears[module]!,
                    adapter: LowRankAdapter(
                        down: try joined.down.requireGradient(), up: try joined.up.requireGradient(),
                        scale: joined.scale)
                )
            }
        guard let first = attached.first?.adapter else { return (unet, nil) }
        let rank = first.down.shape[0]
        let options = LoRAOptions(rank: rank, alpha: first.scale * Float(rank), targets: attached.map(\.module))
        return (unet, LoRA(options, attached))
    }
}

extension NamedTensors {
    /// Weights of linear layers and convolutions, by the name of their layer.
    var adaptable: [String: Tensor] {
        [String: Tensor](
            filter { $0.name.hasSuffix(".weight") && [2, 4].contains($0.tensor.rank) }
                .map { (String($0.name.dropLast(".weight".count)), $0.tensor) }
        ) { first, _ in first }
    }

    /// The same with the corrections added to copies of the weights that they are for, one after the other.
    func corrected(by layers: [LoRAFile.Layer]) throws -> NamedTensors {
        let corrections = Dictionary(grouping: layers) { $0.module + ".weight" }
        return try map { name, tensor in
            (name, try (corrections[name] ?? []).reduce(tensor) { try $1.merged(with: $0) })
        }
    }
}

extension LoRAFile.Layer {
    /// Several adapters of one linear layer as one, whose rank is the sum of theirs: up down of matrices side by side is
    /// the sum of each up down.
    static func joined(_ layers: [LoRAFile.Layer]) throws -> LoRAFile.Layer {
        guard layers.count > 1 else { return layers[0] }
        return LoRAFile.Layer(
            module: layers[0].module, down: try Tensor.concatenated(layers.map(\.down), axis: 0),
            up: try Tensor.concatenated(layers.map { try $0.up * $0.scale }, axis: 1), scale: 1)
    }

    /// The same adapter, stronger or weaker.
    func scaled(by factor: Float) -> LoRAFile.Layer {
        LoRAFile.Layer(module: module, down: down, up: up, scale: scale * factor)
    }

    /// W + scale · up ∘ down, of the weight's element type.
    fileprivate func merged(with weight: Tensor) throws -> Tensor {
        try withoutGradients {
            let rank = down.shape[0]
            let product = try up.reshaped([up.shape[0], rank]).matmul(down.reshaped([rank, down.count / rank]))
            return try (weight.detached().to(.float32) + product.reshaped(weight.shape) * scale).to(weight.dtype)
        }
    }
}

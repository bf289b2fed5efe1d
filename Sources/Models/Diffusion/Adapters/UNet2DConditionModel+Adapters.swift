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
        let suffix = ".weight"
        let weights = Dictionary(
            parameters.filter { $0.name.hasSuffix(suffix) && [2, 4].contains($0.tensor.rank) }
                .map { (String($0.name.dropLast(suffix.count)), $0.tensor) }
        ) { first, _ in first }
        let file = try LoRAFile(url, shapes: weights.mapValues(\.shape))
        var changed: [String: Tensor] = [:]
        for layer in file.layers where linears[layer.module] == nil {
            changed[layer.module + suffix] = try layer.merged(with: weights[layer.module]!)
        }
        let unet = try with(mergedParameters().map { ($0.name, changed[$0.name] ?? $0.tensor.detached()) })
        let attached = try file.layers.compactMap {
            layer -> (module: String, linear: Linear, adapter: LowRankAdapter)? in
            guard let linear = unet.linears[layer.module] else { return nil }
            return (
                layer.module, linear,
                LowRankAdapter(
                    down: try layer.down.requireGradient(), up: try layer.up.requireGradient(), scale: layer.scale)
            )
        }
        guard let first = attached.first?.adapter else { return (unet, nil) }
        let rank = first.down.shape[0]
        let options = LoRAOptions(rank: rank, alpha: first.scale * Float(rank), targets: attached.map(\.module))
        return (unet, LoRA(options, attached))
    }
}

extension LoRAFile.Layer {
    /// W + scale · up ∘ down, of the weight's element type.
    fileprivate func merged(with weight: Tensor) throws -> Tensor {
        try withoutGradients {
            let rank = down.shape[0]
            let product = try up.reshaped([up.shape[0], rank]).matmul(down.reshaped([rank, down.count / rank]))
            return try (weight.detached().to(.float32) + product.reshaped(weight.shape) * scale).to(weight.dtype)
        }
    }
}

import CLIP
import Foundation
import Tensor

/// A file of adapters, and how strongly they act.
public struct AdapterFile: Equatable, Sendable {
    public let url: URL
    /// What the file's own scale is multiplied by; 1 is as trained.
    public let scale: Float

    public init(_ url: URL, scale: Float = 1) { (self.url, self.scale) = (url, scale) }
}

extension StableDiffusion {
    /// The same model with the adapters of files, of its UNet and of its text encoder; this one stays as it is.
    ///
    /// Corrections of one layer add up, as with `set_adapters` of diffusers. Those of the UNet's linear layers are
    /// attached; those of convolutions and of the text encoder are added to copies of their weights.
    ///
    /// - Throws: as `UNet2DConditionModel.adapted(by:)`.
    public func adapted(by files: [AdapterFile]) throws -> StableDiffusion {
        let prefix = LoRANames.textPrefix
        let own = unet.adaptable.mapValues(\.shape)
        let texts = Dictionary(
            uniqueKeysWithValues: text.model.parameters.adaptable.map { (prefix + $0.key, $0.value.shape) })
        let layers = try files.flatMap { file in
            try LoRAFile(file.url, shapes: own.merging(texts) { first, _ in first }).layers
                .map { $0.scaled(by: file.scale) }
        }
        let adapted = try replacing(unet: unet.adapted(by: layers.filter { !$0.module.hasPrefix(prefix) }).unet)
        let ofText = layers.filter { $0.module.hasPrefix(prefix) }.map {
            LoRAFile.Layer(
                module: String($0.module.dropFirst(prefix.count)), down: $0.down, up: $0.up, scale: $0.scale)
        }
        guard !ofText.isEmpty else { return adapted }
        let model = try text.model.with(text.model.parameters.corrected(by: ofText))
        return try adapted.replacing(text: TextEncoder(model: model, tokenizer: text.tokenizer))
    }

    /// The same model with the UNet's adapters added to its weights for good, as `fuse_lora` of diffusers does.
    public func fused() throws -> StableDiffusion {
        try replacing(unet: unet.with(unet.mergedParameters().map { ($0.name, $0.tensor.detached()) }))
    }
}

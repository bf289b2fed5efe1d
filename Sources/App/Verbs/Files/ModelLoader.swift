import CLIP
import Diffusion
import Files
import Foundation
import Language
import Tensor
import World

/// How one kind of model becomes a value. A new kind of model joins `load` and `save` by standing in `all`, and by a
/// value that follows `SavableValue`.
struct ModelLoader {
    let kind: FileContents.Kind
    /// The options of `load` that it honours, beyond those that are for anything.
    var options: Set<String> = []
    let load: (ModelRequest) throws -> Value

    static var all: [ModelLoader] {
        let wholeOrImages: [FileContents.Kind] = [
            .clip, .openCLIP, .transformers(modelType: "siglip"), .transformers(modelType: "clip_vision_model"),
        ]
        let texts = ModelLoader(
            kind: .transformers(modelType: "clip_text_model"), options: ["variant", "tokenizer"]
        ) { .object(try ClipValue.load($0)) }
        return wholeOrImages.map { ModelLoader(kind: $0, options: ["variant"]) { .object(try ClipValue.load($0)) } }
            + [
                texts,
                .detector,
                ModelLoader(kind: .diffusers, options: ["variant", "unet", "vae", "text_encoder", "embeddings"]) {
                    .object(try PipelineValue.load($0))
                },
                ModelLoader(kind: .autoencoder, options: ["variant"]) { .object(try AutoencoderValue.load($0)) },
            ]
    }

    /// How files of weights become models by themselves, told by the names of their tensors.
    static var singleFiles: [(isOne: ([String]) -> Bool, loader: ModelLoader)] {
        [
            (
                StableDiffusion.isSingleFile,
                ModelLoader(
                    kind: .tensors,
                    options: ["unet", "vae", "text_encoder", "embeddings", "tokenizer", "prediction", "ema"]
                ) {
                    .object(try PipelineValue.load(singleFile: $0))
                }
            ),
            (
                CLIPEmbedder.isSingleFile,
                ModelLoader(kind: .tensors, options: ["activation", "tokenizer"]) {
                    .object(try ClipValue.load(weights: $0))
                }
            ),
        ]
    }

    /// The names that need no path, for help.
    static var bundledNames: String { BundledModel.all.map { "`\($0.name)` (\($0.summary))" }.joined(separator: ", ") }
}

/// A value that `save` writes as a folder or files of its own: a model, a figure.
protocol SavableValue: ObjectValue {
    /// - Parameters:
    ///   - url: what the user gave; its folder need not exist.
    ///   - type: the element type of floating-point weights; their own by default.
    func save(to url: URL, as type: StoredType?) throws
}

extension ClipValue: SavableValue {
    func save(to url: URL, as type: StoredType?) throws { try embedder.save(to: url, as: type) }
}

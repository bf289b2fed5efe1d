import Files
import Foundation
import Language
import Tensor
import World

/// How one kind of model becomes a value. A new kind of model joins `load` and `save` by standing in `all`, and by a
/// value that follows `SavableValue`.
struct ModelLoader {
    let kind: FileContents.Kind
    /// - Parameters: the folder, what the user called it, and the element type of its weights.
    let load: (URL, String, DType) throws -> Value

    static var all: [ModelLoader] {
        [.clip, .openCLIP].map { ModelLoader(kind: $0) { .object(try ClipValue.load($0, name: $1, dtype: $2)) } }
            + [
                .detector,
                ModelLoader(kind: .diffusers) { .object(try PipelineValue.load($0, name: $1, dtype: $2)) },
                ModelLoader(kind: .autoencoder) { .object(try AutoencoderValue.load($0, name: $1, dtype: $2)) },
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

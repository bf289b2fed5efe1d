import Diffusion
import Files
import Tensor

/// Tells models apart by all of their weights.
public enum WeightsChecksum {
    /// SHA-256 of names, shapes and values of parameters, in their order; 16 hexadecimal digits.
    ///
    /// - Parameter settings: what decides beside the weights what a model does.
    /// - Throws: `FileError` where libcrypto fails.
    public static func text(of parameters: NamedTensors, settings: String = "") throws -> String {
        let hash = SHA256()
        func add(_ text: String) { Array(text.utf8).withUnsafeBytes { hash.update($0) } }
        add(settings)
        for (name, tensor) in parameters {
            add("\(name) \(tensor.shape)\n")
            try tensor.detached().to(.float32).floats.withUnsafeBytes { hash.update($0) }
        }
        return String(try hash.finish().prefix(16))
    }

    /// The same of every part of a pipeline, adapters merged, and of its noise schedule.
    public static func text(of model: StableDiffusion) throws -> String {
        let parts = [
            try model.unet.mergedParameters(), model.vae.parameters, model.text.model.parameters,
            model.secondText?.model.parameters ?? [],
        ]
        return try text(of: Array(parts.joined()), settings: "\(model.scheduler)")
    }
}

import Files
import Diffusion
import Foundation
import Language
import Tensor

/// A diffusion model in the language: everything between a prompt and its picture.
final class PipelineValue: ObjectValue {
    let model: StableDiffusion
    /// What it was loaded as: the bundled model's name or a folder.
    let name: String
    let unseen = UnseenNotes()

    init(_ model: StableDiffusion, name: String) {
        self.model = model
        self.name = name
    }

    var typeName: String { "pipeline" }

    /// `pipeline emoji-sd: 10.4 M parameters; 64×64 pixels, latents 16×16×4; text 20 tokens × 128; epsilon, ddim`
    var summary: String {
        let type = model.dtype == .float32 ? "" : " in \(model.dtype.rawValue)"
        let side = model.sampleSize, small = side / model.downsampling
        return "pipeline \(name): \(ClipValue.shown(model.parameterCount)) parameters\(type); \(side)×\(side) pixels, "
            + "latents \(small)×\(small)×\(model.unet.configuration.inChannels); "
            + "text \(model.text.length) tokens × \(model.text.width); "
            + "\(model.scheduler.predictionType.rawValue), \(SamplerKind(for: model.scheduler).rawValue)"
    }

    var memberNames: [String] {
        ["name", "size", "latent_shape", "tokens", "parameters", "prediction", "sampler", "scheduler", "vae", "dtype"]
    }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "name": .string(self.name)
        case "size": .number(Double(model.sampleSize))
        case "latent_shape": .list(try model.latentShape(count: 1).map { .number(Double($0)) })
        case "tokens": .number(Double(model.text.length))
        case "parameters": .number(Double(model.parameterCount))
        case "prediction": .string(model.scheduler.predictionType.rawValue)
        case "sampler": .string(SamplerKind(for: model.scheduler).rawValue)
        case "scheduler": Value(try FileContents.json(model.scheduler))
        case "vae": .object(AutoencoderValue(model.vae, name: "of \(self.name)"))
        case "dtype": .string(model.dtype.rawValue)
        default: nil
        }
    }
}

extension PipelineValue: SavableValue {
    static func load(_ folder: URL, name: String, dtype: DType = .float32) throws -> PipelineValue {
        PipelineValue(try StableDiffusion.load(folder: folder, dtype: dtype), name: name)
    }

    func save(to url: URL, as type: StoredType?) throws { try model.save(to: url, as: type) }
}

extension Value {
    /// A diffusion model as a value.
    package static func pipeline(_ model: StableDiffusion, name: String) -> Value {
        .object(PipelineValue(model, name: name))
    }
}

extension Parameter {
    /// The diffusion model of a verb.
    static var pipeline: Parameter {
        Parameter("model", .object("pipeline"), help: "a diffusion model that `load` gave")
    }
}

extension Arguments {
    /// - Throws: also where a file that its weights are mapped from was changed.
    func pipeline() throws -> PipelineValue {
        try MappedFiles.check()
        return try object("model")
    }
}

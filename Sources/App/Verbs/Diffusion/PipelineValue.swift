import Basics
import Diffusion
import Files
import Foundation
import Language
import Tensor

/// A diffusion model in the language: everything between a prompt and its picture.
final class PipelineValue: ObjectValue {
    let model: StableDiffusion
    /// What it was loaded as: the bundled model's name or a folder.
    let name: String
    let unseen = UnseenNotes()
    /// Files of adapters that `lora` has put on, in their order.
    let adapters: [Adapter]
    /// The model without them; nil where there are none.
    private let bare: PipelineValue?

    /// A file of adapters, as it was named.
    struct Adapter {
        let path: String
        let url: URL
        let scale: Double
    }

    init(_ model: StableDiffusion, name: String, adapters: [Adapter] = [], on bare: PipelineValue? = nil) {
        (self.model, self.name, self.adapters, self.bare) = (model, name, adapters, bare)
    }

    /// The model without the adapters that `lora` has put on.
    var original: PipelineValue { bare ?? self }

    /// The model with further adapters.
    func adapted(by added: [Adapter]) throws -> PipelineValue {
        let all = adapters + added, bare = original
        let listed = all.map { adapter in
            adapter.scale == 1 ? adapter.path : "\(adapter.path) × \(NumberText.shown(adapter.scale))"
        }
        return PipelineValue(
            try bare.model.adapted(by: all.map { AdapterFile($0.url, scale: Float($0.scale)) }),
            name: "\(bare.name) with \(listed.joined(separator: ", "))",
            adapters: all, on: bare)
    }

    var typeName: String { "pipeline" }

    /// `pipeline emoji-sd: 10.4 M parameters; 64×64 pixels, latents 16×16×4; text 20 tokens × 128; epsilon, ddim`
    var summary: String {
        let type = model.dtype == .float32 ? "" : " in \(model.dtype.rawValue)"
        let side = model.sampleSize, small = side / model.downsampling
        return "pipeline \(name): \(ClipValue.shown(model.parameterCount)) parameters\(type); \(side)×\(side) pixels, "
            + "latents \(small)×\(small)×\(model.vae.latentSpace.channels); "
            + "text \(model.text.length) tokens × \(model.unet.configuration.contextWidth); "
            + "\(model.scheduler.predictionType.rawValue), \(SamplerKind(for: model.scheduler).rawValue)"
            + (SamplerKind.replacedClass(in: model.scheduler).map { " in place of \($0)" } ?? "")
            + special
    }

    /// What the model makes, where it is not simply a picture of a text.
    private var special: String {
        switch model.task {
        case .inpainting: "; inpaints"
        case .editing: "; edits pictures (InstructPix2Pix)"
        case .picture: (model.secondText == nil ? "" : "; XL") + (model.isDistilled ? "; latent consistency (LCM)" : "")
        }
    }

    var memberNames: [String] {
        [
            "name", "class", "size", "latent_shape", "tokens", "parameters", "prediction", "sampler", "scheduler",
            "vae",
            "dtype", "adapters",
        ]
    }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "name": .string(self.name)
        case "class": .string(model.pipeline.rawValue)
        case "size": .number(Double(model.sampleSize))
        case "latent_shape": .list(try model.latentShape(count: 1).map { .number(Double($0)) })
        case "tokens": .number(Double(model.text.length))
        case "parameters": .number(Double(model.parameterCount))
        case "prediction": .string(model.scheduler.predictionType.rawValue)
        case "sampler": .string(SamplerKind(for: model.scheduler).rawValue)
        case "scheduler": Value(try FileContents.json(model.scheduler))
        case "vae": .object(AutoencoderValue(model.vae, name: "of \(self.name)"))
        case "dtype": .string(model.dtype.rawValue)
        case "adapters":
            .list(
                adapters.map {
                    .record(["path": .string($0.path), "scale": .number($0.scale)])
                })
        default: nil
        }
    }
}

extension PipelineValue: SavableValue {
    static func load(_ request: ModelRequest) throws -> PipelineValue {
        try value(
            StableDiffusion.load(folder: request.url, dtype: request.dtype, variant: request.variant), request)
    }

    /// A Stable Diffusion in one file; what the file doesn't tell is noted.
    static func load(singleFile request: ModelRequest) throws -> PipelineValue {
        let call = request.call
        var options = StableDiffusion.SingleFileOptions()
        options.prediction = try call.optional("prediction", call.string).flatMap(PredictionType.init)
        options.usesAverages = try call.boolean("ema")
        let (model, report) = try StableDiffusion.load(
            singleFile: request.url, options: options, tokenizer: request.place("tokenizer"), dtype: request.dtype)
        if !report.isPredictionKnown {
            call.host.note(
                "\(request.name): Stable Diffusion 2.x, taken to predict v at 768 pixels, as diffusers takes it; a base "
                    + "model of 512 pixels wants prediction: \"epsilon\"")
        }
        if report.leavesAverages {
            call.host.note(
                "\(request.name): averaged weights (EMA) in it are left aside, as diffusers does; ema: true takes them")
        }
        return try value(model, request)
    }

    /// The model with the parts that the call puts in place of its own; a sampler in place of another is noted.
    private static func value(_ model: StableDiffusion, _ request: ModelRequest) throws -> PipelineValue {
        var model = model
        let host = request.call.host
        if let place = try request.place("unet") {
            let (unet, taken, total) = try model.unet.replaced(by: place, dtype: request.dtype)
            if taken < total {
                host.note(
                    "\(request.name): \(taken) of the UNet's \(total) weights are those of the file, the others its own"
                )
            }
            model = try model.replacing(unet: unet)
        }
        if let place = try request.place("vae") {
            model = try model.replacing(
                vae: AutoencoderFolder.load(part: place, like: model.vae, dtype: request.dtype))
        }
        if let place = try request.place("text_encoder") {
            model = try model.replacing(text: model.text.replaced(by: place, dtype: request.dtype))
        }
        let inversions = try request.places("embeddings").map { try TextualInversion($0) }
        if !inversions.isEmpty {
            model = try model.replacing(text: model.text.adding(inversions))
            let words = inversions.map { inversion in
                "\(inversion.token) (\(Words.count(inversion.vectors.shape[0], "vector"))"
                    + (inversion.isNamed ? ")" : ", after its file)")
            }
            host.note("\(request.name): prompts may use " + words.joined(separator: ", "))
        }
        if !model.leftAside.isEmpty {
            host.note(
                "\(request.name): \(Words.quoted(model.leftAside)) of its folder left aside: pictures are not censored"
            )
        }
        switch model.pipeline {
        case .safe:
            host.note(
                "\(request.name): diffusers samples a \(model.pipeline.rawValue) with Safe Latent Diffusion; here "
                    + "sample … safe: \"medium\" asks for it")
        case _ where model.isDistilled:
            host.note("\(request.name): a latent consistency model: sample … steps: 4 guidance: 8.5")
        default: break
        }
        if let replaced = SamplerKind.replacedClass(in: model.scheduler) {
            host.note(
                "\(request.name): its scheduler is \(replaced), which Rhumb has not; "
                    + "\(SamplerKind(for: model.scheduler).rawValue) samples in its place")
        }
        if model.vae.latentSpace.shiftFactor ?? 0 != 0 {
            host.note(
                "\(request.name): 'shift_factor' of its autoencoder is left aside, as StableDiffusionPipeline does")
        }
        return PipelineValue(model, name: request.name)
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

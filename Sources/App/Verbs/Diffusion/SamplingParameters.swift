import Basics
import Diffusion
import Language
import Tensor

/// The options of sampling, as several verbs take them.
enum SamplingParameters {
    private static let standard = SamplingOptions()

    static var steps: Parameter {
        .option(
            "steps", .whole(in: 1...1000), default: .number(Double(standard.steps)),
            help: "denoising steps from noise to picture")
    }

    static var guidance: Parameter {
        .option(
            "guidance", .number(in: 0...100), default: .number(Double(standard.guidanceScale)),
            help: "the scale of classifier-free guidance; 1 is no guidance")
    }

    static var eta: Parameter {
        .option(
            "eta", .number(in: 0...1), default: .number(standard.eta),
            help: "how much noise DDIM and TCD add at each step: 0 none, 1 as much as DDPM and LCM")
    }

    static var negative: Parameter {
        .option(
            "negative", .string, default: "", help: "what pictures are guided away from, instead of the empty prompt")
    }

    static var sampler: Parameter {
        .option(
            "sampler", .optional(.choice(SamplerKind.allCases.map(\.rawValue))),
            fallback: .described("as the model's scheduler says, else \"ddim\""),
            help:
                "how steps are taken, each as in diffusers; ddpm, dpm++_sde, euler_a, kdpm2_a and lcm add noise, ddim and "
                + "tcd with `eta` do")
    }

    static var clipSkip: Parameter {
        .option(
            "clip_skip", .optional(.whole(in: 1...100)), fallback: .described("no layer"),
            help: "how many of the text encoder's last layers are left out for the prompt, as in diffusers")
    }

    static var weights: Parameter {
        .option(
            "weights", .boolean, default: false,
            help: "whether brackets are weights: (red:1.3), (red) for 1.1, [red] for 1/1.1; \\( means the bracket")
    }

    /// What Stable Diffusion XL is told of sizes.
    static var sizes: [Parameter] {
        [
            .option(
                "original_size", .optional(.list(of: .whole(in: 1...65536))), fallback: .described("the picture's"),
                help: "[height, width] that Stable Diffusion XL is told the picture had; smaller ones are blurred"),
            .option(
                "crop", .optional(.list(of: .whole(in: 0...65536))), fallback: .described("[0, 0]"),
                help: "[top, left] that Stable Diffusion XL is told were cut off"),
            .option(
                "target_size", .optional(.list(of: .whole(in: 1...65536))), fallback: .described("the picture's"),
                help: "[height, width] that Stable Diffusion XL is told to aim at"),
        ]
    }

    /// Safe Latent Diffusion and its concept.
    static var safety: [Parameter] {
        [
            .option(
                "safe", .optional(.choice(SafeLatentDiffusion.Strength.allCases.map(\.rawValue))), default: .none,
                help: "Safe Latent Diffusion, at one of its published strengths"),
            .option(
                "concept", .optional(.string), fallback: .described("the published list of harms"),
                help: "what Safe Latent Diffusion keeps away from"),
        ]
    }
}

extension Arguments {
    /// The options that a verb's parameters set; those that it has none for keep their defaults.
    func samplingOptions() throws -> SamplingOptions {
        var options = SamplingOptions()
        options.steps = try whole("steps")
        options.guidanceScale = Float(try number("guidance"))
        options.eta = try number("eta")
        options.negativePrompt = try string("negative")
        if !options.negativePrompt.isEmpty, options.guidanceScale <= 1 {
            throw failure(
                "negative",
                "'negative' needs guidance above 1, not \(NumberText.shown(Double(options.guidanceScale)))",
                hint: "leave 'negative' out, or guide: guidance: 5")
        }
        return options
    }

    /// Refuses an `eta` that a sampler would leave aside.
    func checkEta(_ options: SamplingOptions, of model: StableDiffusion) throws {
        let kind = options.sampler ?? SamplerKind(for: model.scheduler)
        guard options.eta > 0, !kind.takesEta else { return }
        throw failure(
            "eta",
            "'eta' is for DDIM and TCD; \(kind.rawValue) "
                + (kind.isStochastic ? "adds its own noise" : "adds no noise"),
            hint: "leave 'eta' out, or take sampler: \"ddim\"")
    }

    /// What a Stable Diffusion XL is told of sizes; refused for other models.
    func sizes(of model: StableDiffusion) throws -> SizeConditions {
        var sizes = SizeConditions()
        func pair(_ name: String) throws -> [Int]? {
            guard try isGiven(name), let values = try optional(name, numbers) else { return nil }
            guard model.secondText != nil else {
                throw failure(
                    name, "'\(name)' is for Stable Diffusion XL, which this model is not", hint: "leave it out")
            }
            guard values.count == 2 else {
                throw failure(
                    name, "'\(name)' must be two numbers, not \(values.count)",
                    hint: name == "crop" ? "crop: [0, 0]" : "\(name): [1024, 1024]")
            }
            return values.map { Int($0) }
        }
        (sizes.original, sizes.target) = (try pair("original_size"), try pair("target_size"))
        sizes.crop = try pair("crop") ?? [0, 0]
        return sizes
    }

    /// Safe Latent Diffusion, where it is asked for.
    func safety() throws -> SafeLatentDiffusion? {
        guard let strength = try optional("safe", string).flatMap(SafeLatentDiffusion.Strength.init) else {
            if try isGiven("concept") {
                throw failure(
                    "concept", "'concept' needs Safe Latent Diffusion, which is off", hint: "add safe: \"medium\"")
            }
            return nil
        }
        var safety = SafeLatentDiffusion(strength)
        if let concept = try optional("concept", string) { safety.concept = concept }
        return safety
    }

    /// The masks of a parameter: pictures, or a tensor of one.
    func masks(_ name: String) throws -> [PictureMask] {
        if case .object(let object as TensorValue) = try value(name) { return [try PictureMask(object.tensor)] }
        return try images(name).map { try PictureMask($0) }
    }

    /// Reports how far something has come to the host, and ends it when the host is interrupted.
    func progress(_ label: String) -> StableDiffusion.Progress {
        { done, total in
            if host.isInterrupted { throw Interruption() }
            host.progress(StepProgress(label, done: done, total: total))
        }
    }
}

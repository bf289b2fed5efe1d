import Basics
import Diffusion
import Files
import Language
import Tensor

/// `sample`: pictures of prompts.
enum SampleVerb {
    static var sample: Verb {
        Verb(
            "sample", family: "diffusion", summary: "pictures of prompts, by a diffusion model",
            parameters: [
                .pipeline,
                Parameter("prompt", .either([.string, .list(of: .string)]), help: "a text, or a list of texts"),
                .option("count", .whole(in: 1...10_000), default: 1, help: "pictures per prompt"),
                SamplingParameters.steps, SamplingParameters.guidance, SamplingParameters.eta,
                SamplingParameters.sampler,
                SamplingParameters.negative,
            ] + SamplingParameters.safety + [
                .option(
                    "steer", .optional(.object("direction")), default: .none,
                    help: "a direction along which the prompts' states are moved, without training"),
                .option(
                    "alpha", .optional(.number()), fallback: .described("0.5 with steer"),
                    help: "strength α of `steer`, as of the verb `steer`"),
                .option(
                    "clip", .optional(.object("clip")),
                    fallback: .described("the model that the direction was made with"),
                    help: "for a direction out of a file: the model that it was made with"),
                .option(
                    "image", .optional(.either([.object("image"), .list(of: .object("image"))])), default: .none,
                    help: "a picture to start from, or one for each to be made"),
                .option(
                    "strength", .number(in: 0...1), default: 0.8,
                    help: "how much of `image` is taken away: 1 all, 0 hardly anything"),
                .option(
                    "latents", .optional(.object("tensor")), default: .none,
                    help: "standard normal noise to start from, [pictures, height, width, channels], or one for all"),
                .option(
                    "width", .optional(.whole(in: 1...8192)), fallback: .described("the model's"), help: "in pixels"),
                .option(
                    "height", .optional(.whole(in: 1...8192)), fallback: .described("the model's"), help: "in pixels"),
                .option(
                    "trajectory", .boolean, default: false,
                    help: "a trajectory, with every step on the way, instead of the pictures alone"),
                .seed,
            ],
            result:
                "an image named by its prompt; a list of them for a list of prompts or with `count`; or a trajectory",
            details: """
                With `seed: n` noise is what PyTorch's CPU generator gives after `torch.manual_seed(n)`, in the order \
                in which diffusers draws it: the same model and options give the same picture there. How pictures are \
                split into batches changes nothing.

                A picture knows what it was made from (`x.parameters`), and `save x "x.png"` writes it into the file, \
                where `load` finds it again.

                `safe:` is Safe Latent Diffusion (Schramowski et al. 2023), which steers away from a concept while \
                sampling, without training; it needs guidance above 1.

                `steer: v` moves the prompts along a direction of the CLIP whose text tower the pipeline has. With h \
                the text tower's state at the end token, f = W h its projection and z = f/‖f‖, Δ = α ‖f‖ W⁺ v is the \
                smallest change of h that brings z to normalize(z + α v), as the verb `steer` has it. Δ is added to \
                the state of every token, padding included, but the start token, whose state no word reaches. The \
                negative prompt is left alone, so with guidance the change counts as often as the guidance says.
                """,
            examples: [
                .init(
                    """
                    sd = load "emoji-sd"
                    x = sample sd "a red apple" steps: 2 seed: 7
                    x
                    """, gives: "image 64×64  a red apple"),
                .init(
                    """
                    sd = load "emoji-sd"
                    xs = sample sd ["a dog", "a cake"] count: 2 steps: 2 guidance: 1 sampler: "euler" seed: 7
                    xs[3].parameters.index
                    """, gives: "3"),
                .init(
                    """
                    sd = load "emoji-sd"
                    t = sample sd "a dog" steps: 3 eta: 1 seed: 7 trajectory: true
                    len(t.latents)
                    """, gives: "4"),
                .init(
                    """
                    sd = load "emoji-sd"
                    v = direction (load "emoji") safe: "a flower" unsafe: "a knife"
                    x = sample sd "a knife" steps: 2 seed: 7 steer: v alpha: 1
                    x.parameters.alpha
                    """, gives: "1"),
            ],
            seeAlso: ["denoise", "trajectory", "encode", "grid", "load", "steer"]
        ) { call in
            let run = try SamplingRun(call)
            let trajectory = try run.sample()
            if try call.boolean("trajectory") { return .object(TrajectoryValue(trajectory, run.record)) }
            let images = try run.record.images(trajectory.final, progress: call.progress("decode"))
            return run.givesList ? .list(images) : images[0]
        }
    }
}

/// A call of `sample`, read.
private struct SamplingRun {
    let record: SamplingRecord
    let givesList: Bool
    private let call: Arguments

    init(_ call: Arguments) throws {
        self.call = call
        var options = try call.samplingOptions()
        options.sampler = try call.optional("sampler", call.string).flatMap(SamplerKind.init)
        options.safety = try call.safety()
        options.strength = try call.number("strength")
        options.width = try call.optional("width", call.whole)
        options.height = try call.optional("height", call.whole)
        let count = try call.whole("count")
        let prompts = try call.strings("prompt").flatMap { [String](repeating: $0, count: count) }
        givesList = try call.isGiven("count") || { if case .list = $0 { true } else { false } }(call.value("prompt"))
        let pipeline = try call.pipeline()
        try call.checkEta(options, of: pipeline.model)
        try Self.checkStart(call)
        try pipeline.noteUnseen(
            prompts + [options.negativePrompt] + (call.isGiven("concept") ? [options.safety?.concept ?? ""] : []),
            call.host)
        record = SamplingRecord(
            pipeline: pipeline, prompts: prompts, options: options, seed: try call.seed(),
            startsFromImage: try call.isGiven("image"), steering: try Self.steering(call, pipeline.model.text))
    }

    /// The direction along which prompts are moved, where there is one.
    private static func steering(_ call: Arguments, _ encoder: TextEncoder) throws -> SamplingRecord.Steering? {
        guard let value = try call.optional("steer", { try call.object($0, as: DirectionValue.self) }) else {
            for name in ["alpha", "clip"] where try call.isGiven(name) {
                throw call.failure(
                    name, "'\(name)' needs 'steer', the direction to move prompts along",
                    hint: "leave it out, or add steer: v")
            }
            return nil
        }
        // A model that is given is checked against the direction's own.
        if try !call.value("clip").isNone { _ = try call.direction("steer") }
        guard
            let embedder = try call.optional("clip", { try call.object($0, as: ClipValue.self).embedder })
                ?? value.model?.embedder
        else {
            throw call.failure(
                "steer",
                "this direction comes without \(value.model.map { "'\($0.name)'" } ?? "its model"), whose text "
                    + "projection is needed", hint: "add clip: the model that it was made with")
        }
        let alpha = try call.optional("alpha", call.number) ?? 0.5
        do {
            return SamplingRecord.Steering(
                name: value.direction.termsText, alpha: alpha,
                states: try TextSteering(
                    vector: value.direction.vector, of: embedder, in: encoder, alpha: Float(alpha)))
        } catch let error as RhumbError where error.argument == nil {
            throw call.failure("steer", error.message, hint: error.hint)
        }
    }

    /// Refuses options that what sampling starts from leaves without effect.
    private static func checkStart(_ call: Arguments) throws {
        let startsFromImage = try call.isGiven("image")
        if try call.isGiven("strength"), !startsFromImage {
            throw call.failure(
                "strength", "'strength' needs 'image', the picture to start from",
                hint: "leave it out, or give a picture to start from: image: x")
        }
        for side in ["width", "height"] where try call.isGiven(side) {
            for start in ["image", "latents"] where try call.isGiven(start) {
                throw call.failure(
                    side, "'\(side)' is given by '\(start)'",
                    hint: start == "image"
                        ? "leave it out, or `resize` the picture" : "leave it out, or give latents of another size")
            }
        }
    }

    func sample() throws -> Trajectory {
        let trajectory = try record.pipeline.model.sample(
            record.prompts, record.options, latents: call.optional("latents", call.tensor),
            images: call.optional("image", call.images) ?? [], steering: record.steering?.states,
            generator: Generator(seed: record.seed),
            progress: call.progress("sampling"))
        try MappedFiles.check()
        return trajectory
    }
}

/// What pictures were sampled from, so that they can say it.
struct SamplingRecord {
    let pipeline: PipelineValue
    /// One per picture.
    let prompts: [String]
    let options: SamplingOptions
    let seed: UInt64
    var startsFromImage = false
    var steering: Steering?

    /// A direction along which the prompts were moved.
    struct Steering {
        let name: String
        let alpha: Double
        let states: TextSteering
    }

    /// The pictures of latents, named and with their parameters.
    func images(_ latents: Tensor, progress: StableDiffusion.Progress? = nil) throws -> [Value] {
        try pipeline.model.images(latents, progress: progress).enumerated().map { index, image in
            .object(ImageValue(image, name: prompts[index], parameters: parameters(of: index)))
        }
    }

    /// The parameters of one of the pictures, in the order in which they are written.
    private func parameters(of index: Int) -> Record {
        let sampler = options.sampler ?? SamplerKind(for: pipeline.model.scheduler)
        var fields: [(String, Value)] = [
            ("prompt", .string(prompts[index])), ("seed", .number(Double(seed))),
            ("steps", .number(Double(options.steps))), ("guidance", .number(Double(options.guidanceScale))),
            ("eta", .number(options.eta)), ("sampler", .string(sampler.rawValue)), ("model", .string(pipeline.name)),
        ]
        if options.sampler == nil, let replaced = SamplerKind.replacedClass(in: pipeline.model.scheduler) {
            fields.append(("in_place_of", .string(replaced)))
        }
        if !options.negativePrompt.isEmpty { fields.append(("negative", .string(options.negativePrompt))) }
        if let safety = options.safety {
            fields.append(("safe_scale", .number(Double(safety.guidanceScale))))
            fields.append(("concept", .string(safety.concept)))
        }
        if let steering {
            fields += [("steer", .string(steering.name)), ("alpha", .number(steering.alpha))]
        }
        if startsFromImage { fields.append(("strength", .number(options.strength))) }
        // A picture of several takes its noise from the middle of the stream.
        if prompts.count > 1 {
            fields += [("index", .number(Double(index))), ("pictures", .number(Double(prompts.count)))]
        }
        return Record(fields)
    }
}

import Basics
import CLIP
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
                Parameter(
                    "prompt", .either([.string, .list(of: .string)]), fallback: .described("none with `embeddings`"),
                    help: "a text, or a list of texts"),
                .option("count", .whole(in: 1...10_000), default: 1, help: "pictures per prompt"),
                SamplingParameters.steps, SamplingParameters.guidance, SamplingParameters.eta,
                SamplingParameters.sampler,
                SamplingParameters.negative, SamplingParameters.clipSkip, SamplingParameters.weights,
                .option(
                    "guidance_rescale", .number(in: 0...1), default: 0,
                    help: "how much of guidance's overexposure is taken back; 0.7 for models of zero terminal SNR"),
                .option(
                    "embeddings", .optional(.either([.object("tensor"), .list(of: .object("tensor"))])),
                    default: .none, help: "in place of `prompt`: what `prompt_embedding` gives, or a list of it"),
                .option(
                    "negative_embeddings", .optional(.either([.object("tensor"), .list(of: .object("tensor"))])),
                    default: .none, help: "in place of `negative`, for one picture or each"),
            ] + SamplingParameters.safety + [
                SamplingParameters.steer, SamplingParameters.alpha, SamplingParameters.clip(called: "clip"),
                .option(
                    "image", .optional(.either([.object("image"), .list(of: .object("image"))])), default: .none,
                    help: "a picture to start from, or one for each to be made"),
                .option(
                    "strength", .optional(.number(in: 0...1)), fallback: .described("0.8; with `mask` 1"),
                    help: "how much of `image` is taken away: 1 all, 0 hardly anything"),
                .option(
                    "mask",
                    .optional(.either([.object("image"), .object("tensor"), .list(of: .object("image"))])),
                    default: .none,
                    help: """
                        what of `image` is painted anew: a picture of its size, white there and black where it is \
                        kept, or a tensor [height, width] of 1 and 0; or one for each picture
                        """),
                .option(
                    "image_guidance", .optional(.number(in: 1...100)), fallback: .described("1.5"),
                    help: "how closely InstructPix2Pix keeps to `image`; 1 is least"),
            ] + SamplingParameters.sizes + [
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
                .option(
                    "seed", .either([.whole(in: 0...(1 << 53)), .list(of: .whole(in: 0...(1 << 53)))]),
                    fallback: .described("drawn from the session's stream and shown"),
                    help: "makes the result repeatable; a list gives each picture its own"),
            ],
            result:
                "an image named by its prompt; a list of them for a list of prompts or with `count`; or a trajectory",
            details: """
                With `seed: n` noise is what PyTorch's CPU generator gives after `torch.manual_seed(n)`, in the order \
                in which diffusers draws it: the same model and options give the same picture there. How pictures are \
                split into batches changes nothing. With a list of seeds, one a picture, each picture is the one that \
                its seed gives alone.

                `weights: true` reads stable-diffusion-webui's brackets: (red:1.3) counts 1.3 times, (red) 1.1 times, \
                [red] 1/1.1 times, inside each other they multiply. Each token's state is multiplied, and all of them \
                by one factor that restores their mean. Without it brackets are text.

                A picture knows what it was made from (`x.parameters`), and `save x "x.png"` writes it into the file, \
                where `load` finds it again.

                With `mask` any model for text to picture paints anew what is white: what is kept is put back after \
                every step. A model made for it (9 channels) is told mask and masked picture, and wants both. \
                InstructPix2Pix (8 channels) changes `image` as the prompt says. A latent consistency model (LCM) is \
                told `guidance` and needs few steps: `steps: 4 guidance: 8.5`.

                `safe:` is Safe Latent Diffusion (Schramowski et al. 2023), which steers away from a concept while \
                sampling, without training; it needs guidance above 1.

                `steer: v` moves the prompts along a direction of the CLIP whose text tower the pipeline has. With h \
                the text tower's state at the end token, f = W h its projection and z = f/‖f‖, Δ = α ‖f‖ W⁺ v is the \
                smallest change of h that brings z to normalize(z + α v), as the verb `steer` has it. Δ is added to \
                the state of every token, padding included, but the start token, whose state no word reaches. The \
                negative prompt is left alone, so with guidance the change counts as often as the guidance says.
                """,
            background: .sample,
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
                    left = concat([ones(64, 32), zeros(64, 32)], axis: 1)
                    sample sd "a cake" image: scene("a dog", seed: 1) mask: left steps: 2 seed: 7
                    """, gives: "image 64×64  a cake"),
                .init(
                    """
                    sd = load "emoji-sd"
                    t = sample sd "a dog" steps: 3 eta: 1 seed: 7 trajectory: true
                    len(t.latents)
                    """, gives: "4"),
                .init(
                    """
                    sd = load "emoji-sd"
                    xs = sample sd "a dog" count: 2 steps: 2 seed: [3, 8]
                    xs[1] == sample(sd, "a dog", steps: 2, seed: 8)
                    """, gives: "true"),
                .init(
                    """
                    sd = load "emoji-sd"
                    v = direction (load "emoji") safe: "a flower" unsafe: "a knife"
                    x = sample sd "a knife" steps: 2 seed: 7 steer: v alpha: 1
                    x.parameters.alpha
                    """, gives: "1"),
            ],
            seeAlso: ["prompt_embedding", "denoise", "trajectory", "encode", "grid", "load", "steer"]
        ) { call in
            let run = try SamplingRun(call)
            if try call.boolean("trajectory") { return .object(TrajectoryValue(try run.trajectory(), run.record)) }
            let images = try run.record.images(
                run.latents(), isShared: true, progress: call.progress("decode"))
            return run.givesList ? .list(images) : images[0]
        }
    }
}

/// A call of `sample`, read.
private struct SamplingRun {
    let record: SamplingRecord
    let givesList: Bool
    private let embeddings: PromptEmbeddings?
    private let call: Arguments

    init(_ call: Arguments) throws {
        self.call = call
        var options = try call.samplingOptions()
        options.sampler = try call.optional("sampler", call.string).flatMap(SamplerKind.init)
        options.safety = try call.safety()
        options.strength = try call.optional("strength", call.number) ?? (call.isGiven("mask") ? 1 : 0.8)
        if let scale = try call.optional("image_guidance", call.number) { options.imageGuidance = Float(scale) }
        options.width = try call.optional("width", call.whole)
        options.height = try call.optional("height", call.whole)
        options.guidanceRescale = Float(try call.number("guidance_rescale"))
        options.clipSkip = try call.optional("clip_skip", call.whole) ?? 0
        options.readsWeights = try call.boolean("weights")
        try call.checkPrompts(options)
        options.sizes = try call.sizes(of: call.pipeline().model)
        let count = try call.whole("count")
        embeddings = try call.promptEmbeddings(count: count)
        let prompts: [String]
        if let embeddings {
            let name = "embeddings " + Words.shape(Array(embeddings.prompts.shape.dropFirst()))
            prompts = [String](repeating: name, count: embeddings.prompts.shape[0])
        } else {
            prompts = try call.strings("prompt").flatMap { [String](repeating: $0, count: count) }
        }
        givesList = try call.isGiven("count") || call.isList(embeddings == nil ? "prompt" : "embeddings")
        let pipeline = try call.pipeline()
        try call.checkEta(options, of: pipeline.model)
        try Self.checkStart(call, pipeline.model)
        let texts = (embeddings == nil ? prompts : []) + [options.negativePrompt]
        try pipeline.noteUnseen(
            (options.readsWeights ? texts.map { try WeightedText($0).plain } : texts)
                + (call.isGiven("concept") ? [options.safety?.concept ?? ""] : []),
            call.host)
        record = SamplingRecord(
            pipeline: pipeline, prompts: prompts, options: options, seeds: try call.seeds(pictures: prompts.count),
            startsFromImage: try call.isGiven("image"), hasMask: try call.isGiven("mask"), isTold: embeddings == nil,
            steering: try call.samplingDirection(in: pipeline.model.text))
    }

    /// Refuses options that what sampling starts from leaves without effect.
    private static func checkStart(_ call: Arguments, _ model: StableDiffusion) throws {
        let startsFromImage = try call.isGiven("image")
        if try call.isGiven("mask"), !startsFromImage {
            throw call.failure(
                "mask", "'mask' needs 'image', the picture of which it says what is painted anew",
                hint: "add the picture: image: x")
        }
        if model.task == .editing {
            if try call.isGiven("strength") {
                throw call.failure(
                    "strength",
                    "'strength' is for pictures to start from; this model is told the picture that it edits",
                    hint: "image_guidance: 1.5 says how closely it keeps to the picture")
            }
            let guidance = try call.number("guidance")
            if try call.isGiven("image_guidance"), guidance <= 1 {
                throw call.failure(
                    "image_guidance", "'image_guidance' needs guidance above 1, not \(NumberText.shown(guidance))",
                    hint: "leave 'image_guidance' out, or guide: guidance: 7.5")
            }
        } else if try call.isGiven("image_guidance") {
            throw call.failure(
                "image_guidance", "'image_guidance' is for InstructPix2Pix, which this model is not",
                hint: "leave it out")
        }
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

    /// The whole way, made by every rank.
    func trajectory() throws -> Trajectory {
        try sampled { latents, images, masks in
            try record.pipeline.model.sample(
                record.prompts, record.options, embeddings: embeddings, latents: latents, images: images, masks: masks,
                steering: record.steering?.states, source: record.source, progress: call.progress("sampling"))
        }
    }

    /// Its end alone, of which each rank makes its share.
    func latents() throws -> Tensor {
        try sampled { latents, images, masks in
            try record.pipeline.model.finalLatents(
                record.prompts, record.options, embeddings: embeddings, latents: latents, images: images, masks: masks,
                steering: record.steering?.states, source: record.source, progress: call.progress("sampling"))
        }
    }

    private func sampled<Result>(_ sample: (Tensor?, [Image], [PictureMask]) throws -> Result) throws -> Result {
        let result = try record.naming {
            try sample(
                call.optional("latents", call.tensor), call.optional("image", call.images) ?? [],
                call.optional("mask", call.masks) ?? [])
        }
        try MappedFiles.check()
        return result
    }
}

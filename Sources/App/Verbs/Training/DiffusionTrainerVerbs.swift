import Diffusion
import Language
import World
import WorldTraining

/// `vae_trainer`, `unet_trainer`: training the miniature Stable Diffusion from nothing.
enum DiffusionTrainerVerbs {
    static var all: [Verb] { [vaeTrainer, unetTrainer] }

    private static var vaeTrainer: Verb {
        let standard = VAETrainingOptions()
        return Verb(
            "vae_trainer", family: "training",
            summary: "a training run of the miniature's autoencoder, before its first step",
            parameters: [
                .option(
                    "steps", .whole(in: 1...1_000_000), default: .number(Double(standard.steps)), help: "updates in all"
                ),
                .option(
                    "batch", .whole(in: 1...4096), default: .number(Double(standard.batch)),
                    help: "fresh scenes per step"
                ),
                .option(
                    "microbatch", .optional(.whole(in: 1...4096)), fallback: .described("all of `batch`"),
                    help: "of them at once through the model, of which each rank takes a share"),
                .option(
                    "rate", .number(in: 0...1), default: .number(standard.learningRate),
                    help: "the highest learning rate"),
                .option(
                    "edges", .number(in: 0...100), default: .number(Double(standard.edgeWeight)),
                    help: "weight of the differences between neighbouring pixels"),
                .option(
                    "objects", .number(in: 0...1000), default: .number(Double(standard.objectWeight)),
                    help: "how much more a pixel of an object counts than one of the background"),
                .seed,
            ],
            result: "a vae_trainer: step, steps, seed, finished, history, checks, vae",
            details: """
                The autoencoder encodes pictures of 64 × 64 pixels as latents of 16 × 16 × 4, and decodes them. `t.history` \
                has a row per step, `t.checks` the peak signal-to-noise ratio on scenes that training never draws, and \
                `t.vae` is the autoencoder so far, for `encode`, `decode` and `unet_trainer`.
                """,
            examples: [.init("t = vae_trainer steps: 2 batch: 2 seed: 1\nt.steps", gives: "2")],
            seeAlso: ["unet_trainer", "train", "resume"]
        ) { call in
            var options = standard
            options.steps = try call.whole("steps")
            options.batch = try call.whole("batch")
            options.microbatch = try call.microbatch(of: options.batch)
            options.learningRate = try call.number("rate")
            options.edgeWeight = Float(try call.number("edges"))
            options.objectWeight = Float(try call.number("objects"))
            options.seed = try call.seed()
            return .object(VAETrainerValue(try VAETrainer(options)))
        }
    }

    private static var unetTrainer: Verb {
        let standard = UNetTrainingOptions()
        return Verb(
            "unet_trainer", family: "training",
            summary: "a training run of the miniature's UNet, before its first step",
            parameters: [
                Parameter(
                    "vae", .object("autoencoder"), help: "trained: `vae` of a vae_trainer or a pipeline, or loaded"),
                Parameter("clip", .object("clip"), help: "the CLIP whose text tower conditions the UNet"),
                .option(
                    "start", .optional(.object("pipeline")), default: .none,
                    help: "a miniature with whose UNet's weights it begins, instead of random ones"),
                .option(
                    "steps", .whole(in: 1...1_000_000), default: .number(Double(standard.steps)), help: "updates in all"
                ),
                .option(
                    "batch", .whole(in: 1...4096), default: .number(Double(standard.batch)), help: "scenes per step"),
                .option(
                    "microbatch", .optional(.whole(in: 1...4096)), fallback: .described("all of `batch`"),
                    help: "of them at once through the model, of which each rank takes a share"),
                .option(
                    "scenes", .whole(in: 1...10_000_000), default: .number(Double(standard.scenes)),
                    help: "different scenes, whose latents are computed once"),
                .option(
                    "rate", .number(in: 0...1), default: .number(standard.learningRate),
                    help: "the highest learning rate"),
                .seed,
            ],
            result: "a unet_trainer: step, steps, seed, finished, history, checks",
            details: """
                The UNet learns to find the noise in latents of scenes, told a caption of each, drawn anew every time. \
                `t.checks` has its error on scenes that training never draws, and how much larger it is with the \
                captions exchanged.
                """,
            examples: [
                .init(
                    """
                    vae = (load "emoji-sd").vae
                    t = unet_trainer vae (load "emoji") steps: 1 batch: 2 scenes: 2 seed: 1
                    (step t).step
                    """, gives: "1")
            ],
            seeAlso: ["vae_trainer", "train", "resume"]
        ) { call in
            var options = standard
            options.steps = try call.whole("steps")
            options.batch = try call.whole("batch")
            options.microbatch = try call.microbatch(of: options.batch)
            options.scenes = try call.whole("scenes")
            options.learningRate = try call.number("rate")
            options.seed = try call.seed()
            guard let vae = try call.object("vae", as: AutoencoderValue.self).model as? AutoencoderKL else {
                throw call.failure(
                    "vae", "'vae' of 'unet_trainer' must be an AutoencoderKL, not an AutoencoderTiny",
                    hint: "an AutoencoderTiny takes the place of one after training: load \"FOLDER\" vae: \"FOLDER\"")
            }
            let text = try TextEncoder(of: call.object("clip", as: ClipValue.self).embedder)
            let start = try call.optional("start") { try call.object($0, as: PipelineValue.self).model.unet }
            return .object(UNetTrainerValue(try UNetTrainer(options, autoencoder: vae, text: text, start: start)))
        }
    }
}

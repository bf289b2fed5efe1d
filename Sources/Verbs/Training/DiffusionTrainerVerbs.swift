import Diffusion
import Language
import World

/// `vae_trainer`, `unet_trainer`: training the miniature Stable Diffusion from nothing.
enum DiffusionTrainerVerbs {
    static var all: [Verb] { [vaeTrainer, unetTrainer] }

    private static var vaeTrainer: Verb {
        let standard = VAETrainingOptions()
        return Verb(
            "vae_trainer", family: "training", summary: "a training run of the miniature's autoencoder, at its beginning",
            parameters: [
                .option(
                    "steps", .whole(in: 1...1_000_000), default: .number(Double(standard.steps)), help: "updates in all"),
                .option(
                    "batch", .whole(in: 1...4096), default: .number(Double(standard.batch)), help: "fresh scenes a step"),
                .option(
                    "rate", .number(in: 0...1), default: .number(standard.learningRate), help: "the highest learning rate"),
                .option(
                    "edges", .number(in: 0...100), default: .number(Double(standard.edgeWeight)),
                    help: "weight of the differences between neighbouring pixels"),
                .seed,
            ],
            result: "a vae_trainer: step, steps, seed, finished, history, checks",
            details: """
                The autoencoder brings pictures of 64 × 64 pixels to latents of 16 × 16 × 4 and back. `t.history` has a row a step, \
                `t.checks` the peak signal-to-noise ratio on scenes that training never draws.
                """,
            examples: [.init("t = vae_trainer steps: 2 batch: 2 seed: 1\nt.steps", gives: "2")],
            seeAlso: ["unet_trainer", "train", "resume"]
        ) { call in
            var options = standard
            options.steps = try call.whole("steps")
            options.batch = try call.whole("batch")
            options.learningRate = try call.number("rate")
            options.edgeWeight = Float(try call.number("edges"))
            options.seed = try call.seed()
            return .object(VAETrainerValue(try VAETrainer(options)))
        }
    }

    private static var unetTrainer: Verb {
        let standard = UNetTrainingOptions()
        return Verb(
            "unet_trainer", family: "training", summary: "a training run of the miniature's UNet, at its beginning",
            parameters: [
                Parameter("vae", .file([]), help: "the folder of the autoencoder, as a vae_trainer leaves it"),
                Parameter("clip", .object("clip"), help: "the CLIP whose text tower the UNet listens to"),
                .option(
                    "steps", .whole(in: 1...1_000_000), default: .number(Double(standard.steps)), help: "updates in all"),
                .option("batch", .whole(in: 1...4096), default: .number(Double(standard.batch)), help: "scenes a step"),
                .option(
                    "scenes", .whole(in: 1...10_000_000), default: .number(Double(standard.scenes)),
                    help: "different scenes, whose latents are computed once"),
                .option(
                    "rate", .number(in: 0...1), default: .number(standard.learningRate), help: "the highest learning rate"),
                .seed,
            ],
            result: "a unet_trainer: step, steps, seed, finished, history, checks",
            details: """
                The UNet learns to find the noise in latents of scenes, told a caption of each, drawn anew every time. `t.checks` has its \
                error on scenes that training never draws, and how much larger it is with the captions exchanged.
                """,
            examples: [
                .init(
                    """
                    train (vae_trainer steps: 1 batch: 1 seed: 1) out: "runs/vae" check: 0;
                    t = unet_trainer "runs/vae/vae" (load "emoji") steps: 1 batch: 2 scenes: 2 seed: 1
                    (step t).step
                    """, gives: "1")
            ],
            seeAlso: ["vae_trainer", "train", "resume"]
        ) { call in
            var options = standard
            options.steps = try call.whole("steps")
            options.batch = try call.whole("batch")
            options.scenes = try call.whole("scenes")
            options.learningRate = try call.number("rate")
            options.seed = try call.seed()
            let folder = FilePlace.input(try call.string("vae"), call)
            call.host.didRead(folder.path)
            let text = try TextEncoder(of: call.object("clip", as: ClipValue.self).embedder)
            return .object(
                UNetTrainerValue(try UNetTrainer(options, autoencoder: AutoencoderKL.load(folder: folder), text: text)))
        }
    }
}

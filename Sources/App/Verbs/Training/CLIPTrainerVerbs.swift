import Language
import Ranks
import World
import WorldTraining

/// `clip_trainer`: training the mini CLIP from nothing.
enum CLIPTrainerVerbs {
    static var all: [Verb] { [clipTrainer] }

    private static var clipTrainer: Verb {
        Verb(
            "clip_trainer", family: "training", summary: "a training run of the mini CLIP, before its first step",
            parameters: [
                .option(
                    "purpose", .choice(["text", "reward"]), default: "text",
                    help:
                        "\"text\" for a generator's text tower, \"reward\" for a reward: levels of safety, sceptical of meaningless pictures"
                ),
                .option(
                    "start", .optional(.object("clip")), default: .none,
                    help: "a mini CLIP whose weights it begins with, instead of random ones"),
                .option(
                    "steps", .whole(in: 1...1_000_000), fallback: .described("1500, or 2000 for a reward"),
                    help: "updates in all"),
                .option(
                    "batch", .whole(in: 2...4096), fallback: .described("96"),
                    help: "fresh pairs of picture and caption per step"),
                .option(
                    "microbatch", .optional(.whole(in: 1...4096)), fallback: .described("all of `batch`"),
                    help: "of them at once through the towers, of which each rank takes a share"),
                .option(
                    "rate", .number(in: 0...1), fallback: .described("0.001, or 0.0008 for a reward"),
                    help: "the highest learning rate"),
                .option(
                    "warmup", .whole(in: 0...100_000), fallback: .described("150"),
                    help: "steps of warm-up to it; half a cosine leads down again"),
                .option(
                    "axis", .number(in: 0...100), fallback: .described("0.3, or 8 for a reward"),
                    help: "weight of the loss that keeps safe and unsafe apart along directions of phrases"),
                .option(
                    "auxiliary", .number(in: 0...100), fallback: .described("1"),
                    help: "weight of the heads that name concepts, colours, counts and harm"),
                .option(
                    "temperature", .optional(.number(in: 1...100)), fallback: .described("learned, or 40 for a reward"),
                    help: "the factor on cosines, held: the higher, the less matching pairs stand out"),
                .seed,
            ],
            result: "a clip_trainer: step, steps, seed, finished, history, checks, clip",
            details: """
                Each step draws scenes and captions anew, from the seed and the step's number alone. `t.history` has a \
                row per step, `t.checks` one for each check of the averaged weights, and `t.clip` is the model so far.
                """,
            examples: [
                .init("t = clip_trainer steps: 2 batch: 4 seed: 1\nt.steps", gives: "2"),
                .init("clip_trainer(purpose: \"reward\", start: load(\"emoji\")).steps", gives: "2000"),
            ],
            seeAlso: ["train", "resume", "load"]
        ) { call in
            var options = try call.string("purpose") == "reward" ? CLIPTrainingOptions.reward : CLIPTrainingOptions()
            if try call.isGiven("steps") { options.steps = try call.whole("steps") }
            if try call.isGiven("batch") { options.batch = try call.whole("batch") }
            options.microbatch = try call.microbatch(of: options.batch)
            if try call.isGiven("rate") { options.learningRate = try call.number("rate") }
            if try call.isGiven("warmup") { options.warmUp = try call.whole("warmup") }
            if try call.isGiven("axis") { options.axisWeight = Float(try call.number("axis")) }
            if try call.isGiven("auxiliary") { options.auxiliaryWeight = Float(try call.number("auxiliary")) }
            if try call.isGiven("temperature") {
                options.temperature = try call.optional("temperature", call.number).map(Float.init)
            }
            options.seed = try call.seed()
            let start = try call.optional("start") { try call.object($0, as: ClipValue.self).embedder.model }
            return .object(CLIPTrainerValue(try CLIPTrainer(options, start: start)))
        }
    }
}

extension Arguments {
    /// Examples of a step that go through a model at once; nil for all.
    ///
    /// - Throws: a failure where the batch has fewer.
    func microbatch(of batch: Int) throws -> Int? {
        guard let given = try optional("microbatch", whole) else {
            if Ranks.areMany {
                let share = max(1, batch / Ranks.count)
                host.note("every rank goes through the whole batch: microbatch: \(share) shares it out")
            }
            return nil
        }
        guard given <= batch else {
            throw failure(
                "microbatch", "'microbatch' must be at most 'batch', \(batch), not \(given)",
                hint: "microbatch: \(batch) takes the whole batch at once")
        }
        return given
    }
}

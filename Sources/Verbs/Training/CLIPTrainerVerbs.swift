import Language
import World

/// `clip_trainer`: training the mini CLIP from nothing.
enum CLIPTrainerVerbs {
    static var all: [Verb] { [clipTrainer] }

    private static var clipTrainer: Verb {
        let standard = CLIPTrainingOptions()
        return Verb(
            "clip_trainer", family: "training", summary: "a training run of the mini CLIP, at its beginning",
            parameters: [
                .option(
                    "steps", .whole(in: 1...1_000_000), default: .number(Double(standard.steps)), help: "updates in all"),
                .option(
                    "batch", .whole(in: 2...4096), default: .number(Double(standard.batch)),
                    help: "fresh pairs of picture and caption a step"),
                .option(
                    "rate", .number(in: 0...1), default: .number(standard.learningRate),
                    help: "the highest learning rate"),
                .option(
                    "warmup", .whole(in: 0...100_000), default: .number(Double(standard.warmUp)),
                    help: "steps that lead up to it; half a cosine leads down again"),
                .option(
                    "axis", .number(in: 0...100), default: .number(0.3),
                    help: "weight of the loss that keeps safe and unsafe apart along directions of phrases"),
                .option(
                    "auxiliary", .number(in: 0...100), default: .number(Double(standard.auxiliaryWeight)),
                    help: "weight of the heads that name concepts, colours, counts and harm"),
                .seed,
            ],
            result: "a clip_trainer: step, steps, seed, finished, history, checks, clip",
            details: """
                Each step draws scenes and captions anew, from the seed and the step's number alone. `t.history` has a row a \
                step, `t.checks` one for each check of the averaged weights, and `t.clip` is the model so far.
                """,
            examples: [.init("t = clip_trainer steps: 2 batch: 4 seed: 1\nt.steps", gives: "2")],
            seeAlso: ["train", "resume", "load"]
        ) { call in
            var options = standard
            options.steps = try call.whole("steps")
            options.batch = try call.whole("batch")
            options.learningRate = try call.number("rate")
            options.warmUp = try call.whole("warmup")
            options.axisWeight = Float(try call.number("axis"))
            options.auxiliaryWeight = Float(try call.number("auxiliary"))
            options.seed = try call.seed()
            return .object(CLIPTrainerValue(try CLIPTrainer(options)))
        }
    }
}

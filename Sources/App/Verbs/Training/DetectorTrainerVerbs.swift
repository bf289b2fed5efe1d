import Language
import World
import WorldTraining

/// `detector_trainer`: training the judge of evaluations from nothing.
enum DetectorTrainerVerbs {
    static var all: [Verb] { [detectorTrainer] }

    private static var detectorTrainer: Verb {
        let standard = DetectorTrainingOptions()
        return Verb(
            "detector_trainer", family: "training", summary: "a training run of the detector, before its first step",
            parameters: [
                .option(
                    "steps", .whole(in: 1...1_000_000), default: .number(Double(standard.steps)), help: "updates in all"
                ),
                .option(
                    "batch", .whole(in: 1...4096), default: .number(Double(standard.batch)),
                    help: "freshly drawn pictures per step"),
                .option(
                    "microbatch", .optional(.whole(in: 1...4096)), fallback: .described("all of `batch`"),
                    help: "of them at once through the model, of which each rank takes a share"),
                .option(
                    "rate", .number(in: 0...1), default: .number(standard.learningRate),
                    help: "the highest learning rate"),
                .option(
                    "warmup", .whole(in: 0...100_000), default: .number(Double(standard.warmUp)),
                    help: "steps of warm-up to it; half a cosine leads down again"),
                .option(
                    "degraded", .number(in: 0...1), default: .number(standard.degradedShare),
                    help: "share of pictures with the faults of a small generator"),
                .seed,
            ],
            result: "a detector_trainer: step, steps, seed, finished, history, checks, detector",
            details: """
                Each step draws scenes anew, from the seed and the step's number alone. `t.history` has a row per \
                step, `t.checks` one for each check on held-out scenes, clean and degraded, and `t.detector` is the detector \
                so far, with its confidences calibrated.
                """,
            examples: [.init("t = detector_trainer steps: 2 batch: 2 seed: 1\nt.steps", gives: "2")],
            seeAlso: ["train", "resume", "detect"]
        ) { call in
            var options = standard
            options.steps = try call.whole("steps")
            options.batch = try call.whole("batch")
            options.microbatch = try call.microbatch(of: options.batch)
            options.learningRate = try call.number("rate")
            options.warmUp = try call.whole("warmup")
            options.degradedShare = try call.number("degraded")
            options.seed = try call.seed()
            return .object(DetectorTrainerValue(try DetectorTrainer(options)))
        }
    }
}

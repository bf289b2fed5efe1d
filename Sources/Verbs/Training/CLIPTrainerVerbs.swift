import CLIP
import Checkpoint
import Foundation
import Language
import Tensor
import World

/// `clip_trainer`, `step`, `train`, `checkpoint`, `resume`: training the mini CLIP from nothing.
enum CLIPTrainerVerbs {
    static var all: [Verb] { [clipTrainer, step, train, checkpoint, resume] }

    private static var trainer: Parameter { Parameter("trainer", .object("clip_trainer"), help: "the run") }

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

    private static var step: Verb {
        Verb(
            "step", family: "training", summary: "one update of a training run", parameters: [trainer],
            result: "a record: step, loss and its parts, accuracy, gradient_norm, rate, scale",
            examples: [.init("t = clip_trainer steps: 2 batch: 4 seed: 1\n(step t).step", gives: "1")],
            seeAlso: ["train", "clip_trainer"]
        ) { call in
            let trainer = try call.object("trainer", as: CLIPTrainerValue.self).trainer
            try trainer.step()
            let table = try trainer.historyTable()
            return .record(table.row(table.rowCount - 1))
        }
    }

    private static var train: Verb {
        Verb(
            "train", family: "training", summary: "run a training run to its end, or for some steps",
            parameters: [
                trainer,
                .option(
                    "steps", .optional(.whole(in: 1...1_000_000)), fallback: .described("to the end of the run"),
                    help: "how many more"),
                .option(
                    "out", .optional(.file([])), default: .none,
                    help: "a folder for checkpoints, curves and, at the end, the model"),
                .option(
                    "every", .whole(in: 1...1_000_000), default: 250,
                    help: "steps between checks of the averaged weights, and between checkpoints"),
                .option(
                    "check", .whole(in: 0...1000), default: 48,
                    help: "held-out prompts and pictures of each group in a check; 0 for no checks"),
            ],
            result: "the run",
            details: """
                Ctrl-C ends it after the step under way; with `out` the state is saved first, and `resume` goes on exactly as \
                if it had never stopped. The folder holds `checkpoint.safetensors`, `history.csv`, `checks.csv` and, once the \
                run is finished, `clip`: a folder that transformers loads too.
                """,
            examples: [.init("t = train (clip_trainer steps: 2 batch: 4 seed: 1) check: 0\nt.finished", gives: "true")],
            seeAlso: ["clip_trainer", "resume", "step", "plot"]
        ) { call in
            let value = try call.object("trainer", as: CLIPTrainerValue.self)
            let trainer = value.trainer
            let first = trainer.completed
            let wanted = try call.optional("steps", call.whole).map { first + $0 } ?? trainer.options.steps
            let last = min(wanted, trainer.options.steps)
            let folder = try call.optional("out", call.string).map { FilePlace.output($0, call) }
            let every = try call.whole("every"), checked = try call.whole("check")
            do {
                while trainer.completed < last {
                    let step = try trainer.step()
                    call.host.progress(
                        StepProgress(
                            "train", done: step.step - first, total: last - first,
                            detail: "loss \(CLIPTrainerValue.text(step.loss))  accuracy \(CLIPTrainerValue.text(step.accuracy))"))
                    if step.step % every == 0 || trainer.isFinished {
                        if checked > 0 { try trainer.check(count: checked) }
                        if let folder { try trainer.save(to: folder) }
                    }
                    if call.host.isInterrupted { throw Interruption() }
                }
            } catch let error where error is Interruption || error is Cancelled {
                if let folder { try trainer.save(to: folder) }
                call.host.note("stopped after step \(trainer.completed) of \(trainer.options.steps)")
                throw Interruption()
            }
            if let folder { try trainer.save(to: folder) }
            return .object(value)
        }
    }

    private static var checkpoint: Verb {
        Verb(
            "checkpoint", family: "training", summary: "save the state of a training run",
            parameters: [trainer, Parameter("folder", .file([]), help: "where to; made where there is none")],
            result: "nothing",
            examples: [.init("checkpoint (clip_trainer steps: 2 batch: 4 seed: 1) \"runs/example\"")],
            seeAlso: ["resume", "train"]
        ) { call in
            let folder = FilePlace.output(try call.string("folder"), call)
            try call.object("trainer", as: CLIPTrainerValue.self).trainer.save(to: folder)
            return .none
        }
    }

    private static var resume: Verb {
        Verb(
            "resume", family: "training", summary: "a training run from its checkpoint, as if it had never stopped",
            parameters: [Parameter("folder", .file([]), help: "the folder that `train` or `checkpoint` wrote")],
            result: "a clip_trainer",
            examples: [
                .init(
                    """
                    t = clip_trainer steps: 2 batch: 4 seed: 1
                    step t;
                    checkpoint t "runs/example"
                    (resume "runs/example").step
                    """, gives: "1")
            ],
            seeAlso: ["train", "checkpoint"]
        ) { call in
            let folder = FilePlace.input(try call.string("folder"), call)
            call.host.didRead(folder.appendingPathComponent(CLIPTrainer.checkpointName).path)
            return .object(CLIPTrainerValue(try CLIPTrainer(resuming: folder)))
        }
    }
}

extension CLIPTrainer {
    /// The run's folder: state, curves, and the model once it is finished.
    fileprivate func save(to folder: URL) throws {
        try saveCheckpoint(to: folder)
        for (name, table) in [("history.csv", try historyTable()), ("checks.csv", try checkTable())] {
            try AtomicFile.write(table.csv, to: folder.appendingPathComponent(name))
        }
        if isFinished { try averaged().save(to: folder.appendingPathComponent("clip"), as: .float16) }
    }
}

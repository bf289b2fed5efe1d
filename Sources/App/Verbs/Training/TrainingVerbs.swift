import Basics
import Foundation
import Language
import Training

/// `step`, `train`, `checkpoint`, `resume` and `doctor` for every kind of training run.
enum TrainingVerbs {
    static var all: [Verb] { [step, train, checkpoint, resume, doctor] }

    private static var run: Parameter { Parameter("run", TrainingRunKind.anyRun, help: "the run") }

    private static var step: Verb {
        Verb(
            "step", family: "training", summary: "one step of a training run", parameters: [run],
            result: "a record: the new row of `run.history`",
            examples: [.init("t = clip_trainer steps: 2 batch: 4 seed: 1\n(step t).step", gives: "1")],
            seeAlso: ["train", "clip_trainer"]
        ) { call in
            let run = try call.run()
            let host = call.host
            try run.trainer.advance { what, done, total in
                host.progress(
                    StepProgress(run.label(of: what), done: done, total: total, attachment: run.pictures))
                if host.isInterrupted { throw Interruption() }
            }
            let history = try run.history()
            return .record(history.row(history.rowCount - 1))
        }
    }

    private static var train: Verb {
        Verb(
            "train", family: "training", summary: "run a training run to its end, or for some steps",
            parameters: [
                run,
                .option(
                    "iterations", .optional(.whole(in: 1...1_000_000)), fallback: .described("to the end of the run"),
                    help: "how many more steps"),
                .option(
                    "out", .optional(.file([])), default: .none,
                    help: "a folder for checkpoints, curves and, at the end, the model"),
                .option(
                    "every", .whole(in: 1...1_000_000), default: 250,
                    help: "steps between checkpoints, and between checks of runs that have such"),
                .option(
                    "check", .optional(.whole(in: 0...1000)),
                    fallback: .described("48 where the run has checks"),
                    help: "held-out prompts and pictures of each group in a check; 0 for no checks"),
            ],
            result: "the run",
            details: """
                Ctrl-C ends it after the last complete update; with `out` the state is saved first, and `resume` goes \
                on exactly as if it had never stopped. In the run of a recipe that is also what `rhumb run --resume` \
                does: there the state is saved every minute or so, with `out` or without. The folder holds \
                `checkpoint.safetensors`, `history.csv` and, once the run is finished, what it trained: for a \
                clip_trainer `clip`, a folder that transformers loads too.
                """,
            examples: [.init("t = train (clip_trainer steps: 2 batch: 4 seed: 1) check: 0\nt.finished", gives: "true")],
            seeAlso: ["clip_trainer", "resume", "step", "plot"], effects: [.writesFiles]
        ) { call in
            let run = try call.run()
            let trainer: any Trainer = run.trainer
            guard
                let last = try call.optional("iterations", call.whole).map({ trainer.completed + $0 })
                    ?? trainer.planned
            else {
                throw call.failure(
                    "run", "this run has no fixed end",
                    hint: "say how many steps: train \(run.typeName) iterations: 40")
            }
            let checked = try call.optional("check", call.whole)
            if checked ?? 0 > 0, !type(of: trainer).hasChecks {
                throw call.failure("check", "a \(run.typeName) has no checks on held-out data")
            }
            let (first, end) = (trainer.completed, min(last, trainer.planned ?? last))
            var loop = TrainingLoop(trainer, observer: RunObserver(run, from: first, to: end, host: call.host))
            loop.folder = try call.isGiven("out") && !call.value("out").isNone ? FileLocation.output("out", call) : nil
            loop.state = call.host.stateFolder().map {
                TrainingState(in: URL(fileURLWithPath: $0), checkpoint: loop.folder, seeds: call.interpreter)
            }
            loop.every = try call.whole("every")
            loop.checked = type(of: trainer).hasChecks ? checked ?? 48 : 0
            guard case .reached = try loop.run(to: end) else { throw Interruption() }
            return .object(run)
        }
    }

    private static var checkpoint: Verb {
        Verb(
            "checkpoint", family: "training", summary: "save the state of a training run",
            parameters: [run, Parameter("folder", .file([]), help: "the folder to write; made when it is missing")],
            result: "nothing",
            examples: [.init("checkpoint (clip_trainer steps: 2 batch: 4 seed: 1) \"runs/example\"")],
            seeAlso: ["resume", "train"], effects: [.writesFiles]
        ) { call in
            try call.run().trainer.save(to: FileLocation.output("folder", call))
            return .none
        }
    }

    private static var resume: Verb {
        Verb(
            "resume", family: "training", summary: "a training run from its checkpoint, as if it had never stopped",
            parameters: [Parameter("folder", .file([]), help: "the folder that `train` or `checkpoint` wrote")],
            result: "the run, of the kind that was saved",
            examples: [
                .init(
                    """
                    t = clip_trainer steps: 2 batch: 4 seed: 1
                    step t;
                    checkpoint t "runs/example"
                    (resume "runs/example").step
                    """, gives: "1")
            ],
            seeAlso: ["train", "checkpoint"], effects: [.readsFiles]
        ) { call in
            let folder = try FileLocation.input(call.string("folder"), part: Checkpoint.name, call)
            return .object(try TrainingRunKind.kind(of: folder, call).resume(folder))
        }
    }

    private static var doctor: Verb {
        Verb(
            "doctor", family: "training", summary: "what looks right or wrong about a training run", parameters: [run],
            result: "table of what was checked, its status, what was found and what to do",
            examples: [
                .init(
                    "t = train (clip_trainer steps: 2 batch: 4 seed: 1) check: 0\n(doctor t).status",
                    gives: #"["ok", "ok", "ok"]"#)
            ],
            seeAlso: ["train", "step"]
        ) { call in try .table(Table(call.run().trainer.diagnosis())) }
    }
}

extension Arguments {
    fileprivate func run() throws -> any TrainingRun {
        guard let run = try value("run").object(as: (any TrainingRun).self) else {
            throw try refusal("run", expected: "a training run")
        }
        return run
    }
}

/// Shows the host how training comes on, and stops it when the host asks for that.
private struct RunObserver: TrainingObserver {
    private let run: any TrainingRun
    private let first, last: Int
    private let host: any SessionHost

    init(_ run: any TrainingRun, from first: Int, to last: Int, host: any SessionHost) {
        (self.run, self.first, self.last, self.host) = (run, first, last, host)
    }

    func progressed(_ part: (what: String, done: Int, total: Int)?) {
        host.progress(
            StepProgress(
                "train", done: run.trainer.completed - first, total: last - first, detail: run.progressDetail,
                part: part.map { .init(run.label(of: $0.what), done: $0.done, total: $0.total) }, curve: run.curve,
                attachment: run.pictures))
    }

    var isInterrupted: Bool { host.isInterrupted }
    func note(_ text: String) { host.note(text) }
}

extension Interpreter: SeedStream {}

import Checkpoint
import Diffusion
import Foundation
import Language
import World

/// A training run of the miniature's UNet in the language.
final class UNetTrainerValue: ObjectValue {
    let trainer: UNetTrainer

    init(_ trainer: UNetTrainer) { self.trainer = trainer }

    var typeName: String { "unet_trainer" }

    var summary: String {
        let last = progressDetail.isEmpty ? "" : "  " + progressDetail
        return "unet_trainer: step \(trainer.completed) of \(trainer.options.steps), "
            + "\(trainer.options.batch) scenes a step, seed \(trainer.options.seed)" + last
    }

    var memberNames: [String] { ["step", "steps", "seed", "finished", "history", "checks"] }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "step": .number(Double(trainer.completed))
        case "steps": .number(Double(trainer.options.steps))
        case "seed": .number(Double(trainer.options.seed))
        case "finished": .boolean(trainer.isFinished)
        case "history": .table(try history())
        case "checks": .table(try checks())
        default: nil
        }
    }
}

extension UNetTrainerValue: TrainingRun {
    static var kind: TrainingRunKind {
        TrainingRunKind(typeName: "unet_trainer", checkpointKind: UNetTrainer.checkpointKind) {
            UNetTrainerValue(try UNetTrainer(resuming: $0))
        }
    }

    var completed: Int { trainer.completed }
    var planned: Int? { trainer.options.steps }

    var progressDetail: String { trainer.history.last.map { String(format: "loss %.3f", $0.loss) } ?? "" }

    func advance(reporting host: any SessionHost) throws {
        try trainer.prepare { done, total in
            host.progress(StepProgress("latents", done: done, total: total))
            if host.isInterrupted { throw Interruption() }
        }
        try trainer.step()
    }

    var hasChecks: Bool { true }
    func check(count: Int) throws { try trainer.check(count: count) }

    func history() throws -> Table {
        func column(_ name: String, _ read: (UNetTrainingStep) -> Double) -> Table.Column {
            .init(name, trainer.history.map(read))
        }
        return try Table([
            column("step") { Double($0.step) }, column("loss", \.loss), column("error", \.error),
            column("gradient_norm", \.gradientNorm), column("rate", \.learningRate),
        ])
    }

    /// A row a check.
    private func checks() throws -> Table {
        func column(_ name: String, _ read: (UNetTrainingCheck) -> Double) -> Table.Column {
            .init(name, trainer.checks.map(read))
        }
        return try Table([
            column("step") { Double($0.step) }, column("error", \.error), column("wrong_caption", \.wrongCaption),
        ])
    }

    func save(to folder: URL) throws {
        try trainer.saveCheckpoint(to: folder)
        for (name, table) in [("history.csv", try history()), ("checks.csv", try checks())] {
            try AtomicFile.write(table.csv, to: folder.appendingPathComponent(name))
        }
        if trainer.isFinished { try trainer.pipeline().save(to: folder.appendingPathComponent("model"), as: .float16) }
    }
}

import Checkpoint
import Diffusion
import Foundation
import Language
import World

/// A training run of the miniature's autoencoder in the language.
final class VAETrainerValue: ObjectValue {
    let trainer: VAETrainer

    init(_ trainer: VAETrainer) { self.trainer = trainer }

    var typeName: String { "vae_trainer" }

    var summary: String {
        let last = progressDetail.isEmpty ? "" : "  " + progressDetail
        return "vae_trainer: step \(trainer.completed) of \(trainer.options.steps), "
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

extension VAETrainerValue: TrainingRun {
    static var kind: TrainingRunKind {
        TrainingRunKind(typeName: "vae_trainer", checkpointKind: VAETrainer.checkpointKind) {
            VAETrainerValue(try VAETrainer(resuming: $0))
        }
    }

    var completed: Int { trainer.completed }
    var planned: Int? { trainer.options.steps }

    var progressDetail: String {
        let psnr = trainer.checks.last.map { String(format: "  %.1f dB", $0.psnr) } ?? ""
        return trainer.history.last.map { String(format: "loss %.3f", $0.loss) + psnr } ?? ""
    }

    func advance(reporting host: any SessionHost) throws { try trainer.step() }

    var hasChecks: Bool { true }
    func check(count: Int) throws { try trainer.check(count: count) }

    func history() throws -> Table {
        func column(_ name: String, _ read: (VAETrainingStep) -> Double) -> Table.Column {
            .init(name, trainer.history.map(read))
        }
        return try Table([
            column("step") { Double($0.step) }, column("loss", \.loss), column("pixels", \.pixels),
            column("edges", \.edges), column("divergence", \.divergence), column("gradient_norm", \.gradientNorm),
            column("rate", \.learningRate),
        ])
    }

    /// A row a check.
    private func checks() throws -> Table {
        func column(_ name: String, _ read: (VAETrainingCheck) -> Double) -> Table.Column {
            .init(name, trainer.checks.map(read))
        }
        return try Table([column("step") { Double($0.step) }, column("psnr", \.psnr), column("deviation", \.deviation)])
    }

    func save(to folder: URL) throws {
        try trainer.saveCheckpoint(to: folder)
        for (name, table) in [("history.csv", try history()), ("checks.csv", try checks())] {
            try AtomicFile.write(table.csv, to: folder.appendingPathComponent(name))
        }
        if trainer.isFinished { try trainer.averaged().save(to: folder.appendingPathComponent("vae"), as: .float16) }
    }
}

import Checkpoint
import Foundation
import Language
import World

/// A training run of the mini CLIP in the language.
final class CLIPTrainerValue: ObjectValue {
    let trainer: CLIPTrainer

    init(_ trainer: CLIPTrainer) { self.trainer = trainer }

    var typeName: String { "clip_trainer" }

    var summary: String {
        let last = progressDetail.isEmpty ? "" : "  " + progressDetail
        return "clip_trainer: step \(trainer.completed) of \(trainer.options.steps), "
            + "\(trainer.options.batch) pairs a step, seed \(trainer.options.seed)" + last
    }

    private static func text(_ number: Double) -> String { String(format: "%.3f", number) }

    var memberNames: [String] { ["step", "steps", "seed", "finished", "history", "checks", "clip"] }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "step": .number(Double(trainer.completed))
        case "steps": .number(Double(trainer.options.steps))
        case "seed": .number(Double(trainer.options.seed))
        case "finished": .boolean(trainer.isFinished)
        case "history": .table(try history())
        case "checks": .table(try checks())
        case "clip": .clip(try trainer.averaged(), name: "mini-clip, step \(trainer.completed)")
        default: nil
        }
    }
}

extension CLIPTrainerValue: TrainingRun {
    static var kind: TrainingRunKind {
        TrainingRunKind(typeName: "clip_trainer", checkpointKind: CLIPTrainer.checkpointKind) {
            CLIPTrainerValue(try CLIPTrainer(resuming: $0))
        }
    }

    var completed: Int { trainer.completed }
    var planned: Int? { trainer.options.steps }

    var progressDetail: String {
        trainer.history.last.map { "loss \(Self.text($0.loss))  accuracy \(Self.text($0.accuracy))" } ?? ""
    }

    func advance(reporting host: any SessionHost) throws { try trainer.step() }

    var hasChecks: Bool { true }
    func check(count: Int) throws { try trainer.check(count: count) }

    func history() throws -> Table {
        func column(_ name: String, _ read: (CLIPTrainingStep) -> Double) -> Table.Column {
            .init(name, trainer.history.map(read))
        }
        return try Table([
            column("step") { Double($0.step) }, column("loss", \.loss), column("contrastive", \.contrastive),
            column("auxiliary", \.auxiliary), column("axis", \.axis), column("accuracy", \.accuracy),
            column("gradient_norm", \.gradientNorm), column("rate", \.learningRate), column("scale", \.scale),
        ])
    }

    /// A row a check.
    private func checks() throws -> Table {
        func column(_ name: String, _ read: (CLIPTrainingCheck) -> Double) -> Table.Column {
            .init(name, trainer.checks.map(read))
        }
        return try Table([
            column("step") { Double($0.step) }, column("text_auc", \.worstText), column("image_auc", \.worstImage),
            column("retrieval", \.retrieval), column("matched", \.matched), column("unmatched", \.unmatched),
            column("safe", \.safe), column("harmful", \.harmful), column("blank", \.blank),
        ])
    }

    func save(to folder: URL) throws {
        try trainer.saveCheckpoint(to: folder)
        for (name, table) in [("history.csv", try history()), ("checks.csv", try checks())] {
            try AtomicFile.write(table.csv, to: folder.appendingPathComponent(name))
        }
        if trainer.isFinished { try trainer.averaged().save(to: folder.appendingPathComponent("clip"), as: .float16) }
    }
}

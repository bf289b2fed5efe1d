import Checkpoint
import Foundation
import Language
import World

/// A training run of the detector in the language.
final class DetectorTrainerValue: ObjectValue {
    let trainer: DetectorTrainer

    init(_ trainer: DetectorTrainer) { self.trainer = trainer }

    var typeName: String { "detector_trainer" }

    var summary: String {
        let last = progressDetail.isEmpty ? "" : "  " + progressDetail
        return "detector_trainer: step \(trainer.completed) of \(trainer.options.steps), "
            + "\(trainer.options.batch) pictures a step, seed \(trainer.options.seed)" + last
    }

    var memberNames: [String] { ["step", "steps", "seed", "finished", "history", "checks", "detector"] }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "step": .number(Double(trainer.completed))
        case "steps": .number(Double(trainer.options.steps))
        case "seed": .number(Double(trainer.options.seed))
        case "finished": .boolean(trainer.isFinished)
        case "history": .table(try history())
        case "checks": .table(try DetectorAccuracy.table(trainer.checks, first: .init("step", trainer.checks.map { Double($0.step) })))
        case "detector":
            .object(DetectorValue(try trainer.calibrated(), name: "of step \(trainer.completed)"))
        default: nil
        }
    }
}

extension DetectorTrainerValue: TrainingRun {
    static var kind: TrainingRunKind {
        TrainingRunKind(typeName: "detector_trainer", checkpointKind: DetectorTrainer.checkpointKind) {
            DetectorTrainerValue(try DetectorTrainer(resuming: $0))
        }
    }

    var completed: Int { trainer.completed }
    var planned: Int? { trainer.options.steps }

    var progressDetail: String {
        trainer.history.last.map { String(format: "loss %.3f  centres %.3f", $0.loss, $0.centres) } ?? ""
    }

    func advance(reporting host: any SessionHost) throws { try trainer.step() }

    var hasChecks: Bool { true }
    func check(count: Int) throws { try trainer.check(count: count) }

    func history() throws -> Table {
        func column(_ name: String, _ read: (DetectorTrainingStep) -> Double) -> Table.Column {
            .init(name, trainer.history.map(read))
        }
        return try Table([
            column("step") { Double($0.step) }, column("loss", \.loss), column("centres", \.centres),
            column("tints", \.tints), column("shapes", \.shapes), column("background", \.background),
            column("gradient_norm", \.gradientNorm), column("rate", \.learningRate),
        ])
    }

    func save(to folder: URL) throws {
        try trainer.saveCheckpoint(to: folder)
        let checks = try DetectorAccuracy.table(trainer.checks, first: .init("step", trainer.checks.map { Double($0.step) }))
        for (name, table) in [("history.csv", try history()), ("checks.csv", checks)] {
            try AtomicFile.write(table.csv, to: folder.appendingPathComponent(name))
        }
        if trainer.isFinished {
            try trainer.calibrated().save(to: folder.appendingPathComponent("detector"), as: .float16)
        }
    }
}

extension DetectorAccuracy {
    /// A row for each, after a column that tells them apart.
    static func table(_ rows: [DetectorAccuracy], first: Table.Column) throws -> Table {
        func column(_ name: String, _ read: (DetectorAccuracy) -> Double) -> Table.Column { .init(name, rows.map(read)) }
        return try Table([
            first, column("pictures") { Double($0.pictures) }, column("exact", \.exact), column("recall", \.recall),
            column("precision", \.precision), column("colours", \.colours), column("false_harm", \.falseHarm),
            column("missed_harm", \.missedHarm), column("calibration_error", \.calibrationError),
        ])
    }
}

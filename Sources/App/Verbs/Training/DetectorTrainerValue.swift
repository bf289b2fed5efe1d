import Foundation
import Language
import World

/// A training run of the detector in the language.
final class DetectorTrainerValue: WorldTrainingRun {
    var trainer: DetectorTrainer

    init(_ trainer: DetectorTrainer) { self.trainer = trainer }

    static var kind: TrainingRunKind {
        TrainingRunKind(typeName: "detector_trainer", checkpointKind: DetectorTrainer.checkpointKind) {
            DetectorTrainerValue(try DetectorTrainer(resuming: $0))
        }
    }

    static var examples: String { "pictures" }

    static var ownMembers: [String] { ["detector"] }

    func ownMember(_ name: String) throws -> Value? {
        name == "detector"
            ? .object(DetectorValue(try trainer.calibrated(), name: "of step \(trainer.completed)")) : nil
    }

    var progressDetail: String {
        trainer.history.last.map { String(format: "loss %.3f  centres %.3f", $0.loss, $0.centres) } ?? ""
    }

    var curve: StepProgress.Curve { .init("loss", trainer.history.map(\.loss)) }

    func history(from first: Int) throws -> Table {
        try Table(
            of: trainer.history.dropFirst(first),
            [
                "step": { Double($0.step) }, "loss": \.loss, "centres": \.centres, "tints": \.tints, "shapes": \.shapes,
                "background": \.background, "gradient_norm": \.gradientNorm, "rate": \.learningRate,
            ])
    }

    func checks() throws -> Table {
        try DetectorAccuracy.table(trainer.checks, first: .init("step", trainer.checks.map { Double($0.step) }))
    }

    func saveResult(to folder: URL) throws {
        try trainer.calibrated().save(to: folder.appendingPathComponent("detector"), as: .float16)
    }
}

extension DetectorAccuracy {
    /// A row for each, after a column that tells them apart.
    static func table(_ rows: [DetectorAccuracy], first: Table.Column) throws -> Table {
        func column(_ name: String, _ read: (DetectorAccuracy) -> Double) -> Table.Column {
            .init(name, rows.map(read))
        }
        return try Table([
            first, column("pictures") { Double($0.pictures) }, column("exact", \.exact), column("recall", \.recall),
            column("precision", \.precision), column("colours", \.colours), column("false_harm", \.falseHarm),
            column("missed_harm", \.missedHarm), column("calibration_error", \.calibrationError),
        ])
    }
}

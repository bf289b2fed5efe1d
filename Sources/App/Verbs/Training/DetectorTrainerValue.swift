import Foundation
import Language
import Training
import World
import WorldTraining

/// A training run of the detector in the language.
final class DetectorTrainerValue: BatchTrainerValue {
    let trainer: DetectorTrainer

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
}

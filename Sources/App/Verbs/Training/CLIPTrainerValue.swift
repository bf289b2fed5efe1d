import Foundation
import Language
import Training
import World
import WorldTraining

/// A training run of the mini CLIP in the language.
final class CLIPTrainerValue: BatchTrainerValue {
    let trainer: CLIPTrainer

    init(_ trainer: CLIPTrainer) { self.trainer = trainer }

    static var kind: TrainingRunKind {
        TrainingRunKind(typeName: "clip_trainer", checkpointKind: CLIPTrainer.checkpointKind) {
            CLIPTrainerValue(try CLIPTrainer(resuming: $0))
        }
    }

    static var examples: String { "pairs" }

    static var ownMembers: [String] { ["clip"] }

    func ownMember(_ name: String) throws -> Value? {
        name == "clip" ? .clip(try trainer.averaged(), name: "mini-clip, step \(trainer.completed)") : nil
    }

    var progressDetail: String {
        trainer.history.last.map { String(format: "loss %.3f  accuracy %.3f", $0.loss, $0.accuracy) } ?? ""
    }

    var curve: StepProgress.Curve { .init("loss", trainer.history.map(\.loss)) }
}

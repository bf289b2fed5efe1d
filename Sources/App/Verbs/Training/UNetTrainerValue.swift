import Diffusion
import Foundation
import Language
import Training
import World
import WorldTraining

/// A training run of the miniature's UNet in the language.
final class UNetTrainerValue: BatchTrainerValue {
    let trainer: UNetTrainer

    init(_ trainer: UNetTrainer) { self.trainer = trainer }

    static var kind: TrainingRunKind {
        TrainingRunKind(typeName: "unet_trainer", checkpointKind: UNetTrainer.checkpointKind) {
            UNetTrainerValue(try UNetTrainer(resuming: $0))
        }
    }

    static var examples: String { "scenes" }

    var progressDetail: String { trainer.history.last.map { String(format: "loss %.3f", $0.loss) } ?? "" }

    var curve: StepProgress.Curve { .init("loss", trainer.history.map(\.loss)) }
}

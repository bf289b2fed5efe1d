import Diffusion
import Foundation
import Language
import Training
import World
import WorldTraining

/// A training run of the miniature's autoencoder in the language.
final class VAETrainerValue: BatchTrainerValue {
    let trainer: VAETrainer

    init(_ trainer: VAETrainer) { self.trainer = trainer }

    static var kind: TrainingRunKind {
        TrainingRunKind(typeName: "vae_trainer", checkpointKind: VAETrainer.checkpointKind) {
            VAETrainerValue(try VAETrainer(resuming: $0))
        }
    }

    static var examples: String { "scenes" }

    var progressDetail: String {
        let psnr = trainer.checks.last.map { String(format: "  %.1f dB", $0.psnr) } ?? ""
        return trainer.history.last.map { String(format: "loss %.3f", $0.loss) + psnr } ?? ""
    }

    var curve: StepProgress.Curve { .init("loss", trainer.history.map(\.loss)) }

    static var ownMembers: [String] { ["vae"] }

    func ownMember(_ name: String) throws -> Value? {
        name == "vae"
            ? .object(AutoencoderValue(try trainer.averaged(), name: "after \(trainer.completed) steps")) : nil
    }
}

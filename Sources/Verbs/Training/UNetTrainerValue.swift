import Diffusion
import Foundation
import Language
import World

/// A training run of the miniature's UNet in the language.
final class UNetTrainerValue: WorldTrainingRun {
    var trainer: UNetTrainer

    init(_ trainer: UNetTrainer) { self.trainer = trainer }

    static var kind: TrainingRunKind {
        TrainingRunKind(typeName: "unet_trainer", checkpointKind: UNetTrainer.checkpointKind) {
            UNetTrainerValue(try UNetTrainer(resuming: $0))
        }
    }

    static var examples: String { "scenes" }

    var progressDetail: String { trainer.history.last.map { String(format: "loss %.3f", $0.loss) } ?? "" }

    func advance(reporting host: any SessionHost) throws {
        try trainer.prepare { done, total in
            host.progress(StepProgress("latents", done: done, total: total))
            if host.isInterrupted { throw Interruption() }
        }
        try trainer.step()
    }

    func history() throws -> Table {
        try Table(
            of: trainer.history,
            [
                "step": { Double($0.step) }, "loss": \.loss, "error": \.error, "gradient_norm": \.gradientNorm,
                "rate": \.learningRate,
            ])
    }

    func checks() throws -> Table {
        try Table(
            of: trainer.checks, ["step": { Double($0.step) }, "error": \.error, "wrong_caption": \.wrongCaption])
    }

    func saveResult(to folder: URL) throws {
        try trainer.pipeline().save(to: folder.appendingPathComponent("model"), as: .float16)
    }
}

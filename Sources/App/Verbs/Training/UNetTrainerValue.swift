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

    func advance(reporting report: @escaping (StepProgress.Part) throws -> Void) throws {
        try trainer.prepare { try report(.init("latents", done: $0, total: $1)) }
        try trainer.step()
    }

    var curve: StepProgress.Curve { .init("loss", trainer.history.map(\.loss)) }

    func history(from first: Int) throws -> Table {
        try Table(
            of: trainer.history.dropFirst(first),
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

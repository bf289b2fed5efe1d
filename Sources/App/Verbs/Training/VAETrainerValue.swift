import Diffusion
import Foundation
import Language
import World

/// A training run of the miniature's autoencoder in the language.
final class VAETrainerValue: WorldTrainingRun {
    var trainer: VAETrainer

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

    func history(from first: Int) throws -> Table {
        try Table(
            of: trainer.history.dropFirst(first),
            [
                "step": { Double($0.step) }, "loss": \.loss, "pixels": \.pixels, "edges": \.edges,
                "divergence": \.divergence, "gradient_norm": \.gradientNorm, "rate": \.learningRate,
            ])
    }

    func checks() throws -> Table {
        try Table(
            of: trainer.checks, ["step": { Double($0.step) }, "psnr": \.psnr, "deviation": \.deviation])
    }

    static var ownMembers: [String] { ["vae"] }

    func ownMember(_ name: String) throws -> Value? {
        name == "vae" ? .object(AutoencoderValue(try trainer.averaged(), name: "after \(completed) steps")) : nil
    }

    func saveResult(to folder: URL) throws {
        try trainer.averaged().save(to: folder.appendingPathComponent("vae"), as: .float16)
    }
}

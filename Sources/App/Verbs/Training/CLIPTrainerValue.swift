import Foundation
import Language
import World

/// A training run of the mini CLIP in the language.
final class CLIPTrainerValue: WorldTrainingRun {
    var trainer: CLIPTrainer

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

    func history(from first: Int) throws -> Table {
        try Table(
            of: trainer.history.dropFirst(first),
            [
                "step": { Double($0.step) }, "loss": \.loss, "contrastive": \.contrastive, "auxiliary": \.auxiliary,
                "axis": \.axis, "accuracy": \.accuracy, "gradient_norm": \.gradientNorm, "rate": \.learningRate,
                "scale": \.scale,
            ])
    }

    func checks() throws -> Table {
        try Table(
            of: trainer.checks,
            [
                "step": { Double($0.step) }, "text_auc": \.worstText, "image_auc": \.worstImage,
                "retrieval": \.retrieval, "matched": \.matched, "unmatched": \.unmatched, "safe": \.safe,
                "harmful": \.harmful, "blank": \.blank,
            ])
    }

    func saveResult(to folder: URL) throws {
        try trainer.averaged().save(to: folder.appendingPathComponent("clip"), as: .float16)
    }
}

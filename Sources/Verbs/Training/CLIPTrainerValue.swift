import Foundation
import Language
import World

/// A training run of the mini CLIP in the language.
final class CLIPTrainerValue: ObjectValue {
    let trainer: CLIPTrainer

    init(_ trainer: CLIPTrainer) { self.trainer = trainer }

    var typeName: String { "clip_trainer" }

    var summary: String {
        let last = trainer.history.last.map { "  loss \(Self.text($0.loss))  accuracy \(Self.text($0.accuracy))" } ?? ""
        return "clip_trainer: step \(trainer.completed) of \(trainer.options.steps), "
            + "\(trainer.options.batch) pairs a step, seed \(trainer.options.seed)" + last
    }

    static func text(_ number: Double) -> String { String(format: "%.3f", number) }

    var memberNames: [String] { ["step", "steps", "seed", "finished", "history", "checks", "clip"] }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "step": .number(Double(trainer.completed))
        case "steps": .number(Double(trainer.options.steps))
        case "seed": .number(Double(trainer.options.seed))
        case "finished": .boolean(trainer.isFinished)
        case "history": .table(try trainer.historyTable())
        case "checks": .table(try trainer.checkTable())
        case "clip": .clip(try trainer.averaged(), name: "mini-clip, step \(trainer.completed)")
        default: nil
        }
    }
}

extension CLIPTrainer {
    /// A row a step.
    func historyTable() throws -> Table {
        func column(_ name: String, _ read: (CLIPTrainingStep) -> Double) -> Table.Column { .init(name, history.map(read)) }
        return try Table([
            column("step") { Double($0.step) }, column("loss", \.loss), column("contrastive", \.contrastive),
            column("auxiliary", \.auxiliary), column("axis", \.axis), column("accuracy", \.accuracy),
            column("gradient_norm", \.gradientNorm), column("rate", \.learningRate), column("scale", \.scale),
        ])
    }

    /// A row a check.
    func checkTable() throws -> Table {
        func column(_ name: String, _ read: (CLIPTrainingCheck) -> Double) -> Table.Column { .init(name, checks.map(read)) }
        return try Table([
            column("step") { Double($0.step) }, column("text_auc", \.worstText), column("image_auc", \.worstImage),
            column("retrieval", \.retrieval), column("matched", \.matched), column("unmatched", \.unmatched),
            column("safe", \.safe), column("harmful", \.harmful), column("blank", \.blank),
        ])
    }
}

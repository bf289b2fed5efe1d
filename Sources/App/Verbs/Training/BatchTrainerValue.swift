import Foundation
import Language
import Training

/// A run of one of the trainers of batches in the language: what they have in common.
protocol BatchTrainerValue: TrainingRun where RunTrainer: BatchTrainer {
    static var kind: TrainingRunKind { get }
    /// What a step takes a batch of: "pairs".
    static var examples: String { get }
    /// Members of its own: what it has trained so far.
    static var ownMembers: [String] { get }
    func ownMember(_ name: String) throws -> Value?
}

extension BatchTrainerValue {
    static var ownMembers: [String] { [] }
    func ownMember(_ name: String) throws -> Value? { nil }

    var typeName: String { Self.kind.typeName }

    var summary: String {
        "\(typeName): \(trainer.position), \(trainer.options.batch) \(Self.examples) a step, "
            + "seed \(trainer.options.seed)" + (progressDetail.isEmpty ? "" : "  " + progressDetail)
    }

    var memberNames: [String] { ["step", "steps", "seed", "finished", "history", "checks"] + Self.ownMembers }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "step": .number(Double(trainer.completed))
        case "steps": .number(Double(trainer.options.steps))
        case "seed": .number(Double(trainer.options.seed))
        case "finished": .boolean(trainer.isFinished)
        case "history": .table(try history())
        case "checks": .table(try Table(trainer.checkColumns))
        default: try ownMember(name)
        }
    }
}

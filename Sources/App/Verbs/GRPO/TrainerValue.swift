import Notebook
import Basics
import Files
import Foundation
import GRPO
import Language
import Training

/// A GRPO run in the language.
final class TrainerValue: ObjectValue {
    let trainer: GRPOTrainer
    /// What the model is called.
    let modelName: String
    /// The pictures of the last rollout that somebody followed.
    private var shown: (round: Int, pictures: LivePictures)?

    init(_ trainer: GRPOTrainer, modelName: String) { (self.trainer, self.modelName) = (trainer, modelName) }

    var typeName: String { "trainer" }

    var summary: String {
        let options = trainer.options
        let what = trainer.policy.lora.map { "LoRA of rank \($0.options.rank)" } ?? "all weights"
        let under = trainer.updatesDone > 0 ? " and \(trainer.updatesDone) of \(options.updates) updates" : ""
        let algorithm = options.algorithm == .grpo ? "" : "\(options.algorithm.title), "
        let reward = trainer.isScored ? "reward \(trainer.reward.name), " : ""
        return "trainer of \(modelName): \(algorithm)\(what), \(reward)"
            + "\(options.roundPrompts) × \(trainer.groupSize) samples per round, \(trainer.position)\(under)"
            + (progressDetail.isEmpty ? "" : "  " + progressDetail)
    }

    func display(width: Int) -> String {
        let differences = trainer.differencesFromPaper
        let names = differences.map(\.name).joined(separator: ", ")
        return summary + "\n  "
            + (differences.isEmpty ? "set as in the paper" : "differs from the paper in \(names): see .differences")
    }

    var memberNames: [String] {
        [
            "round", "rounds", "updates_done", "finished", "history", "policy", "average", "best", "reward", "prompts",
            "options",
            "differences", "parameters", "rollout", "seed",
        ]
    }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "round": .number(Double(trainer.completed))
        case "rounds": trainer.planned.map { .number(Double($0)) } ?? Value.none
        case "updates_done": .number(Double(trainer.updatesDone))
        case "finished": .boolean(trainer.isFinished)
        case "history": .table(try history())
        case "policy": .pipeline(trainer.pipeline, name: trained("trained"))
        case "average": .pipeline(try trainer.averaged(), name: trained("averaged"))
        case "best":
            try trainer.bestModel().map { model, round in
                .pipeline(model, name: "\(modelName), best after \(round) rounds")
            } ?? Value.none
        case "reward": .object(RewardValue(trainer.reward))
        case "prompts": .strings(trainer.prompts.texts)
        case "options":
            .record(Record(trainer.options.usedSwitches.map { ($0.name, .string($0.value(in: trainer.options))) }))
        case "differences": .table(try differences())
        case "parameters": .number(Double(trainer.policy.parameters.reduce(0) { $0 + $1.tensor.count }))
        case "rollout":
            (trainer.pending?.rollout ?? trainer.lastRollout).map { .object(RolloutValue($0)) } ?? Value.none
        case "seed": .number(Double(trainer.options.seed))
        default: nil
        }
    }

    private func trained(_ how: String) -> String { "\(modelName), \(how) for \(trainer.completed) rounds" }

    /// Switches that stand otherwise than in the paper.
    private func differences() throws -> Table {
        let rows = trainer.differencesFromPaper
        return try Table([
            .init("switch", rows.map(\.name)), .init("here", rows.map(\.value)), .init("paper", rows.map(\.paper)),
        ])
    }
}

extension TrainerValue: TrainingRun {
    static var kind: TrainingRunKind {
        TrainingRunKind(typeName: "trainer", checkpointKind: GRPOTrainer.checkpointKind) { _ in
            throw RhumbError(
                "a GRPO run needs its model and its reward to be resumed",
                hint: "make the trainer as before, then: resume t \"folder\"")
        }
    }

    var progressDetail: String {
        guard let last = trainer.history.last else { return "" }
        guard trainer.isScored else { return String(format: "loss %.4g", last.loss) }
        guard trainer.options.algorithm.hasRatios else {
            return String(format: "reward %.4f  loss %.4g", last.reward, last.loss)
        }
        return String(
            format: "reward %.4f  kl %.1e  clipped %.0f %% + %.0f %%", last.reward, last.kl, 100 * last.clippedAbove,
            100 * last.clippedBelow) + watchedDetail
    }

    /// The measure that says what model is the best, as it was measured last.
    private var watchedDetail: String {
        guard let watch = trainer.watch, let last = trainer.watched.last,
            let place = watch.names.firstIndex(of: watch.best.name)
        else { return "" }
        return "  \(watch.best.name) \(String(format: "%.2f", last.values[place])) after round \(last.round)"
    }

    var curve: StepProgress.Curve {
        trainer.isScored
            ? .init("reward", trainer.history.map(\.reward)) : .init("loss", trainer.history.map(\.loss))
    }

    /// Those of the last rollout.
    var pictures: LivePictures? {
        guard let rollout = trainer.lastRollout, !rollout.images.isEmpty else { return nil }
        if let shown, shown.round == rollout.round { return shown.pictures }
        let pictures = LivePictures { PictureSheet(rollout.images, columns: rollout.groupSize) }
        shown = (rollout.round, pictures)
        return pictures
    }

    func label(of part: String) -> String { "round \(trainer.completed + 1): \(part)" }
}

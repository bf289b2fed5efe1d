import Basics
import GRPO
import Language
import Tensor

/// A rollout in the language: groups of judged pictures.
final class RolloutValue: ObjectValue {
    let rollout: Rollout

    init(_ rollout: Rollout) { self.rollout = rollout }

    var typeName: String { "rollout" }

    var summary: String {
        let mean = rollout.scores.totals.reduce(0, +) / Double(max(rollout.sampleCount, 1))
        let scored = rollout.scores.totals.isEmpty ? "" : ", mean reward \(NumberText.shown(rounded(mean)))"
        return
            "rollout of round \(rollout.round + 1): \(Words.count(rollout.prompts.count, "prompt"))"
            + " × \(rollout.groupSize) samples, \(rollout.timesteps.count) steps of which \(rollout.steps.count) trained"
            + scored
    }

    func display(width: Int) -> String {
        guard !rollout.advantages.means.isEmpty else { return summary }
        let rows = rollout.prompts.texts.enumerated().map { group, prompt in
            let advantages = rollout.advantages
            return "  \(Self.text(advantages.means[group])) ± \(Self.text(advantages.deviations[group]))  \(prompt)"
        }
        return ([summary] + rows).joined(separator: "\n")
    }

    private static func text(_ number: Double) -> String { NumberText.shown(rounded(number)) }

    var memberNames: [String] {
        [
            "round", "prompts", "images", "rewards", "terms", "advantages", "latents", "timesteps", "sigmas", "trained",
            "means", "log_probs", "context", "seconds",
        ]
    }

    /// Groups come first in every shape: rewards [prompts, group], log_probs [trained steps, samples].
    func member(_ name: String) throws -> Value? {
        let groups = [rollout.prompts.count, rollout.groupSize]
        switch name {
        case "round": return .number(Double(rollout.round + 1))
        case "prompts": return .strings(rollout.prompts.texts)
        case "images":
            return .list(zip(rollout.images, rollout.samplePrompts).map { .image($0, name: $1) })
        case "rewards", "terms", "advantages":
            return rollout.scores.totals.isEmpty ? Value.none : try scores(name, groups)
        case "means": return .list(rollout.steps.compactMap { rollout.trained[$0].map { .tensor($0.mean) } })
        case "log_probs":
            let kept = rollout.steps.compactMap { rollout.trained[$0]?.logProbability }
            return kept.isEmpty ? Value.none : .tensor(try Tensor.stacked(kept))
        case "latents": return .list(rollout.samples.map { .tensor($0) })
        case "timesteps": return .numbers(rollout.timesteps.map(Double.init))
        case "sigmas": return .numbers(rollout.sigmas)
        case "trained": return .numbers(rollout.steps.map(Double.init))
        case "context": return .tensor(rollout.context)
        case "seconds": return .number(rollout.seconds)
        default: return nil
        }
    }

    /// Of each picture, by the reward.
    private func scores(_ name: String, _ groups: [Int]) throws -> Value? {
        switch name {
        case "rewards": return .tensor(try Tensor(rollout.scores.totals.map(Float.init), shape: groups))
        case "terms":
            return .record(
                Record(
                    try rollout.scores.terms.map {
                        ($0.name, .tensor(try Tensor($0.values.map(Float.init), shape: groups)))
                    }))
        case "advantages": return .tensor(try Tensor(rollout.advantages.values.map(Float.init), shape: groups))
        default: return nil
        }
    }

    /// The pictures, for `grid r` and `for image in r`.
    var count: Int? { rollout.images.count }
    func element(at position: Int) throws -> Value {
        .image(rollout.images[position], name: rollout.samplePrompts[position])
    }
}

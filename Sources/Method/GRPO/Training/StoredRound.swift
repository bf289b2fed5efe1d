import Tensor
import Training

extension Rollout {
    /// What can't be worked out again.
    var state: [String: Tensor] {
        var state: [String: Tensor] = [:]
        for (step, sample) in samples.enumerated() { state["sample.\(step)"] = sample }
        for (step, kept) in trained {
            state["mean.\(step)"] = kept.mean
            state["log_probability.\(step)"] = kept.logProbability
        }
        return state
    }
}

/// The numbers and texts of a rollout, and of the round under way that it belongs to.
struct StoredRound: Codable {
    let round: Int
    let prompts: [String]
    let steps: [Int]
    let scores: RewardScores
    let judgements: [Double]?
    let seconds: Double
    let updates: [UpdateMetrics]

    init(_ pending: GRPOTrainer.PendingRound) {
        let rollout = pending.rollout
        (round, prompts, steps) = (rollout.round, rollout.prompts.texts, rollout.steps)
        (scores, judgements) = (rollout.scores, rollout.judgements)
        (seconds, updates) = (rollout.seconds, pending.updates)
    }

    /// A rollout whose round is over. How long it took stands elsewhere, so that equal runs write equal bytes.
    init(_ rollout: Rollout) {
        (round, prompts, steps) = (rollout.round, rollout.prompts.texts, rollout.steps)
        (scores, judgements) = (rollout.scores, rollout.judgements)
        (seconds, updates) = (0, [])
    }

    func round(
        _ state: [String: Tensor], of trainer: GRPOTrainer, _ file: Checkpoint
    ) throws -> GRPOTrainer.PendingRound {
        let rollout = try rollout(state, of: trainer, file)
        return GRPOTrainer.PendingRound(rollout: rollout, parts: try trainer.parts(of: rollout), updates: updates)
    }

    func rollout(_ state: [String: Tensor], of trainer: GRPOTrainer, _ file: Checkpoint) throws -> Rollout {
        func tensor(_ name: String) throws -> Tensor {
            guard let tensor = state[name] else { throw file.rejected("its rollout lacks '\(name)'") }
            return tensor
        }
        let options = trainer.options, plan = trainer.stepPlan
        let isWhole = options.method.recording == .densities || options.method.recording == .path
        let samples = try (0...(isWhole ? plan.timesteps.count : 0)).map { try tensor("sample.\($0)") }
        var trained: [Int: Rollout.TrainedStep] = [:]
        for step in steps where trainer.recordsPolicy {
            trained[step] = .init(
                mean: try tensor("mean.\(step)"), logProbability: try tensor("log_probability.\(step)"))
        }
        let known = prompts.map(trainer.prompt)
        return Rollout(
            round: round, prompts: known, groupSize: trainer.groupSize,
            timesteps: plan.timesteps, sigmas: plan.sigmas, samples: samples, trained: trained,
            steps: steps, draws: try trainer.draws(round: round, steps: steps, shape: samples[0].shape),
            context: try trainer.pipeline.context(of: prompts), emptyContext: trainer.emptyContext,
            startContext: try trainer.startContext(of: known),
            images: try withoutGradients { try trainer.pictures(samples[samples.count - 1], progress: nil) },
            scores: scores,
            judgements: judgements, advantages: try trainer.advantages(of: scores, known), seconds: seconds)
    }
}

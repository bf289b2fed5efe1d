import Diffusion
import Tensor

/// AWM (Xue et al. 2025, arXiv 2509.25050): the loss of pretraining, weighed by the advantage.
///
/// Minus the denoising error stands for the log-likelihood of a finished picture, and its ratio to that of the policy
/// that drew it is clipped.
struct AdvantageWeightedMatching: PolicyAlgorithm {
    let title = "Advantage Weighted Matching"
    let source = "Xue et al. 2025, arXiv 2509.25050"
    let summary =
        "adds noise to finished pictures and takes minus the denoising error as their log-likelihood, which rises "
        + "with the advantage within the clipped ratio: no trajectories, any sampler"
    let formula = "max(−A ρ, −A clip(ρ, 1 − ε, 1 + ε)), ρ = exp(w ‖v_old − v‖² − w ‖v_θ − v‖²)"
    let recording = Recording.result(predictions: true)
    let usesAdvantages = true
    let hasRatios = true
    let switches =
        AlgorithmKind.drawing.union(AlgorithmKind.choosing).union(AlgorithmKind.weighing).union([
            "resample", "sampler", "levels", "loss_weight", "clip", "parity",
        ])
    let measures = [
        Measure(name: "error", meaning: "the denoising error of the pictures drawn", formula: "w ‖v_θ − v‖²")
    ]

    func settle(_ options: inout GRPOOptions) { options.latents = .perSample }

    func check(_ options: GRPOOptions) throws {
        // A weight that follows the error would make the ratio another quantity.
        try options.requireLevelWeight([.none, .clean, .minSNR])
        try options.requireDifferentPictures()
    }

    func terms(
        of piece: UpdatePart, in rollout: Rollout, by update: PolicyUpdate, withReference: Bool
    ) throws -> ObjectiveTerms {
        let (policy, options, step, samples) = (update.policy, update.options, piece.steps[0], piece.samples)
        let latents = try NoisedLatents(samples, of: rollout, at: step, policy)
        let new = try latents.prediction(by: policy)
        let error = try latents.errors(of: new, options.lossWeight)
        let recorded = try rollout.recorded(step)
        let old = try rollout.rows(recorded.logProbability, samples)
        let objective = try ClippedObjective(
            new: -error, old: old, advantages: rollout.advantages(of: samples), range: options.clip,
            high: options.clipHigh)
        var terms = ObjectiveTerms(
            objective: objective, losses: objective.losses, logProbability: try -error.detached(),
            oldLogProbability: old,
            divergence: try new.detached().meanSquaredDifference(rollout.rows(recorded.mean, samples)),
            measures: ["error": error.detached()])
        if withReference { try update.holding(&terms, new, latents, rollout, samples) }
        return terms
    }
}

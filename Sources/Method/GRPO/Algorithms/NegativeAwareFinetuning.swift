import Basics
import Diffusion
import Tensor

/// DiffusionNFT (Zheng et al. 2025, arXiv 2509.16117, equation 5): the policy is one end of a line through the old one;
/// good pictures pull that end towards themselves, and bad ones pull its mirror image.
struct NegativeAwareFinetuning: PolicyAlgorithm {
    let title = "DiffusionNFT"
    let source = "Zheng et al. 2025, arXiv 2509.16117"
    let summary =
        "adds noise to finished pictures; good ones teach the policy, bad ones its mirror image in the old policy, "
        + "which draws the pictures and follows as a running average: no trajectories, any sampler"
    let formula = "r ‖v⁺ − v‖² + (1 − r) ‖v⁻ − v‖², v± = (1 ∓ β) v_old ± β v_θ, r = ½ + A / 2 A_max"
    let recording = Recording.result(predictions: true)
    let usesAdvantages = true
    let switches =
        AlgorithmKind.drawing.union(AlgorithmKind.choosing).union(AlgorithmKind.weighing).union([
            "resample", "sampler", "levels", "loss_weight", "beta", "old_decay", "parity",
        ])
    let measures = [
        AlgorithmMeasure(
            name: "optimality", meaning: "r, the share of a picture that counts as good", formula: "½ + A / 2 A_max"),
        AlgorithmMeasure(
            name: "positive", meaning: "error of the policy's end of the line, before it is weighed by r",
            formula: "‖v⁺ − v‖²"),
        AlgorithmMeasure(
            name: "negative", meaning: "error of its mirror image, before it is weighed by 1 − r",
            formula: "‖v⁻ − v‖²"),
    ]

    func settle(_ options: inout GRPOOptions) {
        (options.beta, options.lossWeight, options.advantageClip) = (1, .adaptive, 1)
        options.latents = .perSample
    }

    func check(_ options: GRPOOptions) throws {
        try options.requireLevelWeight(LossWeight.ofLevels)
        try options.requireDifferentPictures()
        guard options.advantageClip.isFinite else {
            throw RhumbError.option("advantage_clip", "inf", expected: "finite for \"nft\", which divides by it")
        }
    }

    func terms(
        of piece: UpdatePart, in rollout: Rollout, by update: PolicyUpdate, withReference: Bool
    ) throws -> ObjectiveTerms {
        let (policy, options, step, samples) = (update.policy, update.options, piece.steps[0], piece.samples)
        let latents = try NoisedLatents(samples, of: rollout, at: step, policy)
        let new = try latents.prediction(by: policy)
        let old = try rollout.rows(rollout.recorded(step).mean, samples)
        let beta = Float(options.beta ?? 1)
        let positive = try latents.errors(of: new * beta + old * (1 - beta), options.lossWeight)
        let negative = try latents.errors(of: old * (1 + beta) - new * beta, options.lossWeight)
        let share = try Tensor(
            samples.map { Float(0.5 + rollout.advantages.values[$0] / (2 * options.advantageClip)) })
        var terms = ObjectiveTerms(
            losses: try (share * positive + (1 - share) * negative) * rollout.counts(of: samples),
            divergence: try new.detached().meanSquaredDifference(old),
            measures: ["optimality": share, "positive": positive.detached(), "negative": negative.detached()])
        if withReference { try update.holding(&terms, new, latents, rollout, samples) }
        return terms
    }
}

import Basics
import Diffusion
import Tensor

/// GRPO: denoising steps as actions, whose probabilities rise with their sample's advantage, held near those that they
/// were drawn with by the clipped ratio or by a bound on the KL.
struct ClippedPolicyGradient: PolicyAlgorithm {
    let title = "GRPO"
    let source = "Shao et al. 2024, arXiv 2402.03300; on denoising steps Black et al. 2024, arXiv 2305.13301"
    let summary = "makes the random steps of better pictures likelier, within a bound on how far the policy moves"
    let formula = "max(−A ρ, −A clip(ρ, 1 − ε, 1 + ε))"
    let recording = Recording.densities
    let usesAdvantages = true
    let hasRatios = true
    let switches =
        AlgorithmKind.drawing.union(AlgorithmKind.choosing).union(AlgorithmKind.weighing).union([
            "eta", "sde", "train_last", "clip", "trust", "trust_limit", "ratio_norm", "loss_weight", "resample",
            "branch",
            "parity",
        ])

    func check(_ options: GRPOOptions) throws {
        guard options.lossWeight == .none || options.lossWeight == .sigma else {
            throw RhumbError(
                "'loss_weight' of \"grpo\" can't be \"\(options.lossWeight.rawValue)\": it adds no noise to pictures",
                hint: "\"none\" or \"sigma\"", argument: "loss_weight")
        }
        if let branch = options.branch, branch >= options.steps {
            throw RhumbError(
                "'branch' is \(branch), and there are \(options.steps) denoising steps, counted from 0",
                hint: "give at most \(options.steps - 1)", argument: "branch")
        }
    }

    func terms(
        of piece: UpdatePart, in rollout: Rollout, by update: PolicyUpdate, withReference: Bool
    ) throws -> ObjectiveTerms {
        let (policy, options) = (update.policy, update.options)
        let step = piece.steps[0], samples = piece.samples, sigma = Float(rollout.sigmas[step])
        let trained = try rollout.recorded(step)
        let x = try rollout.rows(rollout.samples[step], samples)
        let context = try rollout.context(of: samples)
        let mean = try policy.mean(at: step, x, context: context, empty: rollout.emptyContext)
        let next = try rollout.rows(rollout.samples[step + 1], samples)
        let new = try Gaussian.logProbability(of: next, mean: mean, sigma: sigma)
        let old = try rollout.rows(trained.logProbability, samples)
        let before = try rollout.rows(trained.mean, samples)

        var logRatio = try new - old
        if options.ratioNorm {
            // log ρ = z·Δμ/σ − Δμ²/2σ²: without its second part it has mean 0, times σ the same scale at every step.
            logRatio = try (logRatio + Gaussian.divergence(mean, from: before, sigma: sigma)) * sigma
        }
        let moved = try Gaussian.divergence(mean.detached(), from: before, sigma: sigma)
        let advantages = try rollout.advantages(of: samples)
        let objective =
            try options.trust == .divergence
            ? ClippedObjective(
                logRatio: logRatio, advantages: advantages, divergence: moved, limit: options.trustLimit)
            : ClippedObjective(
                logRatio: logRatio, advantages: advantages, range: options.clip, high: options.clipHigh)
        var losses = objective.losses
        if options.lossWeight == .sigma {
            let mean = rollout.steps.reduce(0) { $0 + rollout.sigmas[$1] } / Double(max(rollout.steps.count, 1))
            losses = try losses * Float(rollout.sigmas[step] / mean)
        }
        var toReference: Tensor?
        if withReference {
            let there = try policy.referenceMean(
                at: step, x, context: rollout.startContext(of: samples), empty: rollout.emptyContext)
            let divergence = try Gaussian.divergence(mean, from: there, sigma: sigma)
            losses = try update.held(losses, divergence, rollout, samples)
            toReference = divergence.detached()
        }
        return ObjectiveTerms(
            objective: objective, losses: losses, logProbability: new.detached(), oldLogProbability: old,
            divergence: moved,
            divergenceFromReference: toReference)
    }
}

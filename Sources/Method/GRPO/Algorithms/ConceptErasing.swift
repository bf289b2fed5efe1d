import Basics
import Diffusion
import Tensor

/// ESD (Gandikota et al. 2023, arXiv 2303.07345, equation 5): what the policy predicts for a prompt moves to where the
/// frozen start would be guided away from it.
struct ConceptErasing: PolicyAlgorithm {
    let title = "ESD"
    let source = "Gandikota et al. 2023, arXiv 2303.07345"
    let summary =
        "draws half-finished pictures of the prompts and teaches the policy, asked for them, to predict what the "
        + "frozen start predicts when it is guided away from them; no reward"
    let formula = "‖ε_θ(x, c) − [ε_start(x) − η (ε_start(x, c) − ε_start(x))]‖²"
    let recording = Recording.path
    let usesReward = false
    let switches =
        AlgorithmKind.choosing.union(["group", "guidance", "cfg_free", "latents", "negative_guidance"])
    let measures = [
        AlgorithmMeasure(
            name: "error", meaning: "distance of what is predicted from what is wanted, of prompts that are erased",
            formula: "‖ε_θ(x, c) − wanted‖²")
    ]

    func settle(_ options: inout GRPOOptions) { (options.choose, options.latents) = (.random, .perSample) }

    func terms(
        of piece: UpdatePart, in rollout: Rollout, by update: PolicyUpdate, withReference: Bool
    ) throws -> ObjectiveTerms {
        let (policy, step, samples) = (update.policy, piece.steps[0], piece.samples)
        let x = try rollout.rows(rollout.samples[step], samples)
        let context = try rollout.context(of: samples)
        let times = [Int](repeating: rollout.timesteps[step], count: samples.count)
        let new = try policy.prediction(x, timesteps: times, context: context)
        let asked = try policy.referencePrediction(x, timesteps: times, context: context)
        let free = try policy.referencePrediction(
            x, timesteps: times, context: rollout.emptyContext.expanded(context.shape))
        let wanted = try free - (asked - free) * Float(update.options.negativeGuidance)
        // What is kept is not erased.
        let erased = try Tensor(samples.map { rollout.prompts[$0 / rollout.groupSize].isPreserved ? 0 : Float(1) })
        let losses = try new.meanSquaredDifference(wanted) * erased
        var terms = ObjectiveTerms(losses: losses, measures: ["error": losses.detached()])
        if withReference {
            let there =
                try update.options.klPrompt == .own
                ? asked
                : policy.referencePrediction(x, timesteps: times, context: rollout.startContext(of: samples))
            let distance = try new.meanSquaredDifference(there)
            terms.losses = try update.held(terms.losses, distance, rollout, samples)
            terms.divergenceFromReference = distance.detached()
        }
        return terms
    }
}

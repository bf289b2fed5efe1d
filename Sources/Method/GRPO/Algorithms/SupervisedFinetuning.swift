import Diffusion
import Tensor

/// Supervised fine-tuning: the loss of pretraining (Ho et al. 2020) on given pictures and their captions. The baseline
/// that shows what the pictures alone can teach.
struct SupervisedFinetuning: PolicyAlgorithm {
    let title = "supervised fine-tuning"
    let source = "Ho et al. 2020, arXiv 2006.11239, equation 14"
    let summary = "learns to take noise off given pictures with their captions, as in pretraining; nothing is drawn"
    let formula = "w ‖v_θ(√ᾱ x₀ + √(1 − ᾱ) ε, caption) − v‖²"
    let recording = Recording.result(predictions: false)
    let usesReward = false
    let switches = AlgorithmKind.choosing.union(["levels", "loss_weight"])
    let measures = [
        Measure(name: "error", meaning: "the denoising error of the pictures given", formula: "w ‖v_θ − v‖²")
    ]

    func settle(_ options: inout GRPOOptions) {
        options.levels = .any
        options.roundPrompts = max(options.roundPrompts, 32)
    }

    func check(_ options: GRPOOptions) throws { try options.requireLevelWeight([.none, .clean, .minSNR]) }

    func terms(
        of piece: UpdatePart, in rollout: Rollout, by update: PolicyUpdate, withReference: Bool
    ) throws -> ObjectiveTerms {
        let latents = try NoisedLatents(piece.samples, of: rollout, at: piece.steps[0], update.policy)
        let new = try latents.prediction(by: update.policy)
        let errors = try latents.errors(of: new, update.options.lossWeight)
        var terms = ObjectiveTerms(losses: errors, measures: ["error": errors.detached()])
        if withReference { try update.holding(&terms, new, latents, rollout, piece.samples) }
        return terms
    }
}

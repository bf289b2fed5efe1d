import Basics
import Diffusion
import Tensor

/// Diffusion-DPO (Wallace et al. 2023, arXiv 2311.12908, equation 14), as its published code computes it: of two
/// pictures of a prompt the better one's denoising error falls against the frozen start's, and the worse one's rises.
///
/// Pairs are the best and the worst of each group that the policy draws, or given ones.
struct PreferenceOptimisation: PolicyAlgorithm {
    let title = "Diffusion-DPO"
    let source = "Wallace et al. 2023, arXiv 2311.12908"
    let summary =
        "takes the best and the worst picture of each group, or given pairs, and lowers the denoising error of the "
        + "better one, and raises that of the worse one, against the frozen start's"
    let formula =
        "−log σ(−½ β [(e_θ − e_start)(better) − (e_θ − e_start)(worse)]), e = mean ‖ε̂ − ε‖², same noise for both"
    let recording = Recording.result(predictions: false)
    let switches =
        AlgorithmKind.drawing.union(AlgorithmKind.choosing).union([
            "resample", "sampler", "levels", "loss_weight", "beta", "parity",
        ])
    let measures = [
        AlgorithmMeasure(
            name: "margin", meaning: "how much more the policy prefers the better picture than the start does",
            formula: "½ β [(e_start − e_θ)(better) − (e_start − e_θ)(worse)]"),
        AlgorithmMeasure(name: "accuracy", meaning: "share of pairs with a margin above 0", formula: "margin > 0"),
    ]

    func settle(_ options: inout GRPOOptions) { (options.beta, options.latents) = (5000, .perSample) }

    func check(_ options: GRPOOptions) throws {
        try options.requireLevelWeight([.none, .clean, .minSNR])
        try options.requireDifferentPictures()
    }

    func units(samples: Int, groups: Int) -> Int { groups }
    var samplesPerUnit: Int { 2 }

    /// The best and the worst of each group, in turn; of given pairs, the better one and the other; of the empty
    /// prompt any two, which only the KL is for.
    func samples(of units: [Int], in rollout: Rollout) -> [Int] {
        units.flatMap { group in
            let first = group * rollout.groupSize, scores = rollout.scores.totals
            let members = first..<first + rollout.groupSize
            guard !scores.isEmpty else { return [first, first + 1] }
            if rollout.prompts[group].asksForNothing { return [first, first + 1] }
            return [members.max { scores[$0] < scores[$1] }!, members.min { scores[$0] < scores[$1] }!]
        }
    }

    func terms(
        of piece: UpdatePart, in rollout: Rollout, by update: PolicyUpdate, withReference: Bool
    ) throws -> ObjectiveTerms {
        let (policy, options, step) = (update.policy, update.options, piece.steps[0])
        let samples = samples(of: piece.samples, in: rollout)
        // Both of a pair get the noise of the better one.
        let draws = samples.indices.map { samples[$0 - $0 % 2] }
        let latents = try NoisedLatents(samples, of: rollout, at: step, policy, drawOf: draws)
        let new = try latents.prediction(by: policy)
        let start = try latents.reference(by: policy)
        let change =
            try latents.errors(of: new, options.lossWeight)
            - latents.errors(of: start, options.lossWeight).detached()
        let pairs = try change.reshaped([piece.samples.count, 2])
        let margin = try (pairs.selected(1, 1) - pairs.selected(1, 0)) * Float((options.beta ?? 5000) / 2)
        // A group without spread has no better picture, nor has the empty prompt.
        let firsts = stride(from: 0, to: samples.count, by: 2)
        let spread = try Tensor(firsts.map { samples[$0] == samples[$0 + 1] ? 0 : Float(1) })
        let counts = try spread * rollout.counts(of: firsts.map { samples[$0] })
        var terms = ObjectiveTerms(
            losses: try (-margin).softplus() * counts,
            measures: [
                "margin": margin.detached(), "accuracy": try margin.detached().isGreater(than: Tensor(0)).to(.float32),
            ])
        if withReference {
            let there = try latents.reference(by: policy, context: rollout.startContext(of: samples))
            let distance = try new.meanSquaredDifference(there)
            let weights = rollout.startWeights(of: samples, options).map(Float.init)
            if weights.contains(where: { $0 > 0 }) {
                let held = try (distance * Tensor(weights)).reshaped([piece.samples.count, 2]).mean([1])
                terms.losses = try terms.losses + held
            }
            terms.divergenceFromReference = distance.detached()
        }
        return terms
    }
}

import Basics
import Diffusion
import Tensor

/// The gradient of the reward itself, back through the CLIP that gives it, the decoder and the last K denoising steps:
/// DRaFT-K (Clark et al. 2023, arXiv 2309.17400); AlignProp (Prabhudesai et al. 2023, arXiv 2310.03739) where all are.
struct RewardBackpropagation: PolicyAlgorithm {
    let title = "DRaFT-K"
    let source = "Clark et al. 2023, arXiv 2309.17400; Prabhudesai et al. 2023, arXiv 2310.03739"
    let summary =
        "follows the gradient of the reward back through its CLIP, the decoder and the last K steps of deterministic "
        + "DDIM; the steps before them are taken as they were drawn"
    let formula = "−r(decode(x₀(θ))), x₀(θ) by the last K steps from the latents drawn"
    let recording = Recording.path
    let switches = AlgorithmKind.drawing.union(["last"])
    let measures = [
        AlgorithmMeasure(
            name: "reached", meaning: "the reward of the pictures as the policy finishes them now", formula: "r")
    ]

    func settle(_ options: inout GRPOOptions) {
        (options.split, options.latents, options.trainSteps) = (.samples, .perSample, nil)
    }

    func check(_ options: GRPOOptions) throws {
        guard options.last <= options.steps else {
            throw RhumbError(
                "'last' is \(options.last), and there are \(options.steps) denoising steps",
                hint: "give at most as many", argument: "last")
        }
        guard options.split == .samples else {
            throw RhumbError(
                "\"reward\" goes back through its steps together, and can't split them among updates",
                hint: "split: \"samples\", which is usual for it", argument: "split")
        }
    }

    func terms(
        of piece: UpdatePart, in rollout: Rollout, by update: PolicyUpdate, withReference: Bool
    ) throws -> ObjectiveTerms {
        guard let scoring = update.scoring else {
            throw RhumbError.foreignRollout("a reward whose gradient is followed needs its trainer")
        }
        let (policy, first, samples) = (update.policy, piece.steps[0], piece.samples)
        let start = try rollout.rows(rollout.samples[first], samples), context = try rollout.context(of: samples)
        var x = start
        for step in first..<rollout.timesteps.count {
            x = try policy.mean(at: step, x, context: context, empty: rollout.emptyContext, isRandom: false)
        }
        let reached = try scoring.rewards(of: x, prompts: samples.map { rollout.samplePrompts[$0] })
        let losses = try -reached * rollout.counts(of: samples)
        var terms = ObjectiveTerms(losses: losses, measures: ["reached": reached.detached()])
        if withReference {
            let times = [Int](repeating: rollout.timesteps[first], count: samples.count)
            let here = try policy.prediction(start, timesteps: times, context: context)
            let there = try policy.referencePrediction(
                start, timesteps: times, context: rollout.startContext(of: samples))
            let distance = try here.meanSquaredDifference(there)
            terms.losses = try update.held(terms.losses, distance, rollout, samples)
            terms.divergenceFromReference = distance.detached()
        }
        return terms
    }
}

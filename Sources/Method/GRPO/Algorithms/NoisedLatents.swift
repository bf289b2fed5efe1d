import Basics
import Diffusion
import Tensor

/// At which noise levels finished latents are learnt from.
public enum NoiseLevels: String, CaseIterable, Sendable {
    /// At those of the denoising steps that are trained: every sample at each of them.
    case steps
    /// At any training timestep, drawn for each sample.
    case any
}

/// The noise that a part of a round adds to finished latents; decided by the run's seed and the round's number.
public struct ForwardDraw {
    /// The training timestep of each sample.
    public let timesteps: [Int]
    /// Standard normal, of the latents' shape.
    public let noise: Tensor

    public init(timesteps: [Int], noise: Tensor) { (self.timesteps, self.noise) = (timesteps, noise) }
}

extension GRPOTrainer {
    /// The noise of a round's parts, by step; none for algorithms that add none.
    ///
    /// - Parameters:
    ///   - steps: positions among the denoising steps, which with noise levels of any kind are mere numbers.
    ///   - shape: of the latents, [samples, h, w, C].
    func draws(round: Int, steps: [Int], shape: [Int]) throws -> [Int: ForwardDraw] {
        guard case .result = options.method.recording else { return [:] }
        let streams = SeedStreams(options.seed)
        var draws: [Int: ForwardDraw] = [:]
        for step in steps {
            // A round has fewer than 1000 steps.
            let generator = streams.generator(.levels, round * 1000 + step)
            let timesteps =
                options.levels == .steps
                ? [Int](repeating: stepPlan.timesteps[step], count: shape[0])
                : (0..<shape[0]).map { _ in generator.nextInteger(in: 0..<scheduler.schedule.count) }
            draws[step] = ForwardDraw(
                timesteps: timesteps, noise: try StableDiffusion.noise(shape, generator: generator))
        }
        return draws
    }
}

/// Finished latents with noise, what a model is told beside them, and what it should say.
struct NoisedLatents {
    /// √ᾱ x₀ + √(1 − ᾱ) ε, [N, h, w, C].
    let noisy: Tensor
    /// ε, x₀ or v, as the model predicts; of the same shape.
    let target: Tensor
    let timesteps: [Int]
    /// ᾱ of each row.
    let alphas: [Float]
    /// [N, tokens, width]
    let context: Tensor
    private let type: PredictionType

    /// - Parameters:
    ///   - samples: of the rollout, in this order.
    ///   - draw: whose noise and timesteps they get, one sample for each; their own by default.
    init(
        _ samples: [Int], of rollout: Rollout, at step: Int, _ policy: Policy, drawOf others: [Int]? = nil
    ) throws {
        guard let draw = rollout.draws[step] else {
            throw RhumbError.foreignRollout("it has no noise for step \(step)")
        }
        let schedule = policy.schedule, places = others ?? samples
        let clean = try rollout.rows(rollout.latents, samples), noise = try rollout.rows(draw.noise, places)
        timesteps = places.map { draw.timesteps[$0] }
        type = policy.predictionType
        noisy = try schedule.addNoise(to: clean, noise: noise, timesteps: timesteps)
        alphas = timesteps.map { schedule.alphasCumprod[$0] }
        context = try rollout.context(of: samples)
        target =
            switch type {
            case .epsilon: noise
            case .sample: clean
            case .velocity: try schedule.velocity(of: clean, noise: noise, timesteps: timesteps)
            }
    }

    /// What the policy predicts, differentiable.
    func prediction(by policy: Policy) throws -> Tensor {
        try policy.prediction(noisy, timesteps: timesteps, context: context)
    }

    /// What the frozen start predicts.
    func reference(by policy: Policy, context: Tensor? = nil) throws -> Tensor {
        try policy.referencePrediction(noisy, timesteps: timesteps, context: context ?? self.context)
    }

    /// Mean squared errors of a prediction under a weight, [N].
    func errors(of prediction: Tensor, _ weight: LossWeight) throws -> Tensor {
        try weight.errors(prediction - target, alphas: alphas, type)
    }
}

extension Tensor {
    /// The mean squared difference of each row, [N]; gradients flow through both.
    func meanSquaredDifference(_ other: Tensor) throws -> Tensor {
        try (self - other).squared().mean(Array(1..<rank))
    }
}

extension PolicyUpdate {
    /// Losses with the KL to the frozen start, weighed as each sample's prompt wants it.
    func held(_ losses: Tensor, _ divergence: Tensor, _ rollout: Rollout, _ samples: [Int]) throws -> Tensor {
        let weights = rollout.startWeights(of: samples, options).map(Float.init)
        guard weights.contains(where: { $0 > 0 }) else { return losses }
        return try losses + divergence * Tensor(weights)
    }

    /// The squared distance of a prediction from the frozen start's, [samples], and the losses held by it.
    ///
    /// Between the Gaussian steps of one noise level the KL is this times a number that depends on the level alone.
    func holding(
        _ terms: inout ObjectiveTerms, _ prediction: Tensor, _ latents: NoisedLatents, _ rollout: Rollout,
        _ samples: [Int]
    ) throws {
        let there = try latents.reference(by: policy, context: rollout.startContext(of: samples))
        let distance = try prediction.meanSquaredDifference(there)
        terms.losses = try held(terms.losses, distance, rollout, samples)
        terms.divergenceFromReference = distance.detached()
    }
}

import Basics
import Tensor

/// A group of pictures for each prompt of a round, with everything that updates need to know of how they were drawn.
public struct Rollout {
    /// From 0.
    public let round: Int
    /// One per group.
    public let prompts: [TrainingPrompt]
    public let groupSize: Int
    /// Timestep and σ of each denoising step.
    public let timesteps: [Int]
    public let sigmas: [Double]
    /// x at each step and, last, the finished latents: steps + 1 of [samples, height, width, channels], group after
    /// group.
    public let samples: [Tensor]
    /// What of the trained steps is kept, by step.
    public let trained: [Int: TrainedStep]
    /// The steps that updates share out.
    public let steps: [Int]
    /// The noise that is added to the finished latents, by step; none where the way to them is learnt from.
    public let draws: [Int: ForwardDraw]
    /// Of each prompt, [prompts, tokens, width], and of what guidance leads away from, [1, tokens, width].
    public let context, emptyContext: Tensor
    /// Of what the frozen start is asked for in each prompt's place, [prompts, tokens, width].
    public let startContext: Tensor
    /// One per sample; empty when nobody has looked yet.
    public let images: [Image]
    public let scores: RewardScores
    /// What the judge says of each picture; nil without a judge.
    public let judgements: [Double]?
    public let advantages: Advantages
    /// How long it took.
    public var seconds: Double

    /// A step as the policy took it; of an algorithm that adds noise to finished latents, what it said of these.
    public struct TrainedStep {
        /// μ, or the prediction, of the samples' shape.
        public let mean: Tensor
        /// log p(next | x), averaged over dimensions, or minus the denoising error; [samples].
        public let logProbability: Tensor

        public init(mean: Tensor, logProbability: Tensor) { (self.mean, self.logProbability) = (mean, logProbability) }
    }

    public init(
        round: Int, prompts: [TrainingPrompt], groupSize: Int, timesteps: [Int], sigmas: [Double],
        samples: [Tensor], trained: [Int: TrainedStep], steps: [Int]? = nil, draws: [Int: ForwardDraw] = [:],
        context: Tensor, emptyContext: Tensor,
        startContext: Tensor? = nil, images: [Image], scores: RewardScores,
        judgements: [Double]? = nil, advantages: Advantages, seconds: Double = 0
    ) {
        (self.round, self.prompts, self.groupSize) = (round, prompts, groupSize)
        (self.timesteps, self.sigmas, self.samples, self.trained) = (timesteps, sigmas, samples, trained)
        (self.steps, self.draws) = (steps ?? trained.keys.sorted(), draws)
        (self.context, self.emptyContext, self.startContext) = (context, emptyContext, startContext ?? context)
        (self.images, self.scores, self.judgements) = (images, scores, judgements)
        (self.advantages, self.seconds) = (advantages, seconds)
    }

    public var sampleCount: Int { prompts.count * groupSize }
    /// The finished latents, [samples, h, w, C].
    public var latents: Tensor { samples[samples.count - 1] }
    /// The prompt of each sample.
    public var samplePrompts: [String] { prompts.flatMap { Array(repeating: $0.text, count: groupSize) } }

    /// What of a step is kept.
    func recorded(_ step: Int) throws -> TrainedStep {
        guard let recorded = trained[step] else {
            throw RhumbError.foreignRollout("it recorded nothing of step \(step)")
        }
        return recorded
    }

    /// Rows of a tensor with one row per sample: the tensor itself where all are wanted in their order.
    func rows(_ tensor: Tensor, _ samples: [Int]) throws -> Tensor {
        samples == Array(0..<tensor.shape[0]) ? tensor : try tensor.gathered(0, samples)
    }

    /// The contexts of some samples.
    func context(of samples: [Int]) throws -> Tensor { try context.gathered(0, samples.map { $0 / groupSize }) }

    /// The contexts of what the frozen start is asked for in place of some samples.
    func startContext(of samples: [Int]) throws -> Tensor {
        try startContext.gathered(0, samples.map { $0 / groupSize })
    }

    /// The weight of each sample's KL to the start.
    func startWeights(of samples: [Int], _ options: GRPOOptions) -> [Double] {
        samples.map { prompts[$0 / groupSize].isPreserved ? options.keepKL : options.kl }
    }

    /// Whether the KL to the start has a weight for any of some units.
    func isHeld(_ part: UpdatePart, by options: GRPOOptions) -> Bool {
        startWeights(of: options.method.samples(of: part.samples, in: self), options).contains { $0 > 0 }
    }

    /// 1 for samples that are learnt from, 0 for those of the empty prompt, which are held alone; [samples].
    func counts(of samples: [Int]) throws -> Tensor {
        try Tensor(samples.map { prompts[$0 / groupSize].asksForNothing ? 0 : Float(1) })
    }

    func advantages(of samples: [Int]) throws -> Tensor { try Tensor(samples.map { Float(advantages.values[$0]) }) }
}

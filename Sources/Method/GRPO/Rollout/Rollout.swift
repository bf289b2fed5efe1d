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

    /// A step as the policy took it.
    public struct TrainedStep {
        /// μ, of the samples' shape.
        public let mean: Tensor
        /// log p(next | x), averaged over dimensions, [samples].
        public let logProbability: Tensor

        public init(mean: Tensor, logProbability: Tensor) { (self.mean, self.logProbability) = (mean, logProbability) }
    }

    public init(
        round: Int, prompts: [TrainingPrompt], groupSize: Int, timesteps: [Int], sigmas: [Double],
        samples: [Tensor], trained: [Int: TrainedStep], context: Tensor, emptyContext: Tensor,
        startContext: Tensor? = nil, images: [Image], scores: RewardScores,
        judgements: [Double]? = nil, advantages: Advantages, seconds: Double = 0
    ) {
        (self.round, self.prompts, self.groupSize) = (round, prompts, groupSize)
        (self.timesteps, self.sigmas, self.samples, self.trained) = (timesteps, sigmas, samples, trained)
        (self.context, self.emptyContext, self.startContext) = (context, emptyContext, startContext ?? context)
        (self.images, self.scores, self.judgements) = (images, scores, judgements)
        (self.advantages, self.seconds) = (advantages, seconds)
    }

    public var sampleCount: Int { prompts.count * groupSize }
    public var steps: [Int] { trained.keys.sorted() }
    /// The prompt of each sample.
    public var samplePrompts: [String] { prompts.flatMap { Array(repeating: $0.text, count: groupSize) } }

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

    /// Whether the KL to the start has a weight for any of some samples.
    func isHeld(_ part: UpdatePart, by options: GRPOOptions) -> Bool {
        startWeights(of: part.samples, options).contains { $0 > 0 }
    }

    func advantages(of samples: [Int]) throws -> Tensor { try Tensor(samples.map { Float(advantages.values[$0]) }) }
}

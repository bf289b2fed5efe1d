import Basics
import Diffusion
import Files
import Tensor

/// Pictures that are given to learn from: each with its caption, or in pairs of a better and a worse one.
public struct TrainingExamples {
    /// One for each picture, or for each pair.
    public let captions: [String]
    /// Of pairs the better one, then the worse.
    public let images: [Image]

    public var isPairs: Bool { images.count != captions.count }
    /// Pictures of a caption.
    var groupSize: Int { isPairs ? 2 : 1 }

    /// Pictures with a caption each.
    ///
    /// - Throws: `RhumbError` where their numbers differ.
    public init(pictures: [Image], captions: [String]) throws {
        guard pictures.count == captions.count else {
            throw RhumbError.exampleCount(pictures.count, captions: captions.count)
        }
        (images, self.captions) = (pictures, captions)
    }

    /// Pairs of a prompt each.
    public init(pairs: [(prompt: String, better: Image, worse: Image)]) {
        captions = pairs.map(\.prompt)
        images = pairs.flatMap { [$0.better, $0.worse] }
    }

    /// Tells other pictures and captions from these.
    func fingerprint() throws -> String {
        let hash = SHA256()
        for text in captions { Array((text + "\n").utf8).withUnsafeBytes { hash.update($0) } }
        for image in images {
            Array("\(image.tensor.shape)".utf8).withUnsafeBytes { hash.update($0) }
            try image.tensor.contiguous().floats.withUnsafeBytes { hash.update($0) }
        }
        return try hash.finish()
    }
}

/// The reward of a run that learns from no reward: it scores nothing.
public final class NoReward: Reward {
    public let name = "none"
    public init() {}
    public func scores(of batch: RewardBatch) throws -> RewardScores { RewardScores(totals: []) }
}

extension GRPOTrainer {
    /// Whether pictures are scored by the reward.
    public var isScored: Bool { options.method.usesReward && examples == nil }

    /// Whether a rollout keeps what the policy that drew it thought of its steps.
    public var recordsPolicy: Bool {
        switch options.method.recording {
        case .densities: true
        case .path: false
        case .result(let predictions): predictions
        }
    }

    /// Samples of a prompt.
    public var groupSize: Int { Self.groupSize(examples, options) }

    static func groupSize(_ examples: TrainingExamples?, _ options: GRPOOptions) -> Int {
        examples?.groupSize ?? options.group
    }

    /// - Throws: `RhumbError` for a reward, prompts and pictures that the algorithm can't learn from.
    static func check(
        _ reward: any Reward, _ prompts: [TrainingPrompt], _ examples: TrainingExamples?, _ options: GRPOOptions
    ) throws {
        let algorithm = options.algorithm, isRewarded = !(reward is NoReward)
        if let examples {
            guard algorithm == (examples.isPairs ? .dpo : .sft) else {
                throw RhumbError.examplesUnused(algorithm, isPairs: examples.isPairs)
            }
            guard prompts.preserved.isEmpty else { throw RhumbError.keptWithExamples }
            if isRewarded { throw RhumbError.rewardUnused(examples.isPairs ? "given pairs" : "\"sft\"") }
        } else {
            if algorithm == .sft { throw RhumbError.examplesNeeded(algorithm) }
            if algorithm.usesReward, !isRewarded { throw RhumbError.rewardNeeded(algorithm) }
            if !algorithm.usesReward, isRewarded { throw RhumbError.rewardUnused("\"\(algorithm.rawValue)\"") }
        }
        if case .each(let texts) = options.klPrompt {
            let count = prompts.count { !$0.isPreserved }
            guard texts.count == count else { throw RhumbError.startPrompts(texts.count, prompts: count) }
            if let empty = texts.firstIndex(where: { $0.allSatisfy(\.isWhitespace) }) {
                throw RhumbError.emptyStartPrompt(empty)
            }
        }
        if options.aggregate == .each, (reward as? RewardSum)?.parts.count ?? 1 < 2 {
            throw RhumbError(
                "aggregate: \"each\" compares the rewards of a sum, and '\(reward.name)' is one reward",
                hint: "reward: alignment(clip) + 0.5 * steering(clip, v), or leave it out", argument: "aggregate")
        }
        if algorithm == .reward {
            if let sum = reward as? RewardSum, let part = sum.partWithoutGradient {
                throw RhumbError.noGradient(part.name)
            }
            guard reward is any DifferentiableReward else { throw RhumbError.noGradient(reward.name) }
        }
    }

    /// A round of the given pictures, in place of what the policy would draw.
    func exampleRollout(_ examples: TrainingExamples, _ plan: RoundPlan) throws -> Rollout {
        let captions = plan.prompts.map { examples.captions[$0] }, size = examples.groupSize
        let images = plan.prompts.flatMap { Array(examples.images[$0 * size..<($0 + 1) * size]) }
        let latents = try pipeline.latents(of: images), known = captions.map(prompt)
        let judgements = try withoutGradients {
            try judge?.checkedScores(
                of: RewardBatch(images: images, prompts: captions.flatMap { Array(repeating: $0, count: size) })
            ).totals
        }
        return Rollout(
            round: completed, prompts: known, groupSize: size, timesteps: stepPlan.timesteps, sigmas: stepPlan.sigmas,
            samples: [latents], trained: [:], steps: plan.steps,
            draws: try draws(round: completed, steps: plan.steps, shape: latents.shape),
            context: try pipeline.context(of: captions), emptyContext: emptyContext,
            startContext: try startContext(of: known), images: images, scores: RewardScores(totals: []),
            judgements: judgements, advantages: .none)
    }
}

import Basics
import Diffusion
import Foundation
import Ranks
import Tensor
import Training

/// Trains a diffusion model on a reward by group relative policy optimisation.
///
/// What a round does is decided by the seed and the round's number, and by the weights it finds: a run that was saved
/// and resumed, even in the middle of a round, gives the same weights as one that never stopped. The model it is given
/// is never changed; `policy` is a model of its own.
///
///     let trainer = try GRPOTrainer(model, reward: reward, prompts: ["a dog", "a knife"])
///     for _ in 0..<40 { print(try trainer.advance().reward) }
///     try trainer.pipeline.save(to: folder)
public final class GRPOTrainer: Trainer {
    public static let checkpointKind = "grpo training"
    public static let unit = "round"

    public let options: GRPOOptions
    /// All prompts that are trained on, the preserved ones among them.
    public let prompts: [TrainingPrompt]
    public let reward: any Reward
    /// Scores every rollout's pictures without anything being learnt from it: what shows when the reward is gamed.
    public let judge: (any Reward)?
    /// Pictures that are learnt from in place of the policy's own.
    public let examples: TrainingExamples?
    /// The model that is trained: the given one with another UNet.
    public let pipeline: StableDiffusion
    public let policy: Policy
    /// Which denoising steps are random and which can be trained.
    public let stepPlan: StepPlan
    /// What a round of a large model takes; nil for one whose rounds take seconds.
    public let forecast: RoundForecast?
    /// Rounds done.
    public internal(set) var completed = 0
    /// One entry a round.
    public internal(set) var history: [RoundMetrics] = []
    /// How long each round took; kept apart from the history, which is the same on every machine.
    public internal(set) var seconds: [Double] = []
    /// The round under way, when its updates have begun.
    public internal(set) var pending: PendingRound?
    /// The last rollout drawn.
    public internal(set) var lastRollout: Rollout?
    /// What the run is measured by while it trains; nil for nothing. Set before the first round.
    public var watch: TrainingWatch?
    /// The evaluations so far.
    public internal(set) var watched: [WatchedRound] = []
    var best: Best?

    package let learner: PolicyLearner
    let scheduler: DDIMScheduler
    /// The context of what guidance leads away from, [1, tokens, width].
    let emptyContext: Tensor

    /// A run at its beginning.
    ///
    /// - Parameters:
    ///   - reward: what pictures are paid for.
    ///   - prompts: what is trained on; `TrainingPrompt.list` makes them of texts.
    ///   - judge: scores pictures too, and nothing is learnt from it.
    /// - Throws: `RhumbError` for prompts, options or a model that can't be trained.
    public init(
        _ start: StableDiffusion, reward: any Reward, prompts: [TrainingPrompt],
        judge: (any Reward)? = nil, examples: TrainingExamples? = nil, options: GRPOOptions = GRPOOptions()
    ) throws {
        try options.validate()
        try Self.check(reward, prompts, examples, options)
        try start.requireTextAlone(for: "GRPO")
        guard !prompts.isEmpty else { throw RhumbError.noPrompts }
        let blank = prompts.firstIndex { !$0.asksForNothing && $0.text.allSatisfy(\.isWhitespace) }
        if let blank {
            let before = prompts[..<blank].count { !$0.isPreserved }
            throw prompts[blank].isPreserved ? RhumbError.blankKept(blank - before) : RhumbError.emptyPrompt(blank)
        }
        (self.options, self.reward, self.prompts, self.judge) = (options, reward, prompts, judge)
        self.examples = examples
        scheduler = try DDIMScheduler(start.scheduler, steps: options.steps)
        stepPlan = try StepPlan(options, scheduler: scheduler)
        // Found out now rather than in the first round.
        let plan = RoundPlan(round: 0, promptCount: prompts.count, steps: stepPlan, options: options)
        let perGroup = Self.groupSize(examples, options)
        _ = try UpdatePart.parts(
            samples: options.method.units(samples: options.roundPrompts * perGroup, groups: options.roundPrompts),
            steps: plan.steps, round: 0, options)
        policy = try Policy(
            from: start.unet, scheduler: scheduler, options: options,
            generator: SeedStreams(options.seed).generator(.adapters, 0))
        pipeline = try start.replacing(unet: policy.unet)
        learner = try PolicyLearner(policy, options: options)
        if options.algorithm == .reward, let reward = reward as? any DifferentiableReward {
            let vae = start.vae
            learner.scoring = RewardGradient(reward) { try vae.decode($0 / vae.latentSpace.scalingFactor) }
        }
        emptyContext = try start.context(of: [options.negative])
        forecast = try RoundForecast(of: policy, in: pipeline, emptyContext, plan: plan, options: options)
    }

    public var planned: Int? { options.rounds }

    /// Updates done of the round under way.
    public var updatesDone: Int { pending?.updates.count ?? 0 }

    /// A whole round: a rollout and all of its updates; or the rest of the round under way.
    ///
    /// - Throws: `RhumbError` after the last round, or what a reward throws. Whatever it throws, the run is as it was
    ///   after the last complete update.
    @discardableResult
    public func advance(progress: UpdateProgress? = nil) throws -> RoundMetrics {
        if Ranks.areMany {
            try Ranks.agree(
                "the training",
                on: "\(completed) \(updatesDone) \(Checkpoint.text(options)) \(prompts.texts) \(reward.name)")
            try Ranks.agree("the model that is trained", on: modelFingerprint())
        }
        try watchIfDue(progress)
        let rollout = try pending?.rollout ?? rollout(progress: progress)
        while true {
            try update(rollout)
            let done = updatesDone
            if done == 0 {
                try watchIfDue(progress)
                return history[history.count - 1]
            }
            try progress?("update", done, options.updates)
        }
    }

    /// The next update along a rollout of the present round; the last one ends the round.
    ///
    /// - Throws: `RhumbError` for a rollout of another round. Nothing has changed then.
    @discardableResult
    public func update(_ rollout: Rollout) throws -> UpdateMetrics {
        guard !isFinished else { throw RhumbError.finished(rounds: completed) }
        guard rollout.round == completed else {
            throw RhumbError.rolloutOfAnotherRound(rollout.round + 1, expected: completed + 1)
        }
        let parts = try pending?.parts ?? parts(of: rollout)
        let done = updatesDone
        let metrics = try learner.update(
            pending?.rollout ?? rollout, parts[done], measuresReference: done == parts.count - 1)
        var round = pending ?? PendingRound(rollout: rollout, parts: parts, updates: [])
        round.updates.append(metrics)
        if round.updates.count == parts.count {
            try learner.old?.follow(after: completed + 1, decay: options.oldDecay)
            history.append(RoundMetrics(round.rollout, round.updates, areDrawn: examples == nil))
            seconds.append(round.rollout.seconds + round.updates.reduce(0) { $0 + $1.seconds })
            completed += 1
            pending = nil
        } else {
            pending = round
        }
        return metrics
    }

    /// What each update takes of a rollout.
    func parts(of rollout: Rollout) throws -> [UpdatePart] {
        let units = options.method.units(samples: rollout.sampleCount, groups: rollout.prompts.count)
        return try UpdatePart.parts(samples: units, steps: rollout.steps, round: rollout.round, options)
    }

    /// A round whose updates have begun.
    public struct PendingRound {
        public let rollout: Rollout
        public let parts: [UpdatePart]
        /// What those done did.
        public internal(set) var updates: [UpdateMetrics]
    }

    /// Switches and the reward's settings that stand otherwise than in the paper.
    public var differencesFromPaper: [(name: String, value: String, paper: String)] {
        let preserved = prompts.preserved.count
        return (preserved == 0 ? [] : [("keep", preserved == 1 ? "1 prompt" : "\(preserved) prompts", "none")])
            + options.differencesFromPaper
            + reward.differencesFromPaper
    }

    /// The prompt of a text that came from outside: one of its own, or one that it does not know and does not keep.
    func prompt(_ text: String) -> TrainingPrompt { prompts.first { $0.text == text } ?? TrainingPrompt(text) }

    /// The model with the running average of the weights, which is steadier than the last ones; the trained model
    /// itself where no average is kept.
    public func averaged() throws -> StableDiffusion {
        guard let average = learner.base.average else { return pipeline }
        return try model(with: average.averaged())
    }
}

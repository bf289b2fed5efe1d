import Diffusion
import GRPO
import Tensor
import World

/// A round of GRPO on the miniature: four groups of eight samples through eight guided steps, and an update for each of
/// the five steps that are trained. Texts, pictures and rewards are left out; contexts and rewards are given.
enum GRPORound {
    static let options: GRPOOptions = {
        var options = GRPOOptions()
        (options.group, options.roundPrompts, options.steps, options.guidance) = (8, 4, 8, 4)
        (options.trainSteps, options.choose, options.updates) = (5, .first, 5)
        (options.rate, options.warmup) = (5e-5, 0)
        options.microbatch = options.samplesPerRound
        return options
    }()

    /// Forward passes of all samples, both branches of the guidance, that the arithmetic is worth: a pass back costs
    /// two.
    static let passes = Double(2 * (options.steps + 3 * options.updates))

    /// Plays the round from the given weights, which stay as they are.
    ///
    /// - Returns: the length of the gradient at each update.
    static func run(_ start: UNet2DConditionModel, tokens: Int, side: Int) throws -> [Float] {
        let scheduler = try DDIMScheduler(MiniDiffusion.scheduler, steps: options.steps)
        let plan = try StepPlan(options, scheduler: scheduler)
        let policy = try Policy(from: start, scheduler: scheduler, options: options, generator: Generator(seed: 0))
        let learner = try PolicyLearner(policy, options: options)
        let c = start.configuration, count = options.samplesPerRound
        let context = try FormulaNumbers.filled([options.roundPrompts, tokens, c.contextWidth], scale: 1.7)
        let empty = try FormulaNumbers.filled([1, tokens, c.contextWidth], scale: 1.7, from: 500)
        let contexts = try context.gathered(0, (0..<count).map { $0 / options.group })
        func noise(_ index: Int) throws -> Tensor {
            try FormulaNumbers.filled([count, side, side, c.inChannels], scale: 1.7, from: 1000 * index)
        }

        var samples = [try noise(0)]
        var trained: [Int: Rollout.TrainedStep] = [:]
        for step in plan.timesteps.indices {
            let x = samples[step], sigma = Float(plan.sigmas[step])
            let mean = try withoutGradients { try policy.mean(at: step, x, context: contexts, empty: empty) }
            samples.append(try mean + noise(step + 1) * sigma)
            guard step < options.updates else { continue }
            let density = try Gaussian.logProbability(of: samples[step + 1], mean: mean, sigma: sigma)
            trained[step] = .init(mean: mean, logProbability: density)
        }
        let rewards = FormulaNumbers.block.prefix(count).map(Double.init)
        let rollout = Rollout(
            round: 0, prompts: (0..<options.roundPrompts).map { TrainingPrompt("prompt \($0)") },
            groupSize: options.group,
            timesteps: plan.timesteps, sigmas: plan.sigmas, samples: samples, trained: trained, context: context,
            emptyContext: empty, images: [], scores: RewardScores(totals: rewards),
            advantages: try Advantages(rewards: rewards, groupSize: options.group))
        return try rollout.steps.map { step in
            let part = UpdatePart(samples: Array(0..<count), steps: [step])
            return Float(try learner.update(rollout, part).gradientNorm)
        }
    }
}

import Basics
import Files
import Diffusion
import Foundation
import Ranks
import Tensor
import Training

extension GRPOTrainer {
    /// Pictures for the prompts of the present round, judged, with what updates need.
    ///
    /// It changes nothing: drawn again before an update, it is the same.
    /// - Parameter prompts: other prompts than those the round would take, as many as a round has.
    /// - Throws: `RhumbError` for a reward that gives anything but one finite number per picture, and what the reward
    ///   throws.
    public func rollout(prompts chosen: [String]? = nil, progress: UpdateProgress? = nil) throws -> Rollout {
        guard !isFinished else { throw RhumbError.finished(rounds: completed) }
        let start = Date()
        let plan = RoundPlan(round: completed, promptCount: prompts.count, steps: stepPlan, options: options)
        let prompts = chosen?.map(prompt) ?? plan.prompts.map { self.prompts[$0] }
        guard prompts.count == options.roundPrompts else {
            throw RhumbError.foreignRollout("it has \(prompts.count) prompts, and a round \(options.roundPrompts)")
        }
        let context = try pipeline.context(of: prompts.texts)
        let path = try withoutGradients { try samples(plan, context: context, progress: progress) }
        let images = try withoutGradients { try pictures(path.samples[path.samples.count - 1], progress: progress) }
        try progress?("reward", 0, 1)
        let texts = prompts.flatMap { Array(repeating: $0.text, count: options.group) }
        let batch = RewardBatch(
            images: options.parity ? try images.map { try $0.asStored() } : images, prompts: texts)
        let scores = try withoutGradients { try reward.checkedScores(of: batch) }
        let judgements = try withoutGradients {
            try judge?.checkedScores(of: RewardBatch(images: images, prompts: texts)).totals
        }
        let advantages = try advantages(of: scores)
        let rollout = Rollout(
            round: completed, prompts: prompts, groupSize: options.group,
            timesteps: stepPlan.timesteps, sigmas: stepPlan.sigmas, samples: path.samples, trained: path.trained,
            context: context, emptyContext: emptyContext, startContext: try startContext(of: prompts), images: images,
            scores: scores, judgements: judgements, advantages: advantages,
            seconds: -start.timeIntervalSinceNow)
        lastRollout = rollout
        return rollout
    }

    /// Of what the frozen start is asked for in place of some prompts; nil where that is the prompts themselves.
    func startContext(of prompts: [TrainingPrompt]) throws -> Tensor? {
        guard let prompt = options.klPrompt else { return nil }
        return try pipeline.context(of: prompts.map { $0.isPreserved ? $0.text : prompt })
    }

    func advantages(of scores: RewardScores) throws -> Advantages {
        try Advantages(
            rewards: scores.totals, groupSize: options.group, scale: options.std,
            epsilon: options.advantageEpsilon, clip: options.advantageClip)
    }

    /// The way from noise to latents, with μ and log-probability at the steps that are trained; each rank goes it with
    /// its share of the pieces.
    private func samples(
        _ plan: RoundPlan, context: Tensor, progress: UpdateProgress?
    ) throws -> (samples: [Tensor], trained: [Int: Rollout.TrainedStep]) {
        let count = options.samplesPerRound
        let pieces = pieces(of: count), share = Ranks.share(of: pieces.count)
        func noise(_ rows: Int) throws -> Tensor {
            try StableDiffusion.noise(pipeline.latentShape(count: rows), generator: plan.noise)
        }
        var x: Tensor
        switch options.latents {
        case .shared: x = try noise(1).gathered(0, [Int](repeating: 0, count: count))
        case .perPrompt: x = try noise(options.roundPrompts).gathered(0, (0..<count).map { $0 / options.group })
        case .perSample: x = try noise(count)
        }
        guard !share.isEmpty else { return try gathered([], [:], plan) }
        let mine = pieces[share.lowerBound].lowerBound..<pieces[share.upperBound - 1].upperBound
        func rows(_ tensor: Tensor) throws -> Tensor {
            mine.count == count ? tensor : try tensor.sliced(0, from: mine.lowerBound, to: mine.upperBound)
        }
        x = try rows(x)
        var samples = [x]
        var trained: [Int: Rollout.TrainedStep] = [:]
        for step in stepPlan.timesteps.indices {
            try progress?("sample", step, stepPlan.timesteps.count)
            let isTrained = plan.steps.contains(step)
            let isRandom = stepPlan.sigmas[step] > 0 && (options.sde == .all || isTrained)
            let means = try pieces[share].map { piece in
                let (start, end) = (piece.lowerBound - mine.lowerBound, piece.upperBound - mine.lowerBound)
                return try policy.mean(
                    at: step, piece == mine ? x : x.sliced(0, from: start, to: end),
                    context: context.gathered(0, piece.map { $0 / options.group }), empty: emptyContext,
                    isRandom: isRandom)
            }
            let mean = means.count == 1 ? means[0] : try Tensor.concatenated(means)
            // Drawn also where it is not used, so that a step's noise does not depend on which steps are trained.
            let noise = try rows(noise(count))
            x = isRandom ? try mean + noise * Float(stepPlan.sigmas[step]) : mean
            samples.append(x)
            if isTrained {
                let density = try Gaussian.logProbability(of: x, mean: mean, sigma: Float(stepPlan.sigmas[step]))
                trained[step] = .init(mean: mean, logProbability: density)
            }
        }
        return try gathered(samples, trained, plan)
    }

    /// The rows of all ranks.
    private func gathered(
        _ samples: [Tensor], _ trained: [Int: Rollout.TrainedStep], _ plan: RoundPlan
    ) throws -> (samples: [Tensor], trained: [Int: Rollout.TrainedStep]) {
        guard Ranks.areMany else { return (samples, trained) }
        let count = options.samplesPerRound, shape = try pipeline.latentShape(count: count)
        let all = try (0...stepPlan.timesteps.count).map { step in
            try Ranks.gathered("sample \(step)", rows: samples.isEmpty ? nil : samples[step], shape: shape)
        }
        var steps: [Int: Rollout.TrainedStep] = [:]
        for step in plan.steps {
            steps[step] = .init(
                mean: try Ranks.gathered("mean of step \(step)", rows: trained[step]?.mean, shape: shape),
                logProbability: try Ranks.gathered(
                    "log-probability of step \(step)", rows: trained[step]?.logProbability, shape: [count]))
        }
        return (all, steps)
    }

    /// Each rank decodes its share of the pieces.
    func pictures(_ latents: Tensor, progress: UpdateProgress?) throws -> [Image] {
        let count = latents.shape[0], pieces = pieces(of: count)
        var images: [Image] = []
        for rows in pieces[Ranks.share(of: pieces.count)] {
            try progress?("decode", rows.lowerBound, count)
            images += try pipeline.images(latents.sliced(0, from: rows.lowerBound, to: rows.upperBound))
        }
        return try Ranks.gathered("pictures", images)
    }

    private func pieces(of count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: options.microbatch).map { $0..<min($0 + options.microbatch, count) }
    }
}

extension Image {
    /// Cut down to the 256 levels of 8 bits, not rounded, then through a JPEG file: as the published code hands
    /// pictures to its reward.
    func asStored() throws -> Image {
        try JPEG.roundTrip(Image((tensor.clamped(0, 1) * 255).floor() / 255))
    }
}

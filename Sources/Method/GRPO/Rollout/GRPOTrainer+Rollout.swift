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
    /// - Throws: `NotFiniteError` for a picture that is not finite, `RhumbError` for a reward that gives anything but
    ///   one finite number per picture, and what the reward throws.
    public func rollout(prompts chosen: [String]? = nil, progress: UpdateProgress? = nil) throws -> Rollout {
        guard !isFinished else { throw RhumbError.finished(rounds: completed) }
        let start = Date()
        let count = examples?.captions.count ?? prompts.count
        let plan = RoundPlan(round: completed, promptCount: count, steps: stepPlan, options: options)
        if let examples {
            guard chosen == nil else { throw RhumbError.promptsOfExamples }
            let rollout = try exampleRollout(examples, plan)
            lastRollout = rollout
            return rollout
        }
        let prompts = chosen?.map(prompt) ?? plan.prompts.map { self.prompts[$0] }
        guard prompts.count == options.roundPrompts else {
            throw RhumbError.foreignRollout("it has \(prompts.count) prompts, and a round \(options.roundPrompts)")
        }
        let context = try pipeline.context(of: prompts.texts)
        var drawn = try withoutGradients { try drawing(plan, prompts, context, progress: progress) }
        for attempt in 0..<options.resample {
            let flat = drawn.groupsWithoutSpread(options.group, prompts)
            guard !flat.isEmpty else { break }
            let again = try withoutGradients {
                try drawing(
                    plan.again(attempt + 1, round: completed, options), flat.map { prompts[$0] },
                    context.gathered(0, flat), progress: progress)
            }
            drawn = try drawn.replacing(flat, by: again, groupSize: options.group)
        }
        let judgements = try withoutGradients {
            try judge?.checkedScores(of: RewardBatch(images: drawn.images, prompts: samplePrompts(prompts))).totals
        }
        let latents = drawn.samples[drawn.samples.count - 1]
        let draws = try draws(round: completed, steps: plan.steps, shape: latents.shape)
        if options.method.recording == .result(predictions: true) {
            drawn.trained = try withoutGradients { try predicted(latents, draws, prompts, context) }
        }
        let advantages = try advantages(of: drawn.scores, prompts)
        let rollout = Rollout(
            round: completed, prompts: prompts, groupSize: options.group,
            timesteps: stepPlan.timesteps, sigmas: stepPlan.sigmas, samples: drawn.samples, trained: drawn.trained,
            steps: plan.steps, draws: draws,
            context: context, emptyContext: emptyContext, startContext: try startContext(of: prompts),
            images: drawn.images, scores: drawn.scores, judgements: judgements, advantages: advantages,
            seconds: -start.timeIntervalSinceNow)
        lastRollout = rollout
        return rollout
    }

    private func samplePrompts(_ prompts: [TrainingPrompt]) -> [String] {
        prompts.flatMap { Array(repeating: $0.text, count: options.group) }
    }

    /// Pictures for some prompts, scored.
    private func drawing(
        _ plan: RoundPlan, _ prompts: [TrainingPrompt], _ context: Tensor, progress: UpdateProgress?
    ) throws -> Drawing {
        let texts = samplePrompts(prompts)
        let path = try way(plan, prompts, context: context, progress: progress)
        let images: [Image]
        do {
            images = try pictures(path.samples[path.samples.count - 1], progress: progress)
        } catch let error as NotFiniteError {
            throw error.asked(by: texts, seeds: [options.seed])
        }
        try progress?("reward", 0, 1)
        let batch = RewardBatch(images: options.parity ? try images.map { try $0.asStored() } : images, prompts: texts)
        let scores = try isScored ? reward.checkedScores(of: batch) : RewardScores(totals: [])
        return Drawing(samples: path.samples, trained: path.trained, images: images, scores: scores)
    }

    /// Of what the frozen start is asked for in place of some prompts; nil where that is the prompts themselves.
    func startContext(of prompts: [TrainingPrompt]) throws -> Tensor? {
        switch options.klPrompt {
        case .own: return nil
        case .one(let text): return try pipeline.context(of: prompts.map { $0.isPreserved ? $0.text : text })
        case .each(let texts):
            let own = Dictionary(
                zip(self.prompts.filter { !$0.isPreserved }.texts, texts), uniquingKeysWith: { first, _ in first })
            return try pipeline.context(of: prompts.map { own[$0.text] ?? $0.text })
        }
    }

    /// - Parameter prompts: of the groups.
    func advantages(of scores: RewardScores, _ prompts: [TrainingPrompt]) throws -> Advantages {
        guard isScored else { return .none }
        return try advantages(of: scores).withoutGroups { prompts[$0].asksForNothing }
    }

    private func advantages(of scores: RewardScores) throws -> Advantages {
        let total = try Advantages(
            rewards: scores.totals, groupSize: options.group, scale: options.std,
            epsilon: options.advantageEpsilon, clip: options.advantageClip)
        guard options.aggregate == .each, let sum = reward as? RewardSum else { return total }
        return try Advantages(
            parts: sum.weighted(scores), total: total, scale: options.std, epsilon: options.advantageEpsilon,
            clip: options.advantageClip)
    }

    /// The noise that samples start from: of each, or of each group where its samples are one at first.
    private func startingLatents(_ plan: RoundPlan, groups: Int) throws -> Tensor {
        let isOne = options.branch != nil, count = isOne ? groups : groups * options.group
        switch options.latents {
        case .shared: return try noise(1, plan).gathered(0, [Int](repeating: 0, count: count))
        case .perPrompt where !isOne:
            return try noise(groups, plan).gathered(0, (0..<count).map { $0 / options.group })
        case .perPrompt, .perSample: return try noise(count, plan)
        }
    }

    private func noise(_ rows: Int, _ plan: RoundPlan) throws -> Tensor {
        try StableDiffusion.noise(pipeline.latentShape(count: rows), generator: plan.noise)
    }

    /// What a rollout keeps of the way to its latents: all of it, or its end alone.
    private func way(
        _ plan: RoundPlan, _ prompts: [TrainingPrompt], context: Tensor, progress: UpdateProgress?
    ) throws -> (samples: [Tensor], trained: [Int: Rollout.TrainedStep]) {
        guard case .result = options.method.recording else {
            return try samples(plan, context: context, progress: progress)
        }
        var sampling = SamplingOptions()
        (sampling.steps, sampling.guidanceScale) = (options.steps, Float(options.effectiveGuidance))
        (sampling.sampler, sampling.negativePrompt) = (options.sampler ?? .ddim, options.negative)
        let start = try startingLatents(plan, groups: prompts.count), texts = samplePrompts(prompts)
        let latents = try drawingPolicy.computing {
            try pipeline.replacing(unet: drawingPolicy.unet).finalLatents(
                texts, sampling, latents: start, source: NoiseSource(plan.noise), batchSize: options.microbatch
            ) { try progress?("sample", $0, $1) }
        }
        return ([latents], [:])
    }

    /// Who draws the pictures.
    private var drawingPolicy: Policy { learner.old?.policy ?? policy }

    /// What the policy that drew finished latents says of them with noise, and minus its error as their log-likelihood.
    private func predicted(
        _ latents: Tensor, _ draws: [Int: ForwardDraw], _ prompts: [TrainingPrompt], _ context: Tensor
    ) throws -> [Int: Rollout.TrainedStep] {
        let rollout = Rollout(
            round: completed, prompts: prompts, groupSize: options.group, timesteps: stepPlan.timesteps,
            sigmas: stepPlan.sigmas, samples: [latents], trained: [:], steps: draws.keys.sorted(), draws: draws,
            context: context, emptyContext: emptyContext, images: [], scores: RewardScores(totals: []),
            advantages: .none)
        let count = latents.shape[0]
        var recorded: [Int: Rollout.TrainedStep] = [:]
        for step in draws.keys.sorted() {
            var errors: [Float] = []
            let predictions = try inPieces(of: count) { rows in
                let noised = try NoisedLatents(Array(rows), of: rollout, at: step, drawingPolicy)
                let prediction = try noised.prediction(by: drawingPolicy)
                errors += try (-noised.errors(of: prediction, options.lossWeight)).floats
                return prediction
            }
            let all = try Ranks.gather("log-likelihoods", errors)
            recorded[step] = .init(mean: predictions, logProbability: try Tensor(all))
        }
        return recorded
    }

    /// The way from noise to latents, with μ and log-probability at the steps that are trained. Each rank predicts its
    /// share of the pieces of a step; the rest is all ranks' own.
    ///
    /// - Parameter context: of each prompt, [prompts, tokens, width].
    private func samples(
        _ plan: RoundPlan, context: Tensor, progress: UpdateProgress?
    ) throws -> (samples: [Tensor], trained: [Int: Rollout.TrainedStep]) {
        let groups = context.shape[0], records = options.method.recording == .densities
        let owners = (0..<groups * options.group).map { $0 / options.group }
        var x = try startingLatents(plan, groups: groups)
        var samples = [x]
        var trained: [Int: Rollout.TrainedStep] = [:]
        for step in stepPlan.timesteps.indices {
            try progress?("sample", step, stepPlan.timesteps.count)
            if step == options.branch {
                // Of here on each sample goes its own way.
                x = try x.gathered(0, owners)
                samples = try samples.map { try $0.gathered(0, owners) }
            }
            let count = x.shape[0], each = count / groups
            let isTrained = plan.steps.contains(step)
            let isRandom = records && stepPlan.sigmas[step] > 0 && (options.sde == .all || isTrained)
            let mean = try inPieces(of: count) { rows in
                try policy.mean(
                    at: step, rows.count == count ? x : x.sliced(0, from: rows.lowerBound, to: rows.upperBound),
                    context: context.gathered(0, rows.map { $0 / each }), empty: emptyContext,
                    isRandom: isRandom)
            }
            // Drawn also where it is not used, so that a step's noise does not depend on which steps are trained.
            let noise = try noise(count, plan)
            x = isRandom ? try mean + noise * Float(stepPlan.sigmas[step]) : mean
            samples.append(x)
            if isTrained, records {
                let density = try Gaussian.logProbability(of: x, mean: mean, sigma: Float(stepPlan.sigmas[step]))
                trained[step] = .init(mean: mean, logProbability: density)
            }
        }
        return (samples, trained)
    }

    /// Each rank decodes its share of the pieces.
    func pictures(_ latents: Tensor, progress: UpdateProgress?) throws -> [Image] {
        let count = latents.shape[0], pieces = pieces(of: count)
        var images: [Image] = []
        for rows in pieces[Ranks.share(of: pieces.count)] {
            try progress?("decode", rows.lowerBound, count)
            do {
                images += try pipeline.images(latents.sliced(0, from: rows.lowerBound, to: rows.upperBound))
            } catch let error as NotFiniteError {
                throw error.after(rows.lowerBound, of: count)
            }
        }
        return try Ranks.gathered("pictures", images)
    }

    private func pieces(of count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: options.microbatch).map { $0..<min($0 + options.microbatch, count) }
    }
    /// Rows of latents, of which each rank computes its share of the pieces.
    private func inPieces(of count: Int, _ body: (Range<Int>) throws -> Tensor) throws -> Tensor {
        let pieces = pieces(of: count)
        let share = Ranks.share(of: pieces.count)
        let parts = try Ranks.apart { try pieces[share].map(body) }
        let mine = try parts.isEmpty ? nil : parts.count == 1 ? parts[0] : Tensor.concatenated(parts)
        return try Ranks.gathered("rows of a step", rows: mine, shape: pipeline.latentShape(count: count))
    }
}

extension Image {
    /// Cut down to the 256 levels of 8 bits, not rounded, then through a JPEG file: as the published code hands
    /// pictures to its reward.
    func asStored() throws -> Image {
        try JPEG.roundTrip(Image((tensor.clamped(0, 1) * 255).floor() / 255))
    }
}

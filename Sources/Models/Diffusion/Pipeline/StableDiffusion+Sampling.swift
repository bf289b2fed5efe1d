import Basics
import Tensor

extension StableDiffusion {
    /// Called after every step with what is done and what there is in all; what it throws stops the work.
    public typealias Progress = (_ done: Int, _ total: Int) throws -> Void

    /// Samples latents of prompts, one per prompt, with one generator for all; see below.
    public func sample(
        _ prompts: [String], _ options: SamplingOptions = SamplingOptions(), latents: Tensor? = nil,
        images: [Image] = [], masks: [PictureMask] = [], generator: Generator, batchSize: Int? = nil,
        progress: Progress? = nil
    ) throws -> Trajectory {
        try sample(
            prompts, options, latents: latents, images: images, masks: masks, source: NoiseSource(generator),
            batchSize: batchSize, progress: progress)
    }

    /// Samples latents of prompts, one per prompt.
    ///
    /// Everything random comes from the source before the first step, in the order that diffusers draws it for one
    /// batch of all prompts; how samples are split into batches changes nothing.
    ///
    /// - Parameters:
    ///   - embeddings: states in place of the prompts' texts, which then only count the samples.
    ///   - latents: standard normal noise to start from, [N, h, w, C], one per prompt or one for all ([1, h, w, C]);
    ///     drawn from the generator by default.
    ///   - images: pictures to start from, one per prompt or one for all: their latents get the noise of the step at
    ///     which `options.strength` begins. Not with `latents`. A model that inpaints or edits pictures wants them.
    ///   - masks: where the pictures are painted anew, one per prompt or one for all.
    ///   - steering: moves the states of the prompts along a direction. Not with `embeddings`.
    ///   - batchSize: samples at once; chosen by the latents' size by default.
    /// - Throws: `RhumbError`; `NotFiniteError` where a part of the model gives what is not finite; `Interruption`
    ///   after `StopFlag.raise()`.
    public func sample(
        _ prompts: [String], _ options: SamplingOptions = SamplingOptions(), embeddings: PromptEmbeddings? = nil,
        latents: Tensor? = nil, images: [Image] = [], masks: [PictureMask] = [], steering: TextSteering? = nil,
        source: NoiseSource, batchSize: Int? = nil,
        progress: Progress? = nil
    ) throws -> Trajectory {
        try withoutGradients {
            let plan = try plan(
                prompts, options, embeddings: embeddings, latents: latents, images: images, masks: masks,
                steering: steering, source)
            let size = max(batchSize ?? self.batchSize(of: plan), 1)
            let parts = try Self.batches(of: 0..<plan.count, size).map { rows in
                try trajectory(plan, rows) { done in
                    // A batch counts by its samples, so that the pace is even.
                    try progress?(rows.lowerBound * plan.steps + rows.count * done, plan.count * plan.steps)
                }
            }
            return try Trajectory.joined(parts)
        }
    }

    /// The latents that sampling ends with, [N, h, w, C], of which each rank makes its share: as `sample`, to the same
    /// bits, where nobody asks for the way there.
    ///
    /// - Parameter batchSize: samples at once. Where it is given, ranks take whole batches.
    public func finalLatents(
        _ prompts: [String], _ options: SamplingOptions = SamplingOptions(), embeddings: PromptEmbeddings? = nil,
        latents: Tensor? = nil, images: [Image] = [], masks: [PictureMask] = [], steering: TextSteering? = nil,
        source: NoiseSource, batchSize: Int? = nil, progress: Progress? = nil
    ) throws -> Tensor {
        try withoutGradients {
            let plan = try plan(
                prompts, options, embeddings: embeddings, latents: latents, images: images, masks: masks,
                steering: steering, source)
            return try shared(
                "sampled latents", plan.count, size: batchSize ?? self.batchSize(of: plan), inBatches: batchSize != nil,
                shape: plan.start.shape, steps: plan.steps, progress: progress
            ) { rows, progress in try trajectory(plan, rows, progress: progress).final }
        }
    }

    private func batchSize(of plan: SamplingPlan) -> Int {
        batchSize(height: plan.start.shape[1], width: plan.start.shape[2])
    }

    private func plan(
        _ prompts: [String], _ options: SamplingOptions, embeddings: PromptEmbeddings?, latents: Tensor?,
        images: [Image], masks: [PictureMask], steering: TextSteering?, _ source: NoiseSource
    ) throws -> SamplingPlan {
        try source.check(pictures: prompts.count)
        guard !prompts.isEmpty else { throw RhumbError.noPrompts }
        let kind = options.sampler ?? SamplerKind(for: scheduler)
        let sampler = try sampler(kind, options, startsFromPicture: !images.isEmpty)
        let begun = try start(
            prompts.count, options, sampler, latents: latents, images: images, masks: masks, source)
        let start = begun.latents
        let noise = try (begun.first..<sampler.times.count).map { index in
            try sampler.needsNoise(at: index, eta: options.eta) ? try source.noise(start.shape) : nil
        }
        var guidance = try guidance(of: prompts, options, embeddings: embeddings, steering: steering)
        guidance.conditions.channels = begun.channels
        if secondText != nil {
            guidance.conditions.sizes = options.sizes.row(
                height: start.shape[1] * downsampling, width: start.shape[2] * downsampling)
        }
        if task == .editing { guidance.imageScale = options.imageGuidance }
        return SamplingPlan(
            kind: kind, sampler: sampler, first: begun.first, eta: options.eta, start: start, noise: noise,
            guidance: guidance, kept: begun.kept)
    }

    /// One batch through its steps.
    ///
    /// - Parameter progress: told how many of them are done.
    private func trajectory(
        _ plan: SamplingPlan, _ rows: Range<Int>, progress: (Int) throws -> Void
    ) throws -> Trajectory {
        do {
            return try trajectory(plan.rows(rows), progress: progress)
        } catch let error as NotFiniteError {
            throw error.after(rows.lowerBound, of: plan.count)
        }
    }

    private func trajectory(_ plan: SamplingPlan, progress: (Int) throws -> Void) throws -> Trajectory {
        var sampler = plan.sampler
        var sample = plan.start
        var latents = [sample]
        var momentum: Tensor?
        var steps: [DenoisingStep] = []
        for (index, time) in sampler.times.enumerated().dropFirst(plan.first) {
            try StopFlag.check()
            let output = try unet(
                sampler.scaledInput(sample, at: index), time: time, at: index, guided: plan.guidance,
                momentum: &momentum)
            let step = try sampler.step(
                output, at: index, sample, eta: plan.eta, noise: plan.noise[index - plan.first])
            sample = try plan.kept?.blended(step.previous, sampler, after: index) ?? step.previous
            guard sample.isFinite else {
                let part = output.isFinite ? "sampler \(plan.kind.rawValue)" : "UNet"
                throw NotFiniteError(
                    part, "at step \(index + 1) of \(sampler.times.count), t = \(time)", in: sample)
            }
            latents.append(sample)
            steps.append(step)
            try progress(index - plan.first + 1)
        }
        return Trajectory(
            latents: latents, times: Array(sampler.times.dropFirst(plan.first)),
            predictedOriginals: steps.map(\.predictedOriginal), sigmas: steps.map(\.sigma),
            noise: zip(steps, plan.noise).map { $0.sigma > 0 ? $1 : nil },
            logProbabilities: steps.map(\.logProbability), sampler: plan.kind, firstStep: plan.first)
    }
}

/// Everything that sampling depends on, drawn and computed before its first step.
private struct SamplingPlan {
    let kind: SamplerKind
    let sampler: any Sampler
    /// The first of the sampler's steps that is taken.
    let first: Int
    let eta: Double
    /// [N, h, w, C]
    let start: Tensor
    /// Of each step from the first on; nil where none is needed.
    let noise: [Tensor?]
    let guidance: Guidance
    let kept: SamplingStart.Kept?

    var count: Int { start.shape[0] }
    var steps: Int { sampler.times.count - first }

    /// The plan of some of the samples.
    func rows(_ range: Range<Int>) throws -> SamplingPlan {
        SamplingPlan(
            kind: kind, sampler: sampler, first: first, eta: eta, start: try start.rows(range),
            noise: try noise.map { try $0?.rows(range) }, guidance: try guidance.rows(range),
            kept: try kept?.rows(range))
    }
}

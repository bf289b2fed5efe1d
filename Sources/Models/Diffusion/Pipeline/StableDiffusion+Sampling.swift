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
        try source.check(pictures: prompts.count)
        guard !prompts.isEmpty else { throw RhumbError.noPrompts }
        let kind = options.sampler ?? SamplerKind(for: scheduler)
        let sampler = try sampler(kind, options, startsFromPicture: !images.isEmpty)
        return try withoutGradients {
            let begun = try start(
                prompts.count, options, sampler, latents: latents, images: images, masks: masks, source)
            let start = begun.latents, first = begun.first
            let noise = try (first..<sampler.times.count).map { index in
                try sampler.needsNoise(at: index, eta: options.eta)
                    ? try source.noise(start.shape) : nil
            }
            var guidance = try guidance(of: prompts, options, embeddings: embeddings, steering: steering)
            guidance.conditions.channels = begun.channels
            if secondText != nil {
                guidance.conditions.sizes = options.sizes.row(
                    height: start.shape[1] * downsampling, width: start.shape[2] * downsampling)
            }
            if task == .editing { guidance.imageScale = options.imageGuidance }
            let size = batchSize ?? self.batchSize(height: start.shape[1], width: start.shape[2])
            let steps = sampler.times.count - first
            var parts: [Trajectory] = []
            for begin in stride(from: 0, to: prompts.count, by: max(size, 1)) {
                let rows = begin..<min(begin + max(size, 1), prompts.count)
                do {
                    parts.append(
                        try sample(
                            start.rows(rows), guidance.rows(rows), kind, sampler, from: first, options.eta,
                            noise: noise.map { try $0?.rows(rows) }, kept: begun.kept?.rows(rows)
                        ) { done in
                            // A batch counts by its samples, so that the pace is even.
                            try progress?(begin * steps + rows.count * done, prompts.count * steps)
                        })
                } catch let error as NotFiniteError {
                    throw error.after(begin, of: prompts.count)
                }
            }
            return try Trajectory.joined(parts)
        }
    }

    /// One batch through the steps from `first` on.
    private func sample(
        _ start: Tensor, _ guidance: Guidance, _ kind: SamplerKind, _ sampler: any Sampler, from first: Int,
        _ eta: Double, noise: [Tensor?], kept: SamplingStart.Kept?, progress: (Int) throws -> Void
    ) throws -> Trajectory {
        var sampler = sampler
        var sample = start
        var latents = [start]
        var momentum: Tensor?
        var steps: [DenoisingStep] = []
        for (index, time) in sampler.times.enumerated().dropFirst(first) {
            try StopFlag.check()
            let output = try unet(
                sampler.scaledInput(sample, at: index), time: time, at: index, guided: guidance, momentum: &momentum)
            let step = try sampler.step(output, at: index, sample, eta: eta, noise: noise[index - first])
            sample = try kept?.blended(step.previous, sampler, after: index) ?? step.previous
            guard sample.isFinite else {
                let part = output.isFinite ? "sampler \(kind.rawValue)" : "UNet"
                throw NotFiniteError(
                    part, "at step \(index + 1) of \(sampler.times.count), t = \(time)", in: sample)
            }
            latents.append(sample)
            steps.append(step)
            try progress(index - first + 1)
        }
        return Trajectory(
            latents: latents, times: Array(sampler.times.dropFirst(first)),
            predictedOriginals: steps.map(\.predictedOriginal), sigmas: steps.map(\.sigma),
            noise: zip(steps, noise).map { $0.sigma > 0 ? $1 : nil }, logProbabilities: steps.map(\.logProbability),
            sampler: kind, firstStep: first)
    }
}

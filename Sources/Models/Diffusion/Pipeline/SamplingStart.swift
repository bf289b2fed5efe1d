import Basics
import Tensor

/// What sampling begins with.
struct SamplingStart {
    /// The latents that the first step begins with, [N, h, w, C].
    let latents: Tensor
    /// Which step that is.
    let first: Int
    /// What the UNet sees beside the latents, [N, h, w, channels]; nil for a model that makes pictures of texts alone.
    var channels: Tensor?
    var kept: Kept?

    /// What stays as it is where a model for text to picture inpaints: its latents are put back after every step, with
    /// the noise of the next.
    struct Kept {
        /// The latents of the picture and their noise, [N, h, w, C].
        let original, noise: Tensor
        /// 1 where the picture is painted anew, [N, h, w, 1].
        let mask: Tensor

        func rows(_ range: Range<Int>) throws -> Kept {
            Kept(original: try original.rows(range), noise: try noise.rows(range), mask: try mask.rows(range))
        }

        func blended(_ sample: Tensor, _ sampler: any Sampler, after index: Int) throws -> Tensor {
            let isLast = index == sampler.times.count - 1
            let there = isLast ? original : try sampler.addNoise(to: original, noise: noise, at: index + 1)
            return try (1 - mask) * there + mask * sample
        }
    }
}

extension StableDiffusion {
    /// The sampler of a kind. A latent consistency model that starts from a picture takes all its steps among the levels
    /// below the strength's, as its own pipeline in diffusers does; others take the last of their steps.
    func sampler(_ kind: SamplerKind, _ options: SamplingOptions, startsFromPicture: Bool) throws -> any Sampler {
        guard kind == .lcm, startsFromPicture, isDistilled else {
            return try kind.sampler(scheduler, steps: options.steps)
        }
        guard (0...1).contains(options.strength) else { throw RhumbError.strength(options.strength) }
        return try LCMScheduler(scheduler, steps: options.steps, strength: options.strength)
    }

    /// Whether the UNet is told a guidance scale (LCM).
    public var isDistilled: Bool { unet.configuration.timeCondProjDim != nil }

    /// What sampling begins with, drawn in the order in which diffusers' pipeline of the same task draws.
    func start(
        _ count: Int, _ options: SamplingOptions, _ sampler: any Sampler, latents: Tensor?, images: [Image],
        masks: [PictureMask], _ source: NoiseSource
    ) throws -> SamplingStart {
        try check(images, masks, options)
        guard latents == nil || images.isEmpty else { throw RhumbError.latentsAndImages }
        if task == .editing {
            // The mean of its distribution, not scaled.
            let picture = try forAll(self.latents(of: images) / vae.latentSpace.scalingFactor, count)
            let noise = try source.noise(picture.shape)
            return SamplingStart(latents: try noise * sampler.initialNoiseSigma, first: 0, channels: picture)
        }
        if images.isEmpty {
            let shape = try latentShape(count: count, height: options.height, width: options.width)
            let noise = try latents.map { try forAll($0, count) } ?? source.noise(shape)
            guard noise.shape[3] == shape[3] else { throw RhumbError.startingLatents(noise.shape, count: count) }
            return SamplingStart(latents: try noise * sampler.initialNoiseSigma, first: 0)
        }
        guard (0...1).contains(options.strength) else { throw RhumbError.strength(options.strength) }
        guard masks.isEmpty else { return try inpainting(count, options, sampler, images, masks, source) }
        let original = try forAll(source.latents(of: images, by: self), count)
        let first = firstStep(options, sampler)
        let noise = try source.noise(original.shape)
        return SamplingStart(
            latents: try sampler.addNoise(to: original, noise: noise, at: first), first: first)
    }

    /// As many of the last steps as the strength's share of all; at least one.
    private func firstStep(_ options: SamplingOptions, _ sampler: any Sampler) -> Int {
        if sampler is LCMScheduler, isDistilled { return 0 }
        let taken = min(max(Int(Double(options.steps) * options.strength), 1), options.steps)
        return (options.steps - taken) * sampler.callsAStep
    }

    /// A start whose masked part is painted anew (StableDiffusionInpaintPipeline of diffusers).
    private func inpainting(
        _ count: Int, _ options: SamplingOptions, _ sampler: any Sampler, _ images: [Image], _ masks: [PictureMask],
        _ source: NoiseSource
    ) throws -> SamplingStart {
        let first = firstStep(options, sampler), startsFromNoise = options.strength == 1
        // At full strength a model that is told the masked picture needs no more of it.
        let original =
            startsFromNoise && task == .inpainting
            ? nil : try forAll(source.latents(of: images, by: self), count)
        let shape = try latentShape(count: count, height: images[0].height, width: images[0].width)
        let noise = try source.noise(shape)
        var latents = try noise * sampler.initialNoiseSigma
        if let original, !startsFromNoise { latents = try sampler.addNoise(to: original, noise: noise, at: first) }
        // Drawn also where it is not seen, as diffusers does.
        let masked = try forAll(
            source.latents(of: Self.masked(images, masks), by: self), count)
        let mask = try forAll(
            Tensor.concatenated(masks.map { try $0.ofLatents(downsampling: downsampling) }), count)
        var start = SamplingStart(latents: latents, first: first)
        if task == .inpainting {
            start.channels = try Tensor.concatenated([mask, masked], axis: 3)
        } else if let original {
            start.kept = SamplingStart.Kept(original: original, noise: noise, mask: mask)
        }
        return start
    }

    /// Pictures of which the masked part is grey, the middle of the values that the autoencoder takes.
    private static func masked(_ images: [Image], _ masks: [PictureMask]) throws -> [Image] {
        try (0..<max(images.count, masks.count)).map { index in
            let image = images[images.count == 1 ? 0 : index], mask = masks[masks.count == 1 ? 0 : index].tensor
            return try Image((image.tensor - 0.5) * (1 - mask) + 0.5)
        }
    }

    /// - Throws: `RhumbError` for pictures and masks that the model's task lacks or leaves aside, or of other sizes.
    private func check(_ images: [Image], _ masks: [PictureMask], _ options: SamplingOptions) throws {
        switch task {
        case .editing:
            if images.isEmpty { throw RhumbError.pictureNeeded }
            if !masks.isEmpty { throw RhumbError.maskOfEditor }
            guard options.imageGuidance >= 1 else { throw RhumbError.imageGuidance(options.imageGuidance) }
            if options.safety != nil { throw RhumbError.safetyOfEditor }
        case .inpainting: if images.isEmpty || masks.isEmpty { throw RhumbError.maskNeeded }
        case .picture: if images.isEmpty && !masks.isEmpty { throw RhumbError.maskWithoutPicture }
        }
        if secondText != nil {
            if !masks.isEmpty { throw RhumbError.maskOfXL }
        } else if options.sizes != SizeConditions() {
            throw RhumbError.sizesOfOthers
        }
        for mask in masks {
            for image in images where (mask.width, mask.height) != (image.width, image.height) {
                throw RhumbError.mask((mask.width, mask.height), picture: (image.width, image.height))
            }
        }
        if images.count > 1, masks.count > 1, images.count != masks.count {
            throw RhumbError.masks(masks.count, pictures: images.count)
        }
    }

    /// Rows for all samples: one each, or one for all.
    private func forAll(_ rows: Tensor, _ count: Int) throws -> Tensor {
        guard rows.rank == 4, rows.shape[0] == count || rows.shape[0] == 1 else {
            throw RhumbError.startingLatents(rows.shape, count: count)
        }
        guard rows.isFinite else { throw RhumbError.latentsNotFinite }
        return try rows.to(.float32).expanded([count] + rows.shape.dropFirst()).contiguous()
    }
}

import Tensor

extension StableDiffusion {
    /// The most pixels of latents that the autoencoder and the UNet are given at once, in one batch: more gains no speed
    /// and takes memory.
    private static let pixelsABatch = 8192

    /// Samples a batch for latents of a size.
    func batchSize(height: Int, width: Int) -> Int { max(1, Self.pixelsABatch / max(height * width, 1)) }

    /// The shape of `count` latents for pictures of a size.
    ///
    /// - Throws: `DiffusionError` for sides that are no multiples of `downsampling`.
    public func latentShape(count: Int, height: Int? = nil, width: Int? = nil) throws -> [Int] {
        let (height, width) = (height ?? sampleSize, width ?? sampleSize)
        guard height > 0, width > 0, height % downsampling == 0, width % downsampling == 0 else {
            throw DiffusionError.size(width: width, height: height, multiple: downsampling)
        }
        return [count, height / downsampling, width / downsampling, unet.configuration.inChannels]
    }

    /// Standard normal noise for latents, [N, h, w, C], in the order that PyTorch draws `torch.randn((N, C, h, w))`: the
    /// generator of seed n gives what diffusers starts from after `torch.manual_seed(n)`.
    public static func noise(_ shape: [Int], generator: Generator) throws -> Tensor {
        guard shape.count == 4 else { return try Tensor.randn(shape, generator: generator) }
        let drawn = try Tensor.randn([shape[0], shape[3], shape[1], shape[2]], generator: generator)
        return try drawn.permuted([0, 2, 3, 1]).contiguous()
    }

    /// The pictures of latents.
    ///
    /// - Parameter latents: [N, h, w, C] as the UNet sees them.
    public func images(_ latents: Tensor) throws -> [Image] {
        let c = vae.configuration
        return try inBatches(latents) { batch in
            let unscaled = try batch / c.scalingFactor + (c.shiftFactor ?? 0)
            let pixels = try (vae.decode(unscaled) * 0.5 + 0.5).clamped(0, 1).permuted([0, 3, 1, 2])
            return try (0..<batch.shape[0]).map { try Image(pixels.selected(0, $0)) }
        }
    }

    /// The latents of pictures of one size, [N, h, w, C] as the UNet sees them.
    ///
    /// - Parameter generator: draws from the autoencoder's distribution, as diffusers does before it adds noise to a
    ///   picture; without one its mean is taken.
    /// - Throws: `DiffusionError` for pictures of different sizes, or whose sides are no multiples of `downsampling`.
    public func latents(of images: [Image], generator: Generator? = nil) throws -> Tensor {
        guard let first = images.first else { throw DiffusionError.noImages }
        for image in images where (image.width, image.height) != (first.width, first.height) {
            throw DiffusionError.sizes(first, image)
        }
        let shape = try latentShape(count: images.count, height: first.height, width: first.width)
        let noise = try generator.map { try Self.noise(shape, generator: $0) }
        let pixels = try (Tensor.stacked(images.map(\.tensor)).permuted([0, 2, 3, 1]) * 2 - 1).contiguous()
        let c = vae.configuration
        var start = 0
        let parts: [Tensor] = try inBatches(pixels, area: shape[1] * shape[2]) { batch in
            let distribution = try vae.encode(batch)
            let rows = start..<(start + batch.shape[0])
            start = rows.upperBound
            let drawn = try noise.map { try distribution.sample(noise: $0.rows(rows)) } ?? distribution.mean
            return [try (drawn - (c.shiftFactor ?? 0)) * c.scalingFactor]
        }
        return try Tensor.concatenated(parts)
    }

    /// Rows in batches, unrecorded.
    private func inBatches<Part>(_ rows: Tensor, area: Int? = nil, _ body: (Tensor) throws -> [Part]) throws -> [Part] {
        let area = area ?? (rows.rank == 4 ? rows.shape[1] * rows.shape[2] : 1)
        let size = max(1, Self.pixelsABatch / max(area, 1))
        return try withoutGradients {
            try stride(from: 0, to: rows.shape.first ?? 0, by: size).flatMap { start in
                try Engine.checkCancelled()
                return try body(rows.rows(start..<min(start + size, rows.shape[0])))
            }
        }
    }
}

extension Tensor {
    /// Some of the rows along the first dimension.
    func rows(_ range: Range<Int>) throws -> Tensor {
        range == 0..<shape[0] ? self : try sliced(0, from: range.lowerBound, to: range.upperBound)
    }
}

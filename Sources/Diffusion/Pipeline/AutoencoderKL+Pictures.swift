import Tensor

extension AutoencoderKL {
    /// The most pixels of latents that the autoencoder and the UNet are given at once, in one batch: more gains no speed
    /// and takes memory.
    private static let pixelsABatch = 8192

    /// Samples a batch for latents of so many pixels.
    static func batchSize(area: Int) -> Int { max(1, pixelsABatch / max(area, 1)) }

    /// The pictures of latents.
    ///
    /// - Parameter latents: [N, h, w, C] as the UNet sees them.
    public func images(_ latents: Tensor) throws -> [Image] {
        let area = latents.rank == 4 ? latents.shape[1] * latents.shape[2] : 1
        return try inBatches(latents, area: area) { batch in
            let unscaled = try batch / configuration.scalingFactor + (configuration.shiftFactor ?? 0)
            let pixels = try (decode(unscaled) * 0.5 + 0.5).clamped(0, 1).permuted([0, 3, 1, 2])
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
        let c = configuration, side = c.downsampling
        guard first.height % side == 0, first.width % side == 0 else {
            throw DiffusionError.size(width: first.width, height: first.height, multiple: side)
        }
        let shape = [images.count, first.height / side, first.width / side, c.latentChannels]
        let noise = try generator.map { try StableDiffusion.noise(shape, generator: $0) }
        let pixels = try (Tensor.stacked(images.map(\.tensor)).permuted([0, 2, 3, 1]) * 2 - 1).contiguous()
        var start = 0
        let parts: [Tensor] = try inBatches(pixels, area: shape[1] * shape[2]) { batch in
            let distribution = try encode(batch)
            let rows = start..<(start + batch.shape[0])
            start = rows.upperBound
            let drawn = try noise.map { try distribution.sample(noise: $0.rows(rows)) } ?? distribution.mean
            return [try (drawn - (c.shiftFactor ?? 0)) * c.scalingFactor]
        }
        return try Tensor.concatenated(parts)
    }

    /// Rows in batches, unrecorded.
    private func inBatches<Part>(_ rows: Tensor, area: Int, _ body: (Tensor) throws -> [Part]) throws -> [Part] {
        let size = Self.batchSize(area: area)
        return try withoutGradients {
            try stride(from: 0, to: rows.shape.first ?? 0, by: size).flatMap { start in
                try Engine.checkCancelled()
                return try body(rows.rows(start..<min(start + size, rows.shape[0])))
            }
        }
    }
}

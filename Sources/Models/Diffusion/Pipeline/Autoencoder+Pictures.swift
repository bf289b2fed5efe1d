import Basics
import Tensor

extension StableDiffusion {
    /// The most pixels of latents that the autoencoder and the UNet are given at once, in one batch: more gains no
    /// speed and takes memory.
    private static let pixelsABatch = 8192

    /// Samples a batch for latents of so many pixels.
    static func batchSize(area: Int) -> Int { max(1, pixelsABatch / max(area, 1)) }
}

extension Autoencoder {
    /// The pictures of latents.
    ///
    /// - Parameters:
    ///   - latents: [N, h, w, C] as the UNet sees them.
    ///   - progress: called before the first batch and after each.
    /// - Throws: `NotFiniteError` for latents or a picture that are not finite.
    public func images(_ latents: Tensor, progress: StableDiffusion.Progress? = nil) throws -> [Image] {
        let area = latents.rank == 4 ? latents.shape[1] * latents.shape[2] : 1
        let count = latents.shape.first ?? 0
        var done = 0
        return try inBatches(latents, area: area, progress) { batch in
            defer { done += batch.shape[0] }
            let unscaled = try batch / latentSpace.scalingFactor
            guard unscaled.isFinite else { throw NotFiniteError(latents: unscaled).after(done, of: count) }
            let decoded = try decode(unscaled)
            guard decoded.isFinite else {
                throw NotFiniteError("autoencoder", "when it decodes", in: decoded).after(done, of: count)
            }
            let pixels = try (decoded * 0.5 + 0.5).clamped(0, 1).permuted([0, 3, 1, 2])
            return try (0..<batch.shape[0]).map { try Image(pixels.selected(0, $0)) }
        }
    }

    /// The latents of pictures of one size, [N, h, w, C] as the UNet sees them.
    ///
    /// - Parameters:
    ///   - generator: draws from the autoencoder's distribution, as diffusers does before it adds noise to a picture;
    ///     without one its mean is taken. An autoencoder without distribution draws nothing.
    ///   - progress: called before the first batch and after each.
    /// - Throws: `RhumbError` for pictures of different sizes, whose sides are not multiples of `downsampling`, or
    ///   that are not finite.
    public func latents(
        of images: [Image], generator: Generator? = nil, progress: StableDiffusion.Progress? = nil
    ) throws -> Tensor {
        let shape = try latentShape(of: images), space = latentSpace
        let noise = try (hasDistribution ? generator : nil).map { try StableDiffusion.noise(shape, generator: $0) }
        let pixels = try (Tensor.stacked(images.map(\.tensor)).permuted([0, 2, 3, 1]) * 2 - 1).contiguous()
        var start = 0
        let parts: [Tensor] = try inBatches(pixels, area: shape[1] * shape[2], progress) { batch in
            guard batch.isFinite else { throw RhumbError.pictureNotFinite }
            let rows = start..<(start + batch.shape[0])
            start = rows.upperBound
            let encoded = try self.latents(of: batch, noise: noise?.rows(rows))
            guard encoded.isFinite else { throw RhumbError.notFinite("autoencoder", "when it encodes") }
            return [try encoded * space.scalingFactor]
        }
        return try Tensor.concatenated(parts)
    }

    /// The shape of the latents of pictures, [N, h, w, C].
    ///
    /// - Throws: `RhumbError` for none, and for different sizes or such as are not multiples of `downsampling`.
    func latentShape(of images: [Image]) throws -> [Int] {
        guard let first = images.first else { throw RhumbError.noImages }
        for image in images where (image.width, image.height) != (first.width, first.height) {
            throw RhumbError.sizes(first, image)
        }
        let space = latentSpace, side = space.downsampling
        guard first.height % side == 0, first.width % side == 0 else {
            throw RhumbError.size(width: first.width, height: first.height, multiple: side)
        }
        return [images.count, first.height / side, first.width / side, space.channels]
    }

    /// Rows in batches, unrecorded.
    private func inBatches<Part>(
        _ rows: Tensor, area: Int, _ progress: StableDiffusion.Progress?, _ body: (Tensor) throws -> [Part]
    ) throws -> [Part] {
        let size = StableDiffusion.batchSize(area: area), total = rows.shape.first ?? 0
        return try withoutGradients {
            try progress?(0, total)
            return try stride(from: 0, to: total, by: size).flatMap { start in
                try StopFlag.check()
                let end = min(start + size, total)
                let parts = try body(rows.rows(start..<end))
                try progress?(end, total)
                return parts
            }
        }
    }
}

import Basics
import Tensor

extension StableDiffusion {
    /// Samples a batch for latents of a size.
    public func batchSize(height: Int, width: Int) -> Int { Self.batchSize(area: height * width) }

    /// The shape of `count` latents for pictures of a size.
    ///
    /// - Throws: `RhumbError` for sides that are not multiples of `downsampling`.
    public func latentShape(count: Int, height: Int? = nil, width: Int? = nil) throws -> [Int] {
        let (height, width) = (height ?? sampleSize, width ?? sampleSize)
        guard height > 0, width > 0, height % downsampling == 0, width % downsampling == 0 else {
            throw RhumbError.size(width: width, height: height, multiple: downsampling)
        }
        return [count, height / downsampling, width / downsampling, vae.latentSpace.channels]
    }

    /// Standard normal noise for latents, [N, h, w, C], in the order that PyTorch draws `torch.randn((N, C, h, w))`:
    /// the generator of seed n gives what diffusers starts from after `torch.manual_seed(n)`.
    public static func noise(_ shape: [Int], generator: Generator) throws -> Tensor {
        guard shape.count == 4 else { return try Tensor.randn(shape, generator: generator) }
        let drawn = try Tensor.randn([shape[0], shape[3], shape[1], shape[2]], generator: generator)
        return try drawn.permuted([0, 2, 3, 1]).contiguous()
    }

    /// The pictures of latents; see `Autoencoder.images`.
    public func images(_ latents: Tensor, progress: Progress? = nil) throws -> [Image] {
        try vae.images(latents, progress: progress)
    }

    /// The latents of pictures; see `Autoencoder.latents`.
    public func latents(
        of images: [Image], generator: Generator? = nil, progress: Progress? = nil
    ) throws -> Tensor {
        try vae.latents(of: images, generator: generator, progress: progress)
    }
}

extension Tensor {
    /// Some of the rows along the first dimension.
    func rows(_ range: Range<Int>) throws -> Tensor {
        range == 0..<shape[0] ? self : try sliced(0, from: range.lowerBound, to: range.upperBound)
    }
}

import Basics
import Tensor

/// Where the noise of pictures comes from: one generator for all of them, or one for each, so that each of a batch can
/// be drawn alone to the same bits.
public struct NoiseSource {
    /// One for all, or one a picture.
    public let generators: [Generator]
    private let isShared: Bool

    /// One generator, drawn from for all pictures together, as diffusers does with one `generator`.
    public init(_ generator: Generator) { (generators, isShared) = ([generator], true) }

    /// A generator for each picture, as diffusers does with a list.
    public init(each generators: [Generator]) { (self.generators, isShared) = (generators, false) }

    /// - Throws: `RhumbError` where there is neither one generator for all nor one a picture.
    func check(pictures: Int) throws {
        guard isShared || generators.count == pictures else {
            throw RhumbError.generators(generators.count, pictures: pictures)
        }
    }

    /// Standard normal noise of latents, [N, h, w, C].
    func noise(_ shape: [Int]) throws -> Tensor {
        if isShared { return try StableDiffusion.noise(shape, generator: generators[0]) }
        return try Tensor.concatenated(
            generators.map { try StableDiffusion.noise([1] + shape.dropFirst(), generator: $0) })
    }

    /// The latents of pictures, [pictures, h, w, C], with a generator each that of every sample, [N, h, w, C].
    func latents(of images: [Image], by model: StableDiffusion) throws -> Tensor {
        if isShared { return try model.latents(of: images, generator: generators[0]) }
        guard [1, generators.count].contains(images.count) else {
            throw RhumbError.generators(generators.count, pictures: images.count)
        }
        return try Tensor.concatenated(
            generators.enumerated().map { number, generator in
                try model.latents(of: [images[images.count == 1 ? 0 : number]], generator: generator)
            })
    }
}

import Basics
import Diffusion
import Tensor

/// Makes pictures of prompts.
public protocol PictureGenerator {
    /// What it is called.
    var name: String { get }
    /// How it makes pictures, with that seed: "ddim, 20 steps, guidance 5, eta 0, seed 1".
    func summary(seed: UInt64) -> String

    /// One picture for each prompt.
    ///
    /// - Parameters:
    ///   - starts: for each picture, what alone decides the noise that it begins with.
    ///   - steps: what decides the noise of the steps on the way, which all pictures draw together.
    ///   - progress: called with steps done and steps in all; what it throws ends the work.
    func pictures(
        of prompts: [String], starts: [UInt64], steps: UInt64, progress: @escaping (Int, Int) throws -> Void
    ) throws -> [Image]
}

/// A diffusion pipeline that makes pictures for an evaluation.
public struct DiffusionGenerator: PictureGenerator {
    public let name: String
    private let model: StableDiffusion
    private let options: SamplingOptions

    public init(_ model: StableDiffusion, called name: String, _ options: SamplingOptions) {
        (self.model, self.name, self.options) = (model, name, options)
    }

    public func summary(seed: UInt64) -> String {
        "\((options.sampler ?? SamplerKind(for: model.scheduler)).rawValue), \(options.steps) steps, guidance "
            + "\(NumberText.shown(Double(options.guidanceScale))), eta \(NumberText.shown(options.eta)), seed \(seed)"
            + (options.negativePrompt.isEmpty ? "" : ", negative \"\(options.negativePrompt)\"")
    }

    public func pictures(
        of prompts: [String], starts: [UInt64], steps: UInt64, progress: @escaping (Int, Int) throws -> Void
    ) throws -> [Image] {
        let shape = try model.latentShape(count: 1)
        let noise = try starts.map { try StableDiffusion.noise(shape, generator: Generator(seed: $0)) }
        let trajectory = try model.sample(
            prompts, options, latents: Tensor.concatenated(noise), generator: Generator(seed: steps),
            batchSize: prompts.count, progress: progress)
        return try model.images(trajectory.final)
    }
}

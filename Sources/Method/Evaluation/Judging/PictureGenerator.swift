import Basics
import Diffusion
import Tensor

/// Makes pictures of prompts.
public protocol PictureGenerator {
    /// What it is called.
    var name: String { get }
    /// How it makes pictures, with that seed: "ddim, 20 steps, guidance 5, eta 0, seed 1".
    func summary(seed: UInt64) -> String

    /// Pictures of a setting at once, at most; fixed for each model, because the noise of steps on the way is drawn for
    /// all of them together.
    func batch(of setting: PictureRequest.Setting) throws -> Int

    /// One picture for each request, the same on all ranks, which may each make a share.
    ///
    /// - Parameters:
    ///   - requests: of one size and guidance.
    ///   - steps: what decides the noise of the steps on the way, which all pictures draw together.
    ///   - progress: called with steps done and steps in all; what it throws ends the work.
    func pictures(
        of requests: [PictureRequest], steps: UInt64, progress: @escaping (Int, Int) throws -> Void
    ) throws -> [Image]
}

extension PictureGenerator {
    public func batch(of setting: PictureRequest.Setting) throws -> Int { 32 }
}

/// What one picture is made of.
public struct PictureRequest: Sendable, Equatable {
    public var prompt: String
    /// Decides, alone with `draw`, the noise that it begins with.
    public var seed: UInt64
    /// Which of the draws of that seed is its own: those of a prompt with a seed of its own follow one another, as in a
    /// batch of diffusers'.
    public var draw = 0
    /// What its row says in place of what the generator does.
    public var setting = Setting()

    public struct Setting: Sendable, Hashable {
        public var guidance: Double?
        public var width, height: Int?

        public init(guidance: Double? = nil, width: Int? = nil, height: Int? = nil) {
            (self.guidance, self.width, self.height) = (guidance, width, height)
        }
    }

    public init(_ prompt: String, seed: UInt64) { (self.prompt, self.seed) = (prompt, seed) }
}

/// A diffusion pipeline that makes pictures for an evaluation.
public struct DiffusionGenerator: PictureGenerator {
    public let name: String
    private let model: StableDiffusion
    private let options: SamplingOptions
    private let steering: (name: String, states: TextSteering)?

    /// - Parameter steering: what moves the states of the prompts, and what tables call it.
    public init(
        _ model: StableDiffusion, called name: String, _ options: SamplingOptions,
        steering: (name: String, states: TextSteering)? = nil
    ) {
        (self.model, self.name, self.options, self.steering) = (model, name, options, steering)
    }

    public func summary(seed: UInt64) -> String {
        "\((options.sampler ?? SamplerKind(for: model.scheduler)).rawValue), \(options.steps) steps, guidance "
            + "\(NumberText.shown(Double(options.guidanceScale))), eta \(NumberText.shown(options.eta)), seed \(seed)"
            + (options.negativePrompt.isEmpty ? "" : ", negative \"\(options.negativePrompt)\"")
            + (options.safety.map { ", Safe Latent Diffusion s \(NumberText.shown(Double($0.guidanceScale)))" } ?? "")
            + (steering.map { ", steered along \($0.name), α \(NumberText.shown(Double($0.states.alpha)))" } ?? "")
    }

    /// As many as the UNet is given at once, 32 at most.
    public func batch(of setting: PictureRequest.Setting) throws -> Int {
        let shape = try model.latentShape(count: 1, height: setting.height, width: setting.width)
        return min(32, model.batchSize(height: shape[1], width: shape[2]))
    }

    public func pictures(
        of requests: [PictureRequest], steps: UInt64, progress: @escaping (Int, Int) throws -> Void
    ) throws -> [Image] {
        let setting = requests.first?.setting ?? .init()
        let shape = try model.latentShape(count: 1, height: setting.height, width: setting.width)
        let noise = try requests.map { request in
            let drawn = try StableDiffusion.noise(
                [request.draw + 1] + shape.dropFirst(), generator: Generator(seed: request.seed))
            return try drawn.sliced(0, from: request.draw, to: request.draw + 1)
        }
        var options = options
        if let guidance = setting.guidance { options.guidanceScale = Float(guidance) }
        do {
            let latents = try model.finalLatents(
                requests.map(\.prompt), options, latents: Tensor.concatenated(noise), steering: steering?.states,
                source: NoiseSource(Generator(seed: steps)), progress: progress)
            return try model.sharedImages(latents)
        } catch let error as NotFiniteError {
            throw error.asked(by: requests.map(\.prompt), seeds: requests.map(\.seed))
        }
    }
}

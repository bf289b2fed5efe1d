import Basics
import Tensor

/// One step of a sampler, with what it was made from. All tensors have the sample's shape.
public struct DenoisingStep {
    /// The next, less noisy sample.
    public let previous: Tensor
    /// μ: the next sample before noise is added; the next sample itself where none is.
    public let mean: Tensor
    /// x̂₀: the clean sample that the model's output amounts to, clipped where the configuration says so.
    public let predictedOriginal: Tensor
    /// ε̂: the noise that the model's output amounts to.
    public let epsilon: Tensor
    /// σ of the noise added; 0 for a deterministic step.
    public let sigma: Float
    /// Log-density of `previous` under N(μ, σ²), averaged over its dimensions, [N]; nil where σ is 0.
    public let logProbability: Tensor?
}

/// From noise to a sample in steps, by what a model says of each noisy sample.
public protocol Sampler {
    /// What the model is told at each call, falling, and but for Heun, KDPM2 and PNDM there is one a step. Whole numbers, but
    /// for samplers along σ.
    var times: [Float] { get }
    /// Standard deviation of the noise that sampling starts from.
    var initialNoiseSigma: Float { get }
    /// How many calls of the model a step in the middle takes: 2 for Heun and KDPM2.
    var callsAStep: Int { get }
    /// The sample as the model wants to see it at a step.
    func scaledInput(_ sample: Tensor, at index: Int) throws -> Tensor
    /// A clean sample with the noise that step `index` begins with.
    func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor
    /// The standard deviation of the noise that a step adds.
    func sigma(at index: Int, eta: Double) throws -> Float
    /// Whether noise is drawn for a step, which diffusers does also for some that add none of it.
    func needsNoise(at index: Int, eta: Double) throws -> Bool
    /// From a model's output to the next sample.
    ///
    /// - Parameters:
    ///   - output: what the model said of `scaledInput(sample, at: index)`; gradients flow through it.
    ///   - index: which step, from 0.
    ///   - eta: how stochastic DDIM and TCD are, 0 to 1; other samplers ignore it.
    ///   - noise: standard normal, of the sample's shape; needed where `sigma(at:eta:)` is not 0.
    mutating func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double, noise: Tensor?
    ) throws -> DenoisingStep
}

/// A sampler over levels of noise σ that are added to the clean sample: x = x₀ + σ ε.
public protocol SigmaSampler: Sampler {
    /// The level of each step, and where the last one leads.
    var sigmas: [Float] { get }
}

extension SigmaSampler {
    /// x / √(σ² + 1): of the variance that the model was trained on.
    public func scaledInput(_ sample: Tensor, at index: Int) throws -> Tensor {
        try check(index)
        return try sample / (sigmas[index] * sigmas[index] + 1).squareRoot()
    }

    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try check(index)
        try check(noise, nil, against: original)
        return try original + noise * sigmas[index]
    }
}

extension Sampler {
    /// The sample itself.
    public func scaledInput(_ sample: Tensor, at index: Int) throws -> Tensor { sample }

    /// 0: a step that draws no noise.
    public func sigma(at index: Int, eta: Double) throws -> Float {
        try check(index)
        return 0
    }
}

extension Sampler {
    public var callsAStep: Int { 1 }

    public func needsNoise(at index: Int, eta: Double) throws -> Bool { try sigma(at: index, eta: eta) > 0 }

    func check(_ index: Int) throws {
        guard times.indices.contains(index) else { throw RhumbError.stepIndex(index, count: times.count) }
    }

    /// The model's output and the noise must be of the sample's shape.
    func check(_ output: Tensor, _ noise: Tensor?, against sample: Tensor) throws {
        guard output.shape == sample.shape else {
            throw RhumbError.shapes("a model's output", output.shape, sample: sample.shape)
        }
        if let noise, noise.shape != sample.shape {
            throw RhumbError.shapes("noise", noise.shape, sample: sample.shape)
        }
    }
}

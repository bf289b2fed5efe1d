import Basics
import Tensor

/// Denoising diffusion implicit models (Song et al. 2021) with η from 0, deterministic, to 1, as noisy as DDPM.
///
/// Every number is computed as diffusers' `DDIMScheduler` computes it.
public struct DDIMScheduler: Sampler, Sendable {
    public let configuration: SchedulerConfiguration
    public let schedule: NoiseSchedule
    /// The training timestep of each step, falling.
    public let timesteps: [Int]
    /// ᾱ at each step, and at the one it leads to.
    public let alphas, previousAlphas: [Float]

    public var times: [Float] { timesteps.map(Float.init) }
    public var initialNoiseSigma: Float { 1 }

    /// - Throws: `RhumbError` for a number of steps or a configuration that can't be.
    public init(_ configuration: SchedulerConfiguration, steps: Int) throws {
        let c = configuration
        if c.thresholding == true { throw RhumbError.unsupported("thresholding", by: "DDIM") }
        self.configuration = c
        schedule = try NoiseSchedule(c)
        let training = c.numTrainTimesteps
        guard (1...training).contains(steps) else { throw RhumbError.steps(steps, limit: training) }
        let spacing = c.timestepSpacing ?? .leading
        timesteps = spacing.timesteps(steps: steps, training: training, offset: c.stepsOffset)
            .map { Int($0.rounded(.toNearestOrEven)) }
        if let outside = timesteps.first(where: { !(0..<training).contains($0) }) {
            throw RhumbError.timestep(outside, limit: training)
        }
        let all = schedule.alphasCumprod
        let final = (c.setAlphaToOne ?? true) ? 1 : all[0]
        alphas = timesteps.map { all[$0] }
        // Whatever the spacing, a step leads down by the same number of timesteps.
        previousAlphas = timesteps.map { $0 - training / steps >= 0 ? all[$0 - training / steps] : final }
    }

    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try check(index)
        return try schedule.addNoise(to: original, noise: noise, timesteps: [timesteps[index]])
    }

    /// η √((1 − ᾱ′) / (1 − ᾱ)) √(1 − ᾱ / ᾱ′), with ᾱ′ of the timestep that the step leads to.
    ///
    /// It is 0 for η = 0, and at the last step of a schedule that ends at ᾱ′ = 1.
    public func sigma(at index: Int, eta: Double) throws -> Float {
        try check(index)
        guard (0...1).contains(eta) else { throw RhumbError.eta(eta) }
        let (alpha, previous) = (alphas[index], previousAlphas[index])
        let variance = (1 - previous) / (1 - alpha) * (1 - alpha / previous)
        // A timestep below the step's length can lead nowhere but to itself.
        return variance > 0 ? Float(eta) * variance.squareRoot() : 0
    }

    /// With η, noise is drawn for every step, as diffusers does.
    public func needsNoise(at index: Int, eta: Double) throws -> Bool {
        try check(index)
        return eta > 0
    }

    /// From a model's output to the next sample.
    ///
    /// - Parameters:
    ///   - output: what the model said of `sample` [N, …]; gradients flow through it, into the log-probability too.
    ///   - noise: standard normal, of the sample's shape; needed where σ is not 0.
    /// - Throws: `RhumbError` for shapes that differ, a step that there is not, or noise that is missing.
    public func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        try check(output, noise, against: sample)
        let sigma = try sigma(at: index, eta: eta)
        let (original, epsilon) = try prediction(output, at: index, sample)
        let mean = try mean(original, epsilon, at: index, sigma: sigma)
        guard sigma > 0 else {
            return DenoisingStep(
                previous: mean, mean: mean, predictedOriginal: original, epsilon: epsilon, sigma: 0, logProbability: nil
            )
        }
        guard let noise else { throw RhumbError.noiseNeeded(index: index) }
        let previous = try mean + noise.to(.float32) * sigma
        return DenoisingStep(
            previous: previous, mean: mean, predictedOriginal: original, epsilon: epsilon, sigma: sigma,
            logProbability: try Gaussian.logProbability(of: previous, mean: mean, sigma: sigma))
    }

    /// The log-probability that a step gives to a next sample that was drawn before, [N], averaged over dimensions;
    /// differentiable through `output`.
    ///
    /// - Parameters:
    ///   - previous: the sample that the step led to, [N, …].
    ///   - output: what the model says of `sample` now.
    /// - Throws: `RhumbError` where the step is deterministic (`sigma(at:eta:)` is 0).
    public func logProbability(
        of previous: Tensor, output: Tensor, at index: Int, sample: Tensor, eta: Double
    ) throws -> Tensor {
        try check(output, previous, against: sample)
        let sigma = try sigma(at: index, eta: eta)
        guard sigma > 0 else { throw RhumbError.deterministic(index: index, timestep: timesteps[index]) }
        return try Gaussian.logProbability(
            of: previous, mean: mean(output: output, at: index, sample: sample, eta: eta), sigma: sigma)
    }

    /// μ of a step: √ᾱ′ x̂₀ + √(1 − ᾱ′ − σ²) ε̂.
    public func mean(output: Tensor, at index: Int, sample: Tensor, eta: Double) throws -> Tensor {
        let (original, epsilon) = try prediction(output, at: index, sample)
        return try mean(original, epsilon, at: index, sigma: sigma(at: index, eta: eta))
    }

    private func mean(_ original: Tensor, _ epsilon: Tensor, at index: Int, sigma: Float) throws -> Tensor {
        let previous = previousAlphas[index]
        // Rounding can take the rest below 0 where η is 1 and nothing is left.
        let direction = max(1 - previous - sigma * sigma, 0).squareRoot()
        return try original * previous.squareRoot() + epsilon * direction
    }

    /// x̂₀ and ε̂ from whatever the model predicts.
    private func prediction(_ output: Tensor, at index: Int, _ sample: Tensor) throws -> (Tensor, Tensor) {
        try check(index)
        let output = try output.to(.float32), sample = try sample.to(.float32)
        let signal = alphas[index].squareRoot(), deviation = (1 - alphas[index]).squareRoot()
        let original: Tensor, epsilon: Tensor
        switch configuration.predictionType {
        case .epsilon:
            guard signal > 0 else { throw RhumbError.noSignal(timestep: timesteps[index]) }
            original = try (sample - output * deviation) / signal
            epsilon = output
        case .sample:
            original = output
            epsilon = try (sample - output * signal) / deviation
        case .velocity:
            original = try sample * signal - output * deviation
            epsilon = try output * signal + sample * deviation
        }
        guard configuration.clipSample ?? true else { return (original, epsilon) }
        let range = abs(configuration.clipSampleRange)
        return (try original.clamped(-range, range), epsilon)
    }
}

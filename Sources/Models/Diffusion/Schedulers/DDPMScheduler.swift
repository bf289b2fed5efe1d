import Basics
import Tensor

/// Denoising diffusion probabilistic models (Ho et al. 2020), over fewer steps than were trained: stochastic.
///
/// Numbers are those of diffusers' `DDPMScheduler`.
public struct DDPMScheduler: Sampler, Sendable {
    private let steps: AlphaSteps
    private let isLarge: Bool

    public var times: [Float] { steps.timesteps.map(Float.init) }
    public var initialNoiseSigma: Float { 1 }

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps count: Int) throws {
        let training = configuration.numTrainTimesteps
        guard (1...training).contains(count) else { throw RhumbError.steps(count, limit: training) }
        let variances = ["fixed_small", "fixed_large"], variance = configuration.varianceType ?? variances[0]
        guard variances.contains(variance) else {
            throw RhumbError.option("variance_type", variance, known: variances)
        }
        isLarge = variance == variances[1]
        let timesteps = (configuration.timestepSpacing ?? .leading)
            .timesteps(steps: count, training: training, offset: configuration.stepsOffset)
            .map { Int($0.rounded(.toNearestOrEven)) }
        steps = try AlphaSteps(configuration, timesteps: timesteps, by: "DDPM")
    }

    /// ᾱ at a step and at the one after it, which of the last step is 1.
    private func alphas(_ index: Int) -> (here: Float, next: Float) {
        let timesteps = steps.timesteps
        let next = index + 1 < timesteps.count ? timesteps[index + 1] : -1
        return (steps.alpha(timesteps[index], endsAtOne: true), steps.alpha(next, endsAtOne: true))
    }

    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try steps.addNoise(to: original, noise: noise, at: index)
    }

    public func sigma(at index: Int, eta: Double) throws -> Float {
        try check(index)
        guard steps.timesteps[index] > 0 else { return 0 }
        let (here, next) = alphas(index)
        let beta = 1 - here / next
        return max(isLarge ? beta : (1 - next) / (1 - here) * beta, 0).squareRoot()
    }

    /// Above timestep 0 noise is drawn, also where its deviation is 0.
    public func needsNoise(at index: Int, eta: Double) throws -> Bool {
        try check(index)
        return steps.timesteps[index] > 0
    }

    public func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        let sigma = try sigma(at: index, eta: eta)
        try check(output, noise, against: sample)
        let sample = try sample.to(.float32)
        let (raw, epsilon) = try steps.prediction(output.to(.float32), sample, at: index)
        let original = try steps.clipped(raw, byDefault: true)
        let (here, next) = alphas(index)
        let alpha = here / next
        // Equation 7.
        let mean =
            try original * (next.squareRoot() * (1 - alpha) / (1 - here))
            + sample * (alpha.squareRoot() * (1 - next) / (1 - here))
        return try DenoisingStep(mean: mean, original, epsilon, sigma: sigma, noise: noise, at: index)
    }
}

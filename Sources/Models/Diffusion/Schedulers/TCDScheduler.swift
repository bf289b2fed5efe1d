import Basics
import Tensor

/// Trajectory consistency distillation's strategic stochastic sampling (Zheng et al. 2024): each step predicts where
/// the trajectory is at (1 − η) of the next time, and noises that to the next level. For models and adapters distilled
/// for it, in 1 to 8 steps; η 0 is deterministic, the authors take 0.3.
///
/// Numbers are those of diffusers' `TCDScheduler`.
public struct TCDScheduler: Sampler, Sendable {
    private let steps: AlphaSteps

    public var times: [Float] { steps.timesteps.map(Float.init) }
    public var initialNoiseSigma: Float { 1 }

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps count: Int) throws {
        steps = try AlphaSteps(distilled: configuration, steps: count, by: "TCD")
    }

    private func isLast(_ index: Int) -> Bool { index == steps.timesteps.count - 1 }

    /// ᾱ of the next level, and of the one between that the trajectory is followed to.
    private func alphas(_ index: Int, eta: Double) throws -> (next: Float, followed: Float) {
        guard (0...1).contains(eta) else { throw RhumbError.eta(eta) }
        // After the last step timestep 0, at which a little noise is left.
        let next = isLast(index) ? 0 : steps.timesteps[index + 1]
        let followed = Int((Float(1 - eta) * Float(next)).rounded(.down))
        return (steps.alpha(next, endsAtOne: true), steps.alpha(followed, endsAtOne: true))
    }

    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try steps.addNoise(to: original, noise: noise, at: index)
    }

    public func sigma(at index: Int, eta: Double) throws -> Float {
        try check(index)
        let (next, followed) = try alphas(index, eta: eta)
        return eta > 0 && !isLast(index) ? max(1 - next / followed, 0).squareRoot() : 0
    }

    /// With η, noise is drawn for every step but the last.
    public func needsNoise(at index: Int, eta: Double) throws -> Bool {
        try check(index)
        return eta > 0 && !isLast(index)
    }

    public func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        let sigma = try sigma(at: index, eta: eta)
        try check(output, noise, against: sample)
        let (original, epsilon) = try steps.prediction(output.to(.float32), sample.to(.float32), at: index)
        let (next, followed) = try alphas(index, eta: eta)
        var mean = try original * followed.squareRoot() + epsilon * (1 - followed).squareRoot()
        if eta > 0, !isLast(index) { mean = try mean * (next / followed).squareRoot() }
        return try DenoisingStep(mean: mean, original, epsilon, sigma: sigma, noise: noise, at: index)
    }
}

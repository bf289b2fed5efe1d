import Basics
import Foundation
import Tensor

/// Multistep sampling of latent consistency models (Luo et al. 2023, algorithm 3): each step predicts the original and
/// noises it again to the next level. For models and adapters distilled for it, in 1 to 8 steps.
///
/// Numbers are those of diffusers' `LCMScheduler`.
public struct LCMScheduler: Sampler, Sendable {
    private let steps: AlphaSteps

    public var times: [Float] { steps.timesteps.map(Float.init) }
    public var initialNoiseSigma: Float { 1 }

    /// - Parameter strength: the share of the levels that are passed, from the cleanest up: below 1 for a start from a
    ///   picture, as pipelines of latent consistency models take it.
    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps count: Int, strength: Double = 1) throws {
        steps = try AlphaSteps(distilled: configuration, steps: count, strength: strength, by: "LCM")
    }

    private func isLast(_ index: Int) -> Bool { index == steps.timesteps.count - 1 }

    private func alphaAfter(_ index: Int) -> Float {
        let endsAtOne = steps.configuration.setAlphaToOne ?? true
        return steps.alpha(steps.timesteps[isLast(index) ? index : index + 1], endsAtOne: endsAtOne)
    }

    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try steps.addNoise(to: original, noise: noise, at: index)
    }

    public func sigma(at index: Int, eta: Double) throws -> Float {
        try check(index)
        return isLast(index) ? 0 : (1 - alphaAfter(index)).squareRoot()
    }

    public func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        let sigma = try sigma(at: index, eta: eta)
        try check(output, noise, against: sample)
        let sample = try sample.to(.float32)
        let (raw, epsilon) = try steps.prediction(output.to(.float32), sample, at: index)
        let original = try steps.clipped(raw, byDefault: false)
        // The boundary condition: at timestep 0 the sample itself.
        let time = Float(steps.timesteps[index]) * Float(steps.configuration.timestepScaling ?? 10)
        let square = time * time + 0.25
        let denoised = try original * (time / square.squareRoot()) + sample * (0.25 / square)
        let mean = try isLast(index) ? denoised : denoised * alphaAfter(index).squareRoot()
        return try DenoisingStep(mean: mean, denoised, epsilon, sigma: sigma, noise: noise, at: index)
    }
}

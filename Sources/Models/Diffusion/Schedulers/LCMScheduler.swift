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
        let training = configuration.numTrainTimesteps, original = configuration.originalInferenceSteps ?? 50
        guard (1...training).contains(original) else {
            throw RhumbError.schedule(
                "original_inference_steps", "\(original)", expected: "a number from 1 to \(training)")
        }
        let passed = Int(Double(original) * strength)
        guard (0...max(passed, 0)).contains(count), count > 0 else {
            throw strength < 1 && (1...original).contains(count)
                ? RhumbError.distilledSteps(count, limit: original, strength: strength)
                : RhumbError.distilledSteps(count, limit: original)
        }
        // The levels that the model was distilled on, falling, and as many of them as there are steps.
        let levels = (1...passed).reversed().map { $0 * (training / original) - 1 }
        let distance = Double(passed) / Double(count)
        steps = try AlphaSteps(
            configuration, timesteps: (0..<count).map { levels[Int((Double($0) * distance).rounded(.down))] },
            by: "LCM")
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

import Basics
import Tensor

/// Euler's method with fresh noise at each step (k-diffusion's ancestral sampling): stochastic.
///
/// Numbers are those of diffusers' `EulerAncestralDiscreteScheduler`.
public struct EulerAncestralScheduler: SigmaSampler, Sendable {
    private let levels: EulerScheduler

    public var times: [Float] { levels.times }
    public var sigmas: [Float] { levels.sigmas }
    public var initialNoiseSigma: Float { levels.initialNoiseSigma }

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps: Int) throws {
        guard configuration.predictionType != .sample else {
            throw RhumbError.option(
                "prediction_type", "sample",
                known: [PredictionType.epsilon, .velocity].map(\.rawValue))
        }
        var plain = configuration.withPlainSigmas
        plain.useKarrasSigmas = nil
        levels = try EulerScheduler(plain, steps: steps)
    }

    /// σ_up: √(σ′² (σ² − σ′²) / σ²), with σ′ of what the step leads to.
    public func sigma(at index: Int, eta: Double) throws -> Float {
        try check(index)
        let (from, to) = (levels.sigmas[index], levels.sigmas[index + 1])
        return max(to * to * (from * from - to * to) / (from * from), 0).squareRoot()
    }

    public func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        let up = try sigma(at: index, eta: eta)
        try check(output, noise, against: sample)
        let sigma = levels.sigmas[index], to = levels.sigmas[index + 1], sample = try sample.to(.float32)
        let original = try levels.original(output.to(.float32), sample, sigma: sigma)
        let epsilon = try (sample - original) / sigma
        let down = max(to * to - up * up, 0).squareRoot()
        return try DenoisingStep(
            mean: sample + epsilon * (down - sigma), original, epsilon, sigma: up, noise: noise, at: index)
    }
}

extension SchedulerConfiguration {
    /// The same without options that only `EulerDiscreteScheduler` reads: in diffusers others pass over them.
    var withPlainSigmas: SchedulerConfiguration {
        var plain = self
        (plain.finalSigmasType, plain.interpolationType, plain.timestepType) = (nil, nil, nil)
        return plain
    }
}

extension EulerScheduler {
    /// x̂₀ of a sample in the variance-exploding form.
    func original(_ output: Tensor, _ sample: Tensor, sigma: Float) throws -> Tensor {
        switch configuration.predictionType {
        case .epsilon: try sample - output * sigma
        case .sample: output
        case .velocity: try output * (-sigma / (sigma * sigma + 1).squareRoot()) + sample / (sigma * sigma + 1)
        }
    }
}

extension DenoisingStep {
    /// A step whose result is drawn around its mean, with noise of the sample's shape where σ is above 0.
    ///
    /// - Throws: `RhumbError` for noise that is missing.
    init(
        mean: Tensor, _ original: Tensor, _ epsilon: Tensor, sigma: Float, noise: Tensor?, at index: Int
    ) throws {
        guard sigma > 0 else {
            self.init(
                previous: mean, mean: mean, predictedOriginal: original, epsilon: epsilon, sigma: 0,
                logProbability: nil)
            return
        }
        guard let noise else { throw RhumbError.noiseNeeded(index: index) }
        let previous = try mean + noise.to(.float32) * sigma
        self.init(
            previous: previous, mean: mean, predictedOriginal: original, epsilon: epsilon, sigma: sigma,
            logProbability: try Gaussian.logProbability(of: previous, mean: mean, sigma: sigma))
    }
}

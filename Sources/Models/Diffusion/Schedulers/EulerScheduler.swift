import Basics
import Tensor

/// Euler's method along the probability-flow equation (Karras et al. 2022, algorithm 2 without churn): deterministic.
///
/// Samples are in the variance-exploding form, x₀ + σ ε, and the model sees them divided by √(σ² + 1). Numbers are
/// those of diffusers' `EulerDiscreteScheduler`.
public struct EulerScheduler: SigmaSampler, Sendable {
    public let configuration: SchedulerConfiguration
    public let schedule: NoiseSchedule
    public let times: [Float]
    /// σ at each step, and what the last one leads to.
    public let sigmas: [Float]
    public let initialNoiseSigma: Float

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps: Int) throws {
        let c = configuration
        try c.refuse(
            ["use_exponential_sigmas": c.useExponentialSigmas, "use_beta_sigmas": c.useBetaSigmas], by: "Euler")
        for (key, value, only) in [
            ("interpolation_type", c.interpolationType, "linear"), ("timestep_type", c.timestepType, "discrete"),
        ] where value != nil && value != only {
            throw RhumbError.option(key, value ?? "", known: [only])
        }
        self.configuration = c
        schedule = try NoiseSchedule(c)
        let training = c.numTrainTimesteps
        guard (1...training).contains(steps) else { throw RhumbError.steps(steps, limit: training) }
        let levels = SigmaSchedule(schedule, rescaledToZeroSNR: c.rescaleBetasZeroSNR)
        let spacing = c.timestepSpacing ?? .linspace
        var times = spacing.timesteps(steps: steps, training: training, offset: c.stepsOffset)
            .map { Double(Float($0)) }
        if let outside = times.first(where: { $0 < 0 || $0 > Double(training - 1) }) {
            throw RhumbError.timestep(Int(outside), limit: training)
        }
        var sigmas = times.map(levels.sigma)
        if c.useKarrasSigmas == true {
            sigmas = SigmaSchedule.karras(from: sigmas[0], to: sigmas[steps - 1], count: steps)
            times = sigmas.map(levels.timestep)
        }
        self.times = times.map { Float($0) }
        self.sigmas = try sigmas.map { Float($0) } + [levels.final(c.finalSigmasType)]
        let highest = self.sigmas[0]
        initialNoiseSigma = spacing == .leading ? (highest * highest + 1).squareRoot() : highest
    }

    public func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        try check(index)
        try check(output, noise, against: sample)
        let sigma = sigmas[index], output = try output.to(.float32), sample = try sample.to(.float32)
        let original: Tensor =
            switch configuration.predictionType {
            case .epsilon: try sample - output * sigma
            case .sample: output
            case .velocity:
                try output * (-sigma / (sigma * sigma + 1).squareRoot()) + sample / (sigma * sigma + 1)
            }
        let epsilon = try (sample - original) / sigma
        let previous = try sample + epsilon * (sigmas[index + 1] - sigma)
        return DenoisingStep(
            previous: previous, mean: previous, predictedOriginal: original, epsilon: epsilon, sigma: 0,
            logProbability: nil)
    }
}

extension SchedulerConfiguration {
    /// Refuses options that are on and that a sampler does not do, naming the first.
    func refuse(_ options: KeyValuePairs<String, Bool?>, by sampler: String) throws {
        if let option = options.first(where: { $0.value == true }) {
            throw RhumbError.unsupported(option.key, by: sampler)
        }
    }
}

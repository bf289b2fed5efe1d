import Basics
import Tensor

/// Heun's method along the probability-flow equation (Karras et al. 2022, algorithm 1 without churn): each step but the
/// last asks the model twice, before and after Euler's step, and goes the mean of both ways.
///
/// Numbers are those of diffusers' `HeunDiscreteScheduler`. `times` has an entry for each call of the model.
public struct HeunScheduler: SigmaSampler {
    private let levels: EulerScheduler
    private let clips: Float?
    public let times: [Float]
    /// σ at each call, and what the last one leads to.
    public let sigmas: [Float]
    /// Where the first half of a step began, and its direction.
    private var half: (index: Int, sample: Tensor, direction: Tensor)?

    public var initialNoiseSigma: Float { levels.initialNoiseSigma }
    public var callsAStep: Int { 2 }

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps: Int) throws {
        var plain = configuration.withPlainSigmas
        plain.rescaleBetasZeroSNR = false
        levels = try EulerScheduler(plain, steps: steps)
        clips = configuration.clipSample == true ? abs(configuration.clipSampleRange) : nil
        times = levels.times.prefix(1) + levels.times.dropFirst().flatMap { [$0, $0] }
        let inner = levels.sigmas.dropFirst().dropLast()
        sigmas = levels.sigmas.prefix(1) + inner.flatMap { [$0, $0] } + levels.sigmas.suffix(1)
    }

    public mutating func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        try check(index)
        try check(output, noise, against: sample)
        let sample = try sample.to(.float32), sigma = sigmas[index]
        var original = try levels.original(output.to(.float32), sample, sigma: sigma)
        if let clips { original = try original.clamped(-clips, clips) }
        let direction = try (sample - original) / sigma
        let previous: Tensor
        if index % 2 == 0 {
            previous = try sample + direction * (sigmas[index + 1] - sigma)
            half = (index, sample, direction)
        } else {
            guard let half, half.index + 1 == index else {
                throw RhumbError.outOfOrder(index: index, expected: half.map { $0.index + 1 } ?? 0, sampler: "Heun")
            }
            previous = try half.sample + (half.direction + direction) / 2 * (sigma - sigmas[index - 1])
            self.half = nil
        }
        return DenoisingStep(
            previous: previous, mean: previous, predictedOriginal: original, epsilon: direction, sigma: 0,
            logProbability: nil)
    }
}

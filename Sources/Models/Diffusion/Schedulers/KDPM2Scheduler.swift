import Basics
import Foundation
import Tensor

/// DPM-Solver of second order along σ, with the midpoint in log σ (Karras et al. 2022's form of Lu et al. 2022,
/// k-diffusion's DPM2): each step but the last asks the model twice, at its level and between it and the next.
/// Ancestral steps end below the next level, and fresh noise takes them back up to it.
///
/// Numbers are those of diffusers' `KDPM2DiscreteScheduler` and `KDPM2AncestralDiscreteScheduler`. `times` has an entry
/// for each call of the model.
public struct KDPM2Scheduler: Sampler {
    private let levels: EulerScheduler
    private let isAncestral: Bool
    public let times: [Float]
    /// σ that each call sees.
    private let sigmas: [Float]
    /// Where the first half of a step began.
    private var half: (index: Int, sample: Tensor)?

    public var initialNoiseSigma: Float { levels.initialNoiseSigma }
    public var callsAStep: Int { 2 }
    private var name: String { isAncestral ? "KDPM2 ancestral" : "KDPM2" }

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps: Int, isAncestral: Bool) throws {
        guard configuration.predictionType != .sample else {
            throw RhumbError.option(
                "prediction_type", "sample", known: [PredictionType.epsilon, .velocity].map(\.rawValue))
        }
        var plain = configuration.withPlainSigmas
        plain.rescaleBetasZeroSNR = false
        levels = try EulerScheduler(plain, steps: steps)
        self.isAncestral = isAncestral
        let schedule = SigmaSchedule(levels.schedule, rescaledToZeroSNR: false)
        let isKarras = configuration.useKarrasSigmas == true
        var times: [Float] = [], sigmas: [Float] = []
        for (step, sigma) in levels.sigmas.dropLast().enumerated() {
            times.append(isKarras ? levels.times[step].rounded(.toNearestOrEven) : levels.times[step])
            sigmas.append(sigma)
            guard step + 1 < steps else { break }
            let next = levels.sigmas[step + 1]
            let end = isAncestral ? Self.down(from: sigma, to: next) : next
            // Halfway in log σ, with the rounding of PyTorch's lerp.
            let (from, to) = isAncestral ? (log(sigma), log(end)) : (log(end), log(sigma))
            let middle = exp(to - (to - from) * 0.5)
            times.append(Float(schedule.timestep(of: Double(middle))))
            sigmas.append(middle)
        }
        (self.times, self.sigmas) = (times, sigmas)
    }

    /// σ_up: √(σ′² (σ² − σ′²) / σ²), and the level that leaves room for it, σ_down: √(σ′² − σ_up²).
    private static func up(from sigma: Float, to next: Float) -> Float {
        max(next * next * (sigma * sigma - next * next) / (sigma * sigma), 0).squareRoot()
    }

    private static func down(from sigma: Float, to next: Float) -> Float {
        let up = up(from: sigma, to: next)
        return max(next * next - up * up, 0).squareRoot()
    }

    /// x / √(σ² + 1): of the variance that the model was trained on.
    public func scaledInput(_ sample: Tensor, at index: Int) throws -> Tensor {
        try check(index)
        return try sample / (sigmas[index] * sigmas[index] + 1).squareRoot()
    }

    /// In the middle of a step with the noise of the level that it leads to, as in diffusers.
    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try check(index)
        try check(noise, nil, against: original)
        return try original + noise * levels.sigmas[(index + 1) / 2]
    }

    public func sigma(at index: Int, eta: Double) throws -> Float {
        try check(index)
        guard isAncestral, index % 2 == 1 else { return 0 }
        return Self.up(from: levels.sigmas[index / 2], to: levels.sigmas[index / 2 + 1])
    }

    public mutating func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        let up = try sigma(at: index, eta: eta)
        try check(output, noise, against: sample)
        let sample = try sample.to(.float32), sigma = sigmas[index]
        let original = try levels.original(output.to(.float32), sample, sigma: sigma)
        let direction = try (sample - original) / sigma
        let mean: Tensor
        if index % 2 == 0 {
            mean = try sample + direction * ((index + 1 < times.count ? sigmas[index + 1] : 0) - sigma)
            half = (index, sample)
        } else {
            guard let half, half.index + 1 == index else {
                throw RhumbError.outOfOrder(index: index, expected: half.map { $0.index + 1 } ?? 0, sampler: name)
            }
            let from = sigmas[index - 1], next = levels.sigmas[index / 2 + 1]
            let end = isAncestral ? Self.down(from: from, to: next) : next
            mean = try half.sample + direction * (end - from)
            self.half = nil
        }
        return try DenoisingStep(mean: mean, original, direction, sigma: up, noise: noise, at: index)
    }
}

import Basics
import Foundation
import Tensor

/// DEIS, multistep of order 1 to 3 (Zhang and Chen 2023): the predicted noise is extrapolated as a polynomial in the
/// logarithm of ρ = σ / √ᾱ, and integrated exactly; deterministic.
///
/// Numbers are those of diffusers' `DEISMultistepScheduler`.
public struct DEISScheduler: Sampler {
    private let configuration: SchedulerConfiguration
    private let timesteps: [Int]
    private let sigmas: [Float]
    private let order: Int
    /// Noise predicted at the steps before, the latest first.
    private var predictions: [Tensor] = []
    private var next: Int?

    public var times: [Float] { timesteps.map(Float.init) }
    public var initialNoiseSigma: Float { 1 }

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps: Int) throws {
        let c = configuration
        for (key, value, known) in [
            ("algorithm_type", c.algorithmType, ["deis", "dpmsolver", "dpmsolver++"]),
            ("solver_type", c.solverType, ["logrho", "midpoint", "heun", "bh1", "bh2"]),
        ] {
            if let value, !known.contains(value) { throw RhumbError.option(key, value, known: known) }
        }
        self.configuration = c
        order = try c.order()
        // In diffusers it always ends at the lowest σ, and passes over the options of others.
        var plain = c
        (plain.finalSigmasType, plain.lambdaMinClipped) = ("sigma_min", nil)
        (plain.rescaleBetasZeroSNR, plain.useLuLambdas) = (false, nil)
        let levels = try SolverLevels(plain, steps: steps, by: "DEIS")
        timesteps = levels.timesteps
        let own = Array(levels.sigmas.dropLast())
        // Of Karras' levels the last one comes twice.
        sigmas = own + (c.useKarrasSigmas == true ? own.suffix(1) : levels.sigmas.suffix(1))
    }

    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try check(index)
        try check(noise, nil, against: original)
        let level = SolverLevel(sigmas[index])
        return try original * level.signal + noise * level.deviation
    }

    public mutating func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        try check(index)
        try check(output, noise, against: sample)
        if let next, next != index { throw RhumbError.outOfOrder(index: index, expected: next, sampler: "DEIS") }
        let sample = try sample.to(.float32)
        let from = SolverLevel(sigmas[index]), to = SolverLevel(sigmas[index + 1])
        let prediction = try SolverPrediction(output.to(.float32), sample, from, configuration.predictionType)
        let known = [prediction.epsilon] + predictions.prefix(2)
        let order = orderNow(index)
        let previous: Tensor
        if order == 1 {
            let h = to.logarithm - from.logarithm
            previous = try sample * (to.signal / from.signal) - prediction.epsilon * (to.deviation * (exp(h) - 1))
        } else {
            // ρ of the levels that the polynomial goes through, the latest first.
            let ratios = (0..<order).map { ratio(index - $0) }
            var sum = try sample / from.signal
            for (place, epsilon) in known.prefix(order).enumerated() {
                // The level itself and then the others in a circle: diffusers' order, for its rounding.
                let circle = (0..<order).map { ratios[(place + $0) % order] }
                let weight = Self.integral(ratio(index + 1), circle) - Self.integral(ratio(index), circle)
                sum = try sum + epsilon * weight
            }
            previous = try sum * to.signal
        }
        let isLast = index + 1 == timesteps.count
        next = isLast ? nil : index + 1
        predictions = isLast ? [] : known
        return DenoisingStep(
            previous: previous, mean: previous, predictedOriginal: prediction.original, epsilon: prediction.epsilon,
            sigma: 0, logProbability: nil)
    }

    private func ratio(_ index: Int) -> Float {
        let level = SolverLevel(sigmas[index])
        return level.deviation / level.signal
    }

    private func orderNow(_ index: Int) -> Int {
        let lowers = configuration.lowerOrderFinal ?? true && timesteps.count < 15
        let left = timesteps.count - index
        return min(order, predictions.count + 1, lowers && left <= 2 ? left : 3)
    }

    /// The integral up to t of the polynomial in log ρ that is 1 at the first of two or three levels and 0 at the others.
    private static func integral(_ t: Float, _ levels: [Float]) -> Float {
        let time = log(t), own = log(levels[0]), other = log(levels[1])
        guard levels.count == 3 else { return t * (-other + time - 1) / (own - other) }
        let last = log(levels[2])
        let numerator = t * (other * (last - time + 1) - last * time + last + time * time - 2 * time + 2)
        return numerator / ((own - other) * (own - last))
    }
}

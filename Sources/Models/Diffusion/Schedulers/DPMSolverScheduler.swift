import Basics
import Foundation
import Tensor

/// DPM-Solver++ of second order, multistep (Lu et al. 2022, "DPM-Solver++", algorithm 2): deterministic, and good in 15
/// to 25 steps.
///
/// Numbers are those of diffusers' `DPMSolverMultistepScheduler`. Each step uses what the one before predicted, so
/// steps are taken in order.
public struct DPMSolverScheduler: Sampler {
    public let configuration: SchedulerConfiguration
    public let schedule: NoiseSchedule
    /// The training timestep of each step, falling.
    public let timesteps: [Int]
    /// σ / √ᾱ at each step, and what the last one leads to.
    public let sigmas: [Float]
    private let order: Int
    private let usesHeun: Bool
    /// The clean sample that the step before predicted, and that step's index.
    private var last: (index: Int, original: Tensor)?

    public var times: [Float] { timesteps.map(Float.init) }
    public var initialNoiseSigma: Float { 1 }

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps: Int) throws {
        let c = configuration
        try c.refuse(
            [
                "thresholding": c.thresholding, "use_exponential_sigmas": c.useExponentialSigmas,
                "use_beta_sigmas": c.useBetaSigmas, "use_lu_lambdas": c.useLuLambdas,
                "use_flow_sigmas": c.useFlowSigmas,
            ], by: "DPM-Solver++")
        for (key, value, known) in [
            ("algorithm_type", c.algorithmType, ["dpmsolver++"]), ("solver_type", c.solverType, ["midpoint", "heun"]),
            ("solver_order", c.solverOrder.map(String.init), ["1", "2"]),
        ] {
            if let value, !known.contains(value) { throw RhumbError.option(key, value, known: known) }
        }
        self.configuration = c
        order = c.solverOrder ?? 2
        usesHeun = c.solverType == "heun"
        schedule = try NoiseSchedule(c)
        let training = c.numTrainTimesteps
        guard (1...training).contains(steps) else { throw RhumbError.steps(steps, limit: training) }
        let levels = SigmaSchedule(schedule, rescaledToZeroSNR: c.rescaleBetasZeroSNR)
        if c.useKarrasSigmas == true {
            let karras = SigmaSchedule.karras(from: levels.highest, to: levels.lowest, count: steps)
            let times = karras.map(levels.timestep)
            timesteps = times.map {
                Int(c.betaSchedule == .squaredCosine ? $0 : $0.rounded(.toNearestOrEven))
            }
            sigmas = try karras.map { Float($0) } + [levels.final(c.finalSigmasType)]
        } else {
            timesteps = (c.timestepSpacing ?? .linspace).multistepTimesteps(
                steps: steps, training: training, last: training - levels.count(below: c.lambdaMinClipped),
                offset: c.stepsOffset)
            if let outside = timesteps.first(where: { !(0..<training).contains($0) }) {
                throw RhumbError.timestep(outside, limit: training)
            }
            sigmas = try timesteps.map { Float(levels.sigma(at: Double($0))) } + [levels.final(c.finalSigmasType)]
        }
    }

    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try check(index)
        try check(noise, nil, against: original)
        let level = Level(sigmas[index])
        return try original * level.signal + noise * level.deviation
    }

    public mutating func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        try check(index)
        try check(output, noise, against: sample)
        if let last, last.index + 1 != index {
            throw RhumbError.outOfOrder(index: index, expected: last.index + 1, sampler: "DPM-Solver++")
        }
        let output = try output.to(.float32), sample = try sample.to(.float32)
        let from = Level(sigmas[index]), to = Level(sigmas[index + 1])
        let original: Tensor =
            switch configuration.predictionType {
            case .epsilon: try (sample - output * from.deviation) / from.signal
            case .sample: output
            case .velocity: try sample * from.signal - output * from.deviation
            }
        let h = to.logarithm - from.logarithm
        let growth = to.signal * (exp(-h) - 1)
        var previous = try sample * (to.deviation / from.deviation) - original * growth
        if let last, order == 2, !isFirstOrder(index) {
            let ratio = (from.logarithm - Level(sigmas[index - 1]).logarithm) / h
            let slope = try (original - last.original) * (1 / ratio)
            let curvature = usesHeun ? to.signal * ((exp(-h) - 1) / h + 1) : -0.5 * growth
            previous = try previous + slope * curvature
        }
        last = index + 1 < timesteps.count ? (index, original) : nil
        return DenoisingStep(
            previous: previous, mean: previous, predictedOriginal: original,
            epsilon: try (sample - original * from.signal) / from.deviation, sigma: 0, logProbability: nil)
    }

    /// The last step is of first order where that is stabler: with few steps, or down to no noise at all.
    private func isFirstOrder(_ index: Int) -> Bool {
        guard index == timesteps.count - 1 else { return false }
        let c = configuration
        return c.eulerAtFinal ?? false || (c.lowerOrderFinal ?? true && timesteps.count < 15)
            || c.finalSigmasType ?? "zero" == "zero"
    }

    /// A noise level as √ᾱ and √(1 − ᾱ), and the logarithm of their ratio, λ.
    private struct Level {
        let signal, deviation: Float
        var logarithm: Float { log(signal) - log(deviation) }

        init(_ sigma: Float) {
            signal = 1 / (sigma * sigma + 1).squareRoot()
            deviation = sigma * signal
        }
    }
}

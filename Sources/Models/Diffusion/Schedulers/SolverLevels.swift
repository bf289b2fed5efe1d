import Basics
import Foundation

/// The noise levels that the multistep and singlestep solvers go along: DPM-Solver, DEIS and UniPC.
struct SolverLevels {
    /// The training timestep of each step, falling.
    let timesteps: [Int]
    /// σ / √ᾱ at each step, and what the last one leads to.
    let sigmas: [Float]

    /// - Parameter solver: its name in errors.
    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that solvers can't do.
    init(_ c: SchedulerConfiguration, steps: Int, by solver: String) throws {
        try c.refuse(
            [
                "thresholding": c.thresholding, "use_exponential_sigmas": c.useExponentialSigmas,
                "use_beta_sigmas": c.useBetaSigmas, "use_lu_lambdas": c.useLuLambdas,
                "use_flow_sigmas": c.useFlowSigmas,
            ], by: solver)
        let training = c.numTrainTimesteps
        guard (1...training).contains(steps) else { throw RhumbError.steps(steps, limit: training) }
        let levels = SigmaSchedule(try NoiseSchedule(c), rescaledToZeroSNR: c.rescaleBetasZeroSNR)
        if c.useKarrasSigmas == true {
            let karras = SigmaSchedule.karras(from: levels.highest, to: levels.lowest, count: steps)
            timesteps = karras.map(levels.timestep).map {
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

    func level(_ index: Int) -> SolverLevel { SolverLevel(sigmas[index]) }
}

/// A noise level as √ᾱ and √(1 − ᾱ), and the logarithm of their ratio, λ.
struct SolverLevel {
    let signal, deviation: Float
    var logarithm: Float { log(signal) - log(deviation) }

    init(_ sigma: Float) {
        signal = 1 / (sigma * sigma + 1).squareRoot()
        deviation = sigma * signal
    }
}

import Basics
import Foundation
import Tensor

/// DPM-Solver's four ways from one noise level to another (Lu et al. 2022, "DPM-Solver" and "DPM-Solver++").
enum SolverAlgorithm: String, CaseIterable {
    /// Along the predicted original.
    case original = "dpmsolver++"
    /// Along the predicted noise.
    case noise = "dpmsolver"
    case stochasticOriginal = "sde-dpmsolver++"
    case stochasticNoise = "sde-dpmsolver"

    /// What a configuration says, or `dpmsolver++`, which diffusers takes for DEIS's files too.
    init(_ configuration: SchedulerConfiguration) throws {
        let name = configuration.algorithmType ?? Self.original.rawValue
        guard let known = Self(rawValue: name == "deis" ? Self.original.rawValue : name) else {
            throw RhumbError.option("algorithm_type", name, known: Self.allCases.map(\.rawValue))
        }
        self = known
        // The noise is unbounded where none is left.
        if !followsOriginal, configuration.finalSigmasType ?? "zero" == "zero" {
            throw RhumbError.schedule(
                "final_sigmas_type", "zero", expected: "'sigma_min' where 'algorithm_type' is '\(name)'")
        }
    }

    var followsOriginal: Bool { self == .original || self == .stochasticOriginal }
    var isStochastic: Bool { self == .stochasticOriginal || self == .stochasticNoise }
    /// The same along the same prediction, with noise or without.
    func stochastic(_ isStochastic: Bool) -> SolverAlgorithm {
        followsOriginal ? isStochastic ? .stochasticOriginal : .original : isStochastic ? .stochasticNoise : .noise
    }
}

/// The factors of one of DPM-Solver's updates, as diffusers computes them in float32.
struct SolverUpdate {
    /// Of the sample.
    let scale: Float
    /// Of the prediction.
    let first: Float
    /// Of its slope, by the midpoint and by Heun's rule.
    let midpoint, heun: Float
    /// Of its curvature; stochastic solvers along the noise have none.
    let third: Float?
    /// σ of the noise that is added.
    let noise: Float

    init(_ algorithm: SolverAlgorithm, from: SolverLevel, to: SolverLevel) {
        let h = to.logarithm - from.logarithm
        let ratio = (original: to.deviation / from.deviation, noise: to.signal / from.signal)
        switch algorithm {
        case .original:
            let growth = exp(-h) - 1
            (scale, first) = (ratio.original, -(to.signal * growth))
            heun = to.signal * (growth / h + 1)
            third = -(to.signal * ((growth + h) / (h * h) - 0.5))
            noise = 0
        case .noise:
            let growth = exp(h) - 1
            (scale, first) = (ratio.noise, -(to.deviation * growth))
            heun = -(to.deviation * (growth / h - 1))
            third = -(to.deviation * ((growth - h) / (h * h) - 0.5))
            noise = 0
        case .stochasticOriginal:
            let growth = 1 - exp(-2 * h)
            (scale, first) = (ratio.original * exp(-h), to.signal * growth)
            heun = to.signal * (growth / (-2 * h) + 1)
            third = to.signal * ((growth - 2 * h) / (4 * h * h) - 0.5)
            noise = to.deviation * growth.squareRoot()
        case .stochasticNoise:
            let growth = exp(h) - 1
            (scale, first) = (ratio.noise, -2 * (to.deviation * growth))
            heun = -2 * (to.deviation * (growth / h - 1))
            third = nil
            noise = to.deviation * (exp(2 * h) - 1).squareRoot()
        }
        midpoint = 0.5 * first
    }
}

/// What a model's output amounts to at a solver's level.
struct SolverPrediction {
    let original: Tensor
    /// ε̂ by way of x̂₀, as DEIS takes it.
    let epsilon: Tensor
    /// ε̂ without that way, which at low noise costs digits.
    private let direct: Tensor

    init(_ output: Tensor, _ sample: Tensor, _ level: SolverLevel, _ type: PredictionType) throws {
        switch type {
        case .epsilon: original = try (sample - output * level.deviation) / level.signal
        case .sample: original = output
        case .velocity: original = try sample * level.signal - output * level.deviation
        }
        epsilon = try (sample - original * level.signal) / level.deviation
        switch type {
        case .epsilon: direct = output
        case .sample: direct = epsilon
        case .velocity: direct = try output * level.signal + sample * level.deviation
        }
    }

    func followed(by algorithm: SolverAlgorithm) -> Tensor { algorithm.followsOriginal ? original : direct }
}

extension SchedulerConfiguration {
    /// `solver_order`, 2 by default.
    func order() throws -> Int {
        let order = solverOrder ?? 2
        guard (1...3).contains(order) else {
            throw RhumbError.option("solver_order", "\(order)", known: ["1", "2", "3"])
        }
        return order
    }

    /// Whether DPM-Solver takes Heun's rule; names of other solvers' rules mean the midpoint, as in diffusers.
    func usesHeun() throws -> Bool {
        let type = solverType ?? "midpoint"
        guard ["midpoint", "heun", "logrho", "bh1", "bh2"].contains(type) else {
            throw RhumbError.option("solver_type", type, known: ["midpoint", "heun"])
        }
        return type == "heun"
    }

    /// Refuses predictions with a variance beside the noise, which a UNet of Stable Diffusion has not.
    func refuseLearnedVariance() throws {
        if let variance = varianceType, variance.hasPrefix("learned") {
            throw RhumbError.option("variance_type", variance, known: ["fixed_small", "fixed_large"])
        }
    }
}

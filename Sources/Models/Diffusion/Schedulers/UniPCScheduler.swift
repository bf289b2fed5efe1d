import Basics
import Foundation
import Tensor

/// UniPC (Zhao et al. 2023): a predictor and a corrector of one order, without further calls of the model:
/// deterministic.
///
/// Numbers are those of diffusers' `UniPCMultistepScheduler`.
public struct UniPCScheduler: Sampler {
    private let configuration: SchedulerConfiguration
    private let timesteps: [Int]
    private let sigmas: [Float]
    private let order: Int
    private let usesFirstForm: Bool
    /// Predicted originals at the steps before, the latest first, and from where the last step went.
    private var originals: [Tensor] = []
    private var last: (index: Int, sample: Tensor, order: Int)?

    public var times: [Float] { timesteps.map(Float.init) }
    public var initialNoiseSigma: Float { 1 }

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps: Int) throws {
        let c = configuration
        order = try c.order()
        if c.predictX0 == false { throw RhumbError.option("predict_x0", "false", known: ["true"]) }
        if c.disableCorrector?.isEmpty == false {
            throw RhumbError.option("disable_corrector", "\(c.disableCorrector ?? [])", known: ["[]"])
        }
        usesFirstForm = c.solverType == "bh1"
        self.configuration = c
        // It passes over DPM-Solver's own options.
        var plain = c
        (plain.lambdaMinClipped, plain.useLuLambdas) = (nil, nil)
        let levels = try SolverLevels(plain, steps: steps, by: "UniPC")
        (timesteps, sigmas) = (levels.timesteps, levels.sigmas)
    }

    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try check(index)
        try check(noise, nil, against: original)
        let level = NoiseLevel(sigmas[index])
        return try original * Float(level.signal) + noise * Float(level.deviation)
    }

    public mutating func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        try check(index)
        try check(output, noise, against: sample)
        if let last, last.index + 1 != index {
            throw RhumbError.outOfOrder(index: index, expected: last.index + 1, sampler: "UniPC")
        }
        let output = try output.to(.float32)
        var sample = try sample.to(.float32)
        let level = NoiseLevel(sigmas[index]), signal = Float(level.signal), deviation = Float(level.deviation)
        let original: Tensor =
            switch configuration.predictionType {
            case .epsilon: try (sample - output * deviation) / signal
            case .sample: output
            case .velocity: try sample * signal - output * deviation
            }
        if let last {
            sample = try moved(last.sample, from: index - 1, order: last.order, corrector: original)
        }
        let epsilon = try (sample - original * signal) / deviation
        originals = [original] + originals.prefix(order - 1)
        var now = configuration.lowerOrderFinal ?? true ? min(order, timesteps.count - index) : order
        now = min(now, originals.count)
        let previous = try moved(sample, from: index, order: now, corrector: nil)
        last = index + 1 < timesteps.count ? (index, sample, now) : nil
        return DenoisingStep(
            previous: previous, mean: previous, predictedOriginal: original, epsilon: epsilon, sigma: 0,
            logProbability: nil)
    }

    /// From a step to the one after it, by the originals that were predicted up to it.
    ///
    /// - Parameter corrector: the original predicted after it, for the corrector; nil for the predictor.
    private func moved(_ sample: Tensor, from index: Int, order: Int, corrector: Tensor?) throws -> Tensor {
        let from = NoiseLevel(sigmas[index]), to = NoiseLevel(sigmas[index + 1])
        let h = to.logarithm - from.logarithm, growth = expm1(-h)
        let scale = usesFirstForm ? -h : growth
        let ratios = (1..<order).map { (NoiseLevel(sigmas[index - $0]).logarithm - from.logarithm) / h } + [1]
        // Equations of the orders: the sum over r of ρ rⁿ⁻¹ is bₙ.
        var rows: [[Double]] = [], right: [Double] = []
        var factorial = 1.0, phi = growth / -h - 1
        for power in 1...order {
            rows.append(ratios.map { pow($0, Double(power - 1)) })
            right.append(phi * factorial / scale)
            factorial *= Double(power + 1)
            phi = phi / -h - 1 / factorial
        }
        let latest = originals[0]
        let weights: [Double]
        if corrector == nil {
            // Of second order diffusers takes the simplified weight.
            weights = order == 2 ? [0.5] : Self.solved(rows.dropLast().map { $0.dropLast() }, Array(right.dropLast()))
        } else {
            weights = order == 1 ? [0.5] : Self.solved(rows, right)
        }
        var result = try sample * Float(to.deviation / from.deviation) - latest * Float(to.signal * growth)
        let factor = to.signal * scale
        for (place, ratio) in ratios.dropLast().enumerated() {
            let slope = try (originals[place + 1] - latest) / Float(ratio)
            result = try result - slope * Float(factor * weights[place])
        }
        if let corrector { result = try result - (corrector - latest) * Float(factor * weights[weights.count - 1]) }
        return result
    }

    /// The solution of a system of up to three equations, by elimination.
    private static func solved(_ rows: [[Double]], _ right: [Double]) -> [Double] {
        var rows = rows, right = right
        let count = right.count
        for column in 0..<count {
            let pivot = (column..<count).max { abs(rows[$0][column]) < abs(rows[$1][column]) }!
            rows.swapAt(column, pivot)
            right.swapAt(column, pivot)
            for row in 0..<count where row != column {
                let factor = rows[row][column] / rows[column][column]
                for place in column..<count { rows[row][place] -= factor * rows[column][place] }
                right[row] -= factor * right[column]
            }
        }
        return (0..<count).map { right[$0] / rows[$0][$0] }
    }
}

/// A noise level as √ᾱ and √(1 − ᾱ), and the logarithm of their ratio, λ.
struct NoiseLevel {
    let signal, deviation: Double
    var logarithm: Double { log(signal) - log(deviation) }

    init(_ sigma: Float) {
        signal = 1 / (Double(sigma) * Double(sigma) + 1).squareRoot()
        deviation = Double(sigma) * signal
    }
}

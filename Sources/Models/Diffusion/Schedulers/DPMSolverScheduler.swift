import Basics
import Tensor

/// DPM-Solver++ and DPM-Solver, multistep, of order 1 to 3 (Lu et al. 2022, "DPM-Solver++", algorithm 2), deterministic
/// or with fresh noise at each step; good in 15 to 25 steps.
///
/// Numbers are those of diffusers' `DPMSolverMultistepScheduler`. Each step uses what those before predicted, so steps
/// are taken in order.
public struct DPMSolverScheduler: Sampler {
    public let configuration: SchedulerConfiguration
    /// The training timestep of each step, falling.
    public var timesteps: [Int] { levels.timesteps }
    private let levels: SolverLevels
    private let algorithm: SolverAlgorithm
    private let order: Int
    private let usesHeun: Bool
    /// What the steps before predicted, the latest first.
    private var predictions: [Tensor] = []
    private var next: Int?

    public var times: [Float] { timesteps.map(Float.init) }
    public var initialNoiseSigma: Float { 1 }

    /// - Parameter isStochastic: whether steps add noise; nil as the configuration's `algorithm_type` says.
    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps: Int, isStochastic: Bool? = nil) throws {
        self.configuration = configuration
        let own = try SolverAlgorithm(configuration)
        algorithm = own.stochastic(isStochastic ?? own.isStochastic)
        order = try configuration.order()
        if order == 3, algorithm == .stochasticNoise {
            throw RhumbError.option("solver_order", "3", known: ["1", "2"])
        }
        usesHeun = try configuration.usesHeun()
        try configuration.refuseLearnedVariance()
        levels = try SolverLevels(configuration, steps: steps, by: "DPM-Solver++")
    }

    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try check(index)
        try check(noise, nil, against: original)
        let level = levels.level(index)
        return try original * level.signal + noise * level.deviation
    }

    public func sigma(at index: Int, eta: Double) throws -> Float {
        try check(index)
        return update(index).noise
    }

    /// Stochastic, noise is drawn for every step, also where its deviation is 0.
    public func needsNoise(at index: Int, eta: Double) throws -> Bool {
        try check(index)
        return algorithm.isStochastic
    }

    public mutating func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        try check(index)
        try check(output, noise, against: sample)
        if let next, next != index {
            throw RhumbError.outOfOrder(index: index, expected: next, sampler: "DPM-Solver++")
        }
        let sample = try sample.to(.float32)
        let prediction = try SolverPrediction(
            output.to(.float32), sample, levels.level(index), configuration.predictionType)
        let latest = prediction.followed(by: algorithm), update = update(index)
        var mean = try sample * update.scale + latest * update.first
        let order = orderNow(index)
        if order > 1 {
            func logarithm(_ back: Int) -> Float { levels.level(index - back).logarithm }
            let h = levels.level(index + 1).logarithm - logarithm(0)
            let near = (logarithm(0) - logarithm(1)) / h
            let slope = try (latest - predictions[0]) * (1 / near)
            if order == 2 {
                mean = try mean + slope * (usesHeun ? update.heun : update.midpoint)
            } else if let third = update.third {
                let far = (logarithm(1) - logarithm(2)) / h
                let change = try slope - (predictions[0] - predictions[1]) * (1 / far)
                mean = try mean + (slope + change * (near / (near + far))) * update.heun
                mean = try mean + change * (1 / (near + far)) * third
            }
        }
        let isLast = index + 1 == timesteps.count
        next = isLast ? nil : index + 1
        predictions = isLast ? [] : [latest] + predictions.prefix(1)
        return try DenoisingStep(
            mean: mean, prediction.original, prediction.epsilon, sigma: update.noise, noise: noise, at: index)
    }

    private func update(_ index: Int) -> SolverUpdate {
        SolverUpdate(algorithm, from: levels.level(index), to: levels.level(index + 1))
    }

    /// The last steps are of lower order where that is stabler: with few steps, or down to no noise at all.
    private func orderNow(_ index: Int) -> Int {
        let c = configuration, left = timesteps.count - index
        let lowers = c.lowerOrderFinal ?? true && timesteps.count < 15
        if left == 1, c.eulerAtFinal ?? false || lowers || c.finalSigmasType ?? "zero" == "zero" { return 1 }
        return min(order, predictions.count + 1, lowers && left == 2 ? 2 : 3)
    }
}

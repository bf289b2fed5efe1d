import Basics
import Tensor

/// DPM-Solver++ and DPM-Solver, singlestep: blocks of steps, each of which goes again from where its block began, with
/// what the block's steps have predicted (Lu et al. 2022, "DPM-Solver", algorithms 1 and 2). Deterministic.
///
/// Numbers are those of diffusers' `DPMSolverSinglestepScheduler`; a call of the model counts as a step, as there.
public struct DPMSolverSinglestepScheduler: Sampler {
    private let configuration: SchedulerConfiguration
    private let levels: SolverLevels
    private let algorithm: SolverAlgorithm
    private let usesHeun: Bool
    /// The order of each step.
    private let orders: [Int]
    /// What the steps before predicted, the latest first, and where the block began.
    private var predictions: [Tensor] = []
    private var start: Tensor?
    private var next: Int?

    public var times: [Float] { levels.timesteps.map(Float.init) }
    public var initialNoiseSigma: Float { 1 }

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps: Int) throws {
        self.configuration = configuration
        let own = try SolverAlgorithm(configuration)
        // Files of other classes are sampled without noise, and one of this class says what it wants.
        if own.isStochastic, configuration.className == SamplerKind.dpmSolverSinglestep.className {
            throw RhumbError.option("algorithm_type", own.rawValue, known: ["dpmsolver++", "dpmsolver"])
        }
        algorithm = own.stochastic(false)
        usesHeun = try configuration.usesHeun()
        try configuration.refuseLearnedVariance()
        // In diffusers it passes over spacing and rescaling.
        var plain = configuration
        (plain.timestepSpacing, plain.stepsOffset, plain.rescaleBetasZeroSNR) = (.linspace, 0, false)
        levels = try SolverLevels(plain, steps: steps, by: "DPM-Solver++ singlestep")
        let endsClean = configuration.finalSigmasType ?? "zero" == "zero", order = try configuration.order()
        orders = Self.orders(
            steps: steps, order: order,
            endsLower: configuration.lowerOrderFinal ?? false || endsClean || steps % order != 0, endsClean: endsClean)
    }

    /// As `get_order_list` of diffusers.
    private static func orders(steps: Int, order: Int, endsLower: Bool, endsClean: Bool) -> [Int] {
        let block = Array(1...order)
        var orders = (0..<steps).map { block[$0 % order] }
        if endsLower, order > 1, steps % order == 0 {
            // A whole block at the end gives up its highest order.
            orders.replaceSubrange((steps - order)..., with: order == 3 ? [1, 2, 1] : [1, 1])
        }
        if endsClean { orders[steps - 1] = 1 }
        return orders
    }

    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try check(index)
        try check(noise, nil, against: original)
        let level = levels.level(index)
        return try original * level.signal + noise * level.deviation
    }

    public mutating func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        try check(index)
        try check(output, noise, against: sample)
        if let next, next != index {
            throw RhumbError.outOfOrder(index: index, expected: next, sampler: "DPM-Solver++ singlestep")
        }
        let sample = try sample.to(.float32)
        let prediction = try SolverPrediction(
            output.to(.float32), sample, levels.level(index), configuration.predictionType)
        predictions = [prediction.followed(by: algorithm)] + predictions.prefix(2)
        let order = min(orders[index], predictions.count)
        let begin = order > 1 ? start ?? sample : sample
        start = begin
        let base = levels.level(index - order + 1), to = levels.level(index + 1)
        let update = SolverUpdate(algorithm, from: base, to: to)
        let h = to.logarithm - base.logarithm
        func share(_ back: Int) -> Float { (levels.level(index - back).logarithm - base.logarithm) / h }
        let first = predictions[order - 1]
        var mean = try begin * update.scale + first * update.first
        if order > 1 {
            let near = try (predictions[0] - first) * (1 / share(0))
            if order == 2 {
                mean = try mean + near * (usesHeun ? update.heun : update.midpoint)
            } else if let third = update.third {
                let far = try (predictions[1] - first) * (1 / share(1)), difference = share(0) - share(1)
                let slope = usesHeun ? try (far * share(0) - near * share(1)) / difference : near
                mean = try mean + slope * update.heun
                if usesHeun { mean = try mean + (near - far) * (2 / difference) * third }
            }
        }
        let isLast = index + 1 == times.count
        next = isLast ? nil : index + 1
        if isLast { (predictions, start) = ([], nil) }
        return try DenoisingStep(
            mean: mean, prediction.original, prediction.epsilon, sigma: 0, noise: nil, at: index)
    }
}

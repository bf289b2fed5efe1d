import Basics
import Tensor

/// Pseudo numerical methods for diffusion models (Liu et al. 2022) as Stable Diffusion 1.x is published with: linear
/// multistep of fourth order (PLMS), whose first step asks the model twice.
///
/// Numbers are those of diffusers' `PNDMScheduler` with `skip_prk_steps`. `times` has an entry for each call of the
/// model, one more than there are steps.
public struct PNDMScheduler: Sampler {
    private let steps: AlphaSteps
    /// Timesteps from one step to the next.
    private let distance: Int
    /// Predictions of the noise at the calls before, the latest last, and the first call's sample.
    private var predictions: [Tensor] = []
    private var start: Tensor?
    private var next: (index: Int, calls: Int)?

    public var times: [Float] { steps.timesteps.map(Float.init) }
    public var initialNoiseSigma: Float { 1 }

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps count: Int) throws {
        let training = configuration.numTrainTimesteps
        guard (1...training).contains(count) else { throw RhumbError.steps(count, limit: training) }
        // Configurations of other samplers say nothing of it; PNDM's own mean no by nothing.
        let isOwn = configuration.className == SamplerKind.pndm.className
        guard configuration.skipPRKSteps ?? !isOwn else {
            throw RhumbError.option("skip_prk_steps", "false", known: ["true"])
        }
        guard configuration.predictionType != .sample else {
            throw RhumbError.option(
                "prediction_type", "sample", known: [PredictionType.epsilon, .velocity].map(\.rawValue))
        }
        distance = training / count
        let falling = (configuration.timestepSpacing ?? .leading)
            .timesteps(steps: count, training: training, offset: configuration.stepsOffset)
            .map { Int($0.rounded(.toNearestOrEven)) }
        // The second one twice: the first step is taken once more, with the mean of both predictions.
        let calls = falling.prefix(2) + falling.dropFirst()
        steps = try AlphaSteps(configuration, timesteps: Array(calls), by: "PNDM")
    }

    public func addNoise(to original: Tensor, noise: Tensor, at index: Int) throws -> Tensor {
        try steps.addNoise(to: original, noise: noise, at: index)
    }

    public mutating func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        try check(index)
        try check(output, noise, against: sample)
        if let next, next.index != index {
            throw RhumbError.outOfOrder(index: index, expected: next.index, sampler: "PNDM")
        }
        let output = try output.to(.float32), given = try sample.to(.float32)
        let calls = next?.calls ?? 0
        next = index + 1 < steps.timesteps.count ? (index + 1, calls + 1) : nil
        var time = steps.timesteps[index], sample = given
        var following = time - distance
        if calls == 1 {
            (time, following) = (time + distance, time)
        } else {
            predictions = predictions.suffix(3) + [output]
        }
        let model: Tensor
        let e = predictions
        switch (e.count, calls) {
        case (1, 0):
            model = output
            start = sample
        case (1, _):
            model = try (output + e[0]) / 2
            sample = start ?? sample
            start = nil
        case (2, _): model = try (e[1] * 3 - e[0]) / 2
        case (3, _): model = try (e[2] * 23 - e[1] * 16 + e[0] * 5) / 12
        default: model = try (e[3] * 55 - e[2] * 59 + e[1] * 37 - e[0] * 9) * (1 / 24)
        }
        let (original, epsilon) = try steps.prediction(output, given, at: index)
        let previous = try transferred(sample, model, from: time, to: following)
        return DenoisingStep(
            previous: previous, mean: previous, predictedOriginal: original, epsilon: epsilon, sigma: 0,
            logProbability: nil)
    }

    /// Equation 9.
    private func transferred(_ sample: Tensor, _ output: Tensor, from time: Int, to following: Int) throws -> Tensor {
        let limit = steps.configuration.numTrainTimesteps
        guard time < limit else { throw RhumbError.timestep(time, limit: limit) }
        let endsAtOne = steps.configuration.setAlphaToOne ?? false
        let here = steps.alpha(time, endsAtOne: endsAtOne), there = steps.alpha(following, endsAtOne: endsAtOne)
        let epsilon =
            steps.configuration.predictionType == .velocity
            ? try output * here.squareRoot() + sample * (1 - here).squareRoot() : output
        let divisor = here * (1 - there).squareRoot() + (here * (1 - here) * there).squareRoot()
        return try sample * (there / here).squareRoot() - epsilon * (there - here) / divisor
    }
}

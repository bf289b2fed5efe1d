import Basics
import Tensor

/// Linear multistep of fourth order along the probability-flow equation (k-diffusion's LMS): deterministic.
///
/// Numbers are those of diffusers' `LMSDiscreteScheduler`.
public struct LMSScheduler: SigmaSampler {
    private let levels: EulerScheduler
    /// Directions at the steps before, the latest first.
    private var directions: [Tensor] = []
    private var next: Int?
    private static let order = 4

    public var times: [Float] { levels.times }
    public var sigmas: [Float] { levels.sigmas }
    public var initialNoiseSigma: Float { levels.initialNoiseSigma }

    /// - Throws: `RhumbError` for a number of steps, or an option of the configuration, that it can't do.
    public init(_ configuration: SchedulerConfiguration, steps: Int) throws {
        var plain = configuration.withPlainSigmas
        plain.rescaleBetasZeroSNR = false
        levels = try EulerScheduler(plain, steps: steps)
    }

    public mutating func step(
        _ output: Tensor, at index: Int, _ sample: Tensor, eta: Double = 0, noise: Tensor? = nil
    ) throws -> DenoisingStep {
        try check(index)
        try check(output, noise, against: sample)
        if let next, next != index { throw RhumbError.outOfOrder(index: index, expected: next, sampler: "LMS") }
        next = index + 1 < times.count ? index + 1 : nil
        let sample = try sample.to(.float32), sigma = levels.sigmas[index]
        let original = try levels.original(output.to(.float32), sample, sigma: sigma)
        let direction = try (sample - original) / sigma
        directions = [direction] + directions.prefix(Self.order - 1)
        let order = min(index + 1, Self.order)
        var previous = sample
        for (place, direction) in directions.prefix(order).enumerated() {
            previous = try previous + direction * Float(coefficient(place, order: order, at: index))
        }
        return DenoisingStep(
            previous: previous, mean: previous, predictedOriginal: original, epsilon: direction, sigma: 0,
            logProbability: nil)
    }

    /// The integral over a step of the polynomial that is 1 at the σ of one direction and 0 at those of the others.
    private func coefficient(_ place: Int, order: Int, at index: Int) -> Double {
        let sigmas = levels.sigmas.map(Double.init)
        func polynomial(_ sigma: Double) -> Double {
            (0..<order).filter { $0 != place }.reduce(1) { product, other in
                product * (sigma - sigmas[index - other]) / (sigmas[index - place] - sigmas[index - other])
            }
        }
        // Gauss's two points are exact up to the third degree.
        let middle = (sigmas[index] + sigmas[index + 1]) / 2, half = (sigmas[index + 1] - sigmas[index]) / 2
        let point = half * (1.0 / 3).squareRoot()
        return half * (polynomial(middle - point) + polynomial(middle + point))
    }
}

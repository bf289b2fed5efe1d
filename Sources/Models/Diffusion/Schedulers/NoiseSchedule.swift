import Basics
import Foundation
import Tensor

/// How much of a sample is left at each training timestep.
///
/// The arithmetic is PyTorch's, in float32 and with its roundings, so that every number is the one that diffusers
/// computes (rescaled schedules to a unit in the last place): a log-probability at a small σ shows the last bit of ᾱ.
public struct NoiseSchedule: Sendable, Equatable {
    /// β of each training timestep.
    public let betas: [Float]
    /// ᾱ of each training timestep: the product of 1 − β up to it.
    public let alphasCumprod: [Float]

    /// - Throws: `RhumbError` for a schedule that is none: no timesteps, betas outside 0…1.
    public init(_ configuration: SchedulerConfiguration) throws {
        let c = configuration
        guard (1...1_000_000).contains(c.numTrainTimesteps) else {
            throw RhumbError.schedule(
                "num_train_timesteps", "\(c.numTrainTimesteps)", expected: "from 1 to 1000000")
        }
        guard (0...1_000_000).contains(c.stepsOffset) else {
            throw RhumbError.schedule("steps_offset", "\(c.stepsOffset)", expected: "from 0 to 1000000")
        }
        for (key, beta) in [("beta_start", c.betaStart), ("beta_end", c.betaEnd)] where !(beta > 0 && beta < 1) {
            throw RhumbError.schedule(key, "\(beta)", expected: "between 0 and 1")
        }
        var betas: [Float]
        if let trained = c.trainedBetas {
            guard trained.count == c.numTrainTimesteps, trained.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
                throw RhumbError.schedule(
                    "trained_betas", "a list of \(trained.count)",
                    expected: "\(c.numTrainTimesteps) numbers from 0 to 1")
            }
            betas = trained
        } else {
            switch c.betaSchedule {
            case .linear: betas = Self.linspace(c.betaStart, c.betaEnd, c.numTrainTimesteps)
            case .scaledLinear:
                let roots = Self.linspace(c.betaStart.squareRoot(), c.betaEnd.squareRoot(), c.numTrainTimesteps)
                betas = roots.map { $0 * $0 }
            case .squaredCosine: betas = Self.cosine(c.numTrainTimesteps)
            }
        }
        if c.rescaleBetasZeroSNR { betas = Self.rescaled(betas) }
        self.betas = betas
        alphasCumprod = Self.cumulativeProduct(betas.map { 1 - $0 })
    }

    public var count: Int { betas.count }

    // MARK: - Forward diffusion

    /// √ᾱ x₀ + √(1 − ᾱ) ε.
    ///
    /// - Parameters:
    ///   - original, noise: [N, …], of one shape.
    ///   - timesteps: one for all rows, or one per row.
    public func addNoise(to original: Tensor, noise: Tensor, timesteps: [Int]) throws -> Tensor {
        let (signal, deviation) = try coefficients(timesteps, for: original, noise)
        return try signal * original + deviation * noise
    }

    /// What a v-prediction model is trained to say: √ᾱ ε − √(1 − ᾱ) x₀.
    public func velocity(of original: Tensor, noise: Tensor, timesteps: [Int]) throws -> Tensor {
        let (signal, deviation) = try coefficients(timesteps, for: original, noise)
        return try signal * noise - deviation * original
    }

    /// √ᾱ and √(1 − ᾱ) of each row, [N, 1, …].
    private func coefficients(_ timesteps: [Int], for sample: Tensor, _ noise: Tensor) throws -> (Tensor, Tensor) {
        guard noise.shape == sample.shape else {
            throw RhumbError.shapes("noise", noise.shape, sample: sample.shape)
        }
        let rows = sample.shape.first ?? 1
        guard timesteps.count == 1 || timesteps.count == rows else {
            throw RhumbError.timesteps(timesteps.count, batch: rows)
        }
        if let outside = timesteps.first(where: { !betas.indices.contains($0) }) {
            throw RhumbError.timestep(outside, limit: count)
        }
        let shape = [timesteps.count] + [Int](repeating: 1, count: max(sample.rank - 1, 0))
        return (
            try Tensor(timesteps.map { alphasCumprod[$0].squareRoot() }, shape: shape),
            try Tensor(timesteps.map { (1 - alphasCumprod[$0]).squareRoot() }, shape: shape)
        )
    }

    // MARK: - Arithmetic as PyTorch does it

    /// `torch.linspace` in float32: counted from the nearer end, each value one fused multiply and add.
    static func linspace(_ first: Double, _ last: Double, _ count: Int) -> [Float] {
        let (start, end) = (Float(first), Float(last))
        guard count > 1 else { return [start] }
        let step = (end - start) / Float(count - 1)
        return (0..<count).map { index in
            index < count / 2
                ? start.addingProduct(step, Float(index)) : end.addingProduct(-step, Float(count - 1 - index))
        }
    }

    /// `torch.cumprod` of float32 values, which multiplies in double precision.
    static func cumulativeProduct(_ values: [Float]) -> [Float] {
        var product = 1.0
        return values.map { value in
            product *= Double(value)
            return Float(product)
        }
    }

    /// β from ᾱ(t) = cos²((t + 0.008) / 1.008 · π/2), at most 0.999 (Nichol and Dhariwal 2021).
    private static func cosine(_ count: Int) -> [Float] {
        func remaining(_ time: Double) -> Double {
            let root = cos((time + 0.008) / 1.008 * Double.pi / 2)
            return root * root
        }
        return (0..<count).map { index in
            let (from, to) = (Double(index) / Double(count), Double(index + 1) / Double(count))
            return Float(min(1 - remaining(to) / remaining(from), 0.999))
        }
    }

    /// Betas of which the last leaves no signal: √ᾱ shifted to end at 0 and stretched to begin where it did
    /// (Lin et al. 2024, algorithm 1).
    private static func rescaled(_ betas: [Float]) -> [Float] {
        var roots = cumulativeProduct(betas.map { 1 - $0 }).map { $0.squareRoot() }
        let (first, last) = (roots[0], roots[roots.count - 1])
        let stretch = first / (first - last)
        roots = roots.map { ($0 - last) * stretch }
        let products = roots.map { $0 * $0 }
        return products.indices.map { 1 - ($0 == 0 ? products[0] : products[$0] / products[$0 - 1]) }
    }
}

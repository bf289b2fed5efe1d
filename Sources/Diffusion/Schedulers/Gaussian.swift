import Foundation
import Tensor

/// The density of a sampler's step.
enum Gaussian {
    /// log N(x; μ, σ²) averaged over all dimensions but the first, [N]. A sum over a latent's thousands of dimensions
    /// would make ratios of two such densities overflow.
    ///
    /// −(x − μ)² / 2σ² − log σ − ½ log 2π, with x as an observation: gradients flow through μ alone.
    static func logProbability(of x: Tensor, mean: Tensor, sigma: Float) throws -> Tensor {
        let distance = try (x.detached().to(.float32) - mean).squared() / (2 * sigma * sigma)
        let constant = Float(log(Double(sigma)) + 0.5 * log(2 * Double.pi))
        let axes = Array(1..<max(x.rank, 1))
        return try -(axes.isEmpty ? distance : distance.mean(axes)) - constant
    }
}

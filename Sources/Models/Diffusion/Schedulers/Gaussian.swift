import Foundation
import Tensor

/// The distribution of a sampler's step: a Gaussian with one σ for all dimensions.
///
/// Its quantities are means over all dimensions but the first, [N], and not sums: a sum over a latent's thousands of
/// dimensions would make ratios of two densities overflow, and change with the size of the picture.
public enum Gaussian {
    /// log N(x; μ, σ²): the mean of −(x − μ)² / 2σ² − log σ − ½ log 2π, with x as an observation: gradients flow
    /// through μ alone.
    public static func logProbability(of x: Tensor, mean: Tensor, sigma: Float) throws -> Tensor {
        let constant = Float(log(Double(sigma)) + 0.5 * log(2 * Double.pi))
        return try -squaredDistance(x, mean, sigma: sigma) - constant
    }

    /// KL(N(μ, σ²) ‖ N(μ', σ²)): the mean of (μ − μ')² / 2σ². With equal σ it has this closed form and is the same both
    /// ways; gradients flow through μ alone.
    public static func divergence(_ mean: Tensor, from reference: Tensor, sigma: Float) throws -> Tensor {
        try squaredDistance(reference, mean, sigma: sigma)
    }

    private static func squaredDistance(_ fixed: Tensor, _ mean: Tensor, sigma: Float) throws -> Tensor {
        let distance = try (fixed.detached().to(.float32) - mean).squared() / (2 * sigma * sigma)
        let axes = Array(1..<max(mean.rank, 1))
        return axes.isEmpty ? distance : try distance.mean(axes)
    }
}

import Basics
import Tensor

/// The Fréchet distance of two sets of features taken for normal distributions (Dowson and Landau 1982; as FID, Heusel
/// et al. 2017).
public enum FrechetDistance {
    /// ‖μ₁ − μ₂‖² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁ Σ₂)^½, with unbiased covariances.
    ///
    /// With Σ = Aᵀ A / (n − 1) of the centred rows A the last trace is the sum of the singular values of A₁ A₂ᵀ, which
    /// is exact where a matrix square root of a singular covariance is not. The distance is too large for small sets,
    /// so only sets of equal size compare.
    ///
    /// - Parameter a, b: [pictures, width], at least two pictures each.
    public static func between(_ a: Tensor, _ b: Tensor) throws -> Double {
        guard a.rank == 2, b.rank == 2, a.shape[1] == b.shape[1], a.shape[0] > 1, b.shape[0] > 1 else {
            throw RhumbError.featureSets(a.shape, b.shape)
        }
        let (first, second) = (try Moments(a), try Moments(b))
        let shift = try (first.mean - second.mean).squared().sum().item
        let overlap = try first.root.matmul(second.root.transposed()).svd().s.sum().item
        return Double(shift) + first.spread + second.spread - 2 * Double(overlap)
    }

    private struct Moments {
        let mean: Tensor
        /// R with Rᵀ R = Σ, as few rows as can be.
        let root: Tensor
        /// tr Σ
        let spread: Double

        init(_ rows: Tensor) throws {
            let rows = try rows.detached().to(.float32)
            mean = try rows.mean([0])
            let centred = try (rows - mean) * (1 / Float(rows.shape[0] - 1).squareRoot())
            spread = centred.floats.reduce(0) { $0 + Double($1) * Double($1) }
            root = rows.shape[0] > rows.shape[1] ? try centred.qr().r : centred
        }
    }
}

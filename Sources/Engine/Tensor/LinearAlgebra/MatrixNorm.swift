import Basics

/// Norms of matrices beyond the Euclidean one (`norm`).
public enum MatrixNorm: String, Sendable, CaseIterable {
    /// The largest singular value.
    case spectral
    /// The sum of the singular values.
    case nuclear
    /// The largest sum of magnitudes in a column.
    case one
    /// The largest sum of magnitudes in a row.
    case infinity
}

extension Tensor {
    /// A norm of each matrix: […, m, n] → […].
    /// - Throws: `RhumbError` for less than two dimensions, an empty matrix, or values that are not finite.
    public func matrixNorm(_ norm: MatrixNorm) throws -> Tensor {
        guard rank >= 2, shape.suffix(2).allSatisfy({ $0 > 0 }) else {
            throw RhumbError.shape(shape, in: "norm", must: "be a matrix with at least one element")
        }
        switch norm {
        case .spectral: return try svd().s.max([-1])
        case .nuclear: return try svd().s.sum([-1])
        case .one: return try absolute().sum([-2]).max([-1])
        case .infinity: return try absolute().sum([-1]).max([-1])
        }
    }
}

import Basics

/// Principal component analysis: the directions in which rows vary most.
public struct PCA {
    /// [d]: the mean of the rows.
    public let mean: Tensor
    /// [k, d]: orthonormal rows, the most varying direction first; each has its entry of largest magnitude positive.
    public let components: Tensor
    /// [k]: the variance along each component (divided by n − 1), falling.
    public let variance: Tensor
    /// [k]: each variance as a share of the variance of all d directions.
    public let ratio: Tensor

    /// - Parameters:
    ///   - rows: [n, d], at least two rows.
    ///   - count: components to keep; as many as min(n, d) by default.
    /// - Throws: `RhumbError` for another shape, values that are not finite, or a count that is not there.
    public init(_ rows: Tensor, components count: Int? = nil) throws {
        guard rows.rank == 2, rows.shape[0] >= 2, rows.shape[1] >= 1 else {
            throw RhumbError.shape(rows.shape, of: "rows", in: "pca", must: "be a matrix [n, d] of at least two rows")
        }
        let most = Swift.min(rows.shape[0], rows.shape[1])
        let count = count ?? most
        guard (1...most).contains(count) else {
            throw RhumbError(
                "'count' of 'pca' must be from 1 to \(most) for rows of shape \(Words.shape(rows.shape)), not \(count)"
            )
        }
        mean = try rows.mean([0])
        let (_, s, vt) = try (rows - mean).svd()
        let variances = try s.squared() * (1 / Float(rows.shape[0] - 1))
        components = try vt.sliced(0, from: 0, to: count)
        variance = try variances.sliced(0, from: 0, to: count)
        // Rows that are all the same vary nowhere: every share is 0.
        ratio = try variance / Tensor.maximum(variances.sum(), Tensor(Float.leastNormalMagnitude))
    }

    /// Coordinates of rows along the components: [n, d] → [n, k].
    public func project(_ rows: Tensor) throws -> Tensor {
        try (rows - mean).matmul(components.transposed())
    }

    /// Rows from their coordinates: [n, k] → [n, d]; what the components left out is lost.
    public func reconstruct(_ coordinates: Tensor) throws -> Tensor {
        try coordinates.matmul(components) + mean
    }
}

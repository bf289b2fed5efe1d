import Basics

/// Eigenvalues of symmetric matrices.
extension Tensor {
    /// A = V diag(λ) Vᵀ of a symmetric matrix: λ [n] rises, and the columns of V [n, n] are the eigenvectors, each with
    /// its entry of largest magnitude positive.
    ///
    /// Leading dimensions are a stack of matrices. Computed in double precision.
    ///
    /// Derivative: Giles, "Collected matrix derivative results" (2008), 3.1; the gradient is symmetric. It does not
    /// exist for V where eigenvalues coincide; the backward pass then throws.
    /// - Throws: `RhumbError` for a matrix that is not square, not symmetric (to 1e-4 of its largest entry) or not
    ///   finite.
    public func eigh() throws -> (values: Tensor, vectors: Tensor) {
        let stack = try MatrixStack(self, in: "eigh", square: true)
        let n = stack.rows
        let (values, vectors) = (try stack.result(n), try stack.result(n, n))
        try stack.forEach(in: "eigh") { index, matrix in
            let parts = try LAPACK.eigen(try Tensor.symmetric(matrix, in: "eigh"))
            values.store(parts.values, at: index)
            vectors.store(parts.vectors, at: index)
        }
        let (lambda, v, dtype) = (values.detached(), vectors.detached(), dtype)
        return (
            values.recorded("eigh", [self]) {
                // V diag(dλ) Vᵀ
                [try (v * $0.unsqueezed(-2)).matmul(v.transposed()).symmetrized().to(dtype)]
            },
            vectors.recorded("eigh", [self]) {
                // V (Vᵀ dV ∘ F) Vᵀ with F = 1 / (λ_k − λ_j)
                let gaps = try Tensor.reciprocalGaps(lambda, in: "eigh", called: "eigenvalues") { $1 - $0 }
                let inner = try v.transposed().matmul($0) * gaps
                return [try v.matmul(inner).matmul(v.transposed()).symmetrized().to(dtype)]
            }
        )
    }

    /// The mean of a matrix and its transpose, which must not differ much.
    static func symmetric(_ matrix: ColumnMajor, in operation: String) throws -> ColumnMajor {
        var mean = matrix
        let scale = matrix.values.reduce(0) { Swift.max($0, abs($1)) }
        for i in 0..<matrix.rows {
            for j in 0..<i {
                guard abs(matrix[i, j] - matrix[j, i]) <= 1e-4 * scale else {
                    throw RhumbError(
                        "'a' of '\(operation)' must be symmetric: element (\(i), \(j)) is \(Float(matrix[i, j])) "
                            + "and element (\(j), \(i)) is \(Float(matrix[j, i]))",
                        hint: "symmetrise it first: (a + a.T) / 2")
                }
                mean[i, j] = (matrix[i, j] + matrix[j, i]) / 2
                mean[j, i] = mean[i, j]
            }
        }
        return mean
    }
}

import Basics

/// Cholesky decomposition.
extension Tensor {
    /// L, lower triangular with a positive diagonal, with A = L Lᵀ for a symmetric positive definite A [n, n].
    ///
    /// Leading dimensions are a stack of matrices. Computed in double precision.
    ///
    /// Derivative: Murray, "Differentiation of the Cholesky decomposition" (2016); the gradient is symmetric.
    /// - Throws: `RhumbError` for a matrix that is not square, symmetric, positive definite or finite.
    public func cholesky() throws -> Tensor {
        let stack = try MatrixStack(self, in: "cholesky", square: true)
        let result = try stack.result(stack.rows, stack.rows)
        try stack.forEach(in: "cholesky") { index, matrix in
            let (factor, badOrder) = LAPACK.cholesky(try Tensor.symmetric(matrix, in: "cholesky"))
            guard let factor else {
                throw RhumbError(
                    "'a' of 'cholesky' must be positive definite, and its leading \(badOrder)×\(badOrder) block is not",
                    hint: "add a small multiple of eye(\(stack.rows))")
            }
            result.store(factor, at: index)
        }
        let l = result.detached()
        return result.recorded("cholesky", [self]) {
            // L⁻ᵀ Φ(Lᵀ dL) L⁻¹ made symmetric; Φ takes the lower triangle and halves its diagonal.
            let product = try l.transposed().matmul($0.lowerTriangle())
            let phi = try product.lowerTriangle() - (product.diagonal() * 0.5).asDiagonal()
            let transpose = try l.transposed()
            let left = try transpose.solve(phi)
            let both = try transpose.solve(left.transposed()).transposed()
            return [try both.symmetrized().to(self.dtype)]
        }
    }
}

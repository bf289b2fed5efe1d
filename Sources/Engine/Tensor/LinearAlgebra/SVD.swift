import Basics

/// Singular value decomposition.
extension Tensor {
    /// A = U diag(s) Vᵀ, thin: with k = min(m, n), U [m, k] and Vᵀ [k, n] have orthonormal columns and rows, and s [k]
    /// falls. Each row of Vᵀ has its entry of largest magnitude positive, so that equal inputs give equal results.
    ///
    /// Leading dimensions are a stack of matrices. Computed in double precision.
    ///
    /// Derivative: Townsend, "Differentiating the singular value decomposition" (2016). It does not exist where
    /// singular values coincide (U and Vᵀ alone; s keeps its own); the backward pass then throws.
    /// - Throws: `RhumbError` for less than two dimensions, values that are not finite, or no convergence.
    public func svd() throws -> (u: Tensor, s: Tensor, vt: Tensor) {
        let stack = try MatrixStack(self, in: "svd")
        let (m, n, k) = (stack.rows, stack.columns, Swift.min(stack.rows, stack.columns))
        let (u, s, vt) = (try stack.result(m, k), try stack.result(k), try stack.result(k, n))
        try stack.forEach(in: "svd") { index, matrix in
            let parts = try LAPACK.svd(matrix)
            u.store(parts.u, at: index)
            s.store(parts.s, at: index)
            vt.store(parts.vt, at: index)
        }
        let parts = SingularParts(u: u.detached(), s: s.detached(), vt: vt.detached())
        let dtype = dtype
        return (
            u.recorded("svd", [self]) { [try parts.gradient(u: $0).to(dtype)] },
            s.recorded("svd", [self]) { [try parts.gradient(s: $0).to(dtype)] },
            vt.recorded("svd", [self]) { [try parts.gradient(vt: $0).to(dtype)] }
        )
    }
}

/// What a gradient of U, s or Vᵀ means for A. The three are linear, so each part is recorded for itself.
private struct SingularParts {
    let u: Tensor
    let s: Tensor
    let vt: Tensor

    /// U diag(ds) Vᵀ
    func gradient(s ds: Tensor) throws -> Tensor { try (u * ds.unsqueezed(-2)).matmul(vt) }

    /// U (skew(Uᵀ dU) ∘ F) diag(s) Vᵀ + (I − U Uᵀ) dU diag(1/s) Vᵀ
    func gradient(u du: Tensor) throws -> Tensor {
        let inner = try u.transposed().matmul(du)
        let skew = try (inner - inner.transposed()) * gaps()
        var left = try u.matmul(skew * s.unsqueezed(-2))
        if u.shape[u.rank - 2] > u.shape[u.rank - 1] { left = try left + (du - u.matmul(inner)) * reciprocals() }
        return try left.matmul(vt)
    }

    /// U diag(s) (skew(Vᵀ dV) ∘ F) Vᵀ + U diag(1/s) dVᵀ (I − V Vᵀ)
    func gradient(vt dvt: Tensor) throws -> Tensor {
        let inner = try dvt.matmul(vt.transposed())
        let skew = try (inner.transposed() - inner) * gaps()
        var right = try (skew * s.unsqueezed(-1)).matmul(vt)
        if vt.shape[vt.rank - 1] > vt.shape[vt.rank - 2] {
            right = try right + (dvt - inner.matmul(vt)) * reciprocals().transposed()
        }
        return try u.matmul(right)
    }

    /// F: 1 / (s_k² − s_j²) in row j and column k, and 0 on the diagonal.
    private func gaps() throws -> Tensor {
        try Tensor.reciprocalGaps(s, in: "svd", called: "singular values") { ($1 - $0) * ($1 + $0) }
    }

    /// 1 / s as a row for each matrix.
    private func reciprocals() throws -> Tensor {
        let k = s.shape[s.rank - 1]
        let values = s.floats
        for row in 0..<(k == 0 ? 0 : values.count / k) where values[row * k + k - 1] <= values[row * k] * 1e-6 {
            throw RhumbError(
                "'svd' has no derivative for a matrix of lower rank: its singular value \(k - 1) is \(values[row * k + k - 1])",
                hint: "take the gradient of the singular values alone")
        }
        return try s.reciprocal().unsqueezed(-2)
    }
}

extension Tensor {
    /// 1 / gap(x_j, x_k) in row j and column k for each vector of a stack, 0 on the diagonal.
    /// - Throws: `RhumbError` where two values coincide to single precision.
    static func reciprocalGaps(
        _ values: Tensor, in operation: String, called plural: String, _ gap: (Double, Double) -> Double
    ) throws -> Tensor {
        let n = values.shape[values.rank - 1]
        let result = try Tensor.zeros(values.shape + [n])
        let all = values.floats
        for start in stride(from: 0, to: all.count, by: Swift.max(n, 1)) {
            let row = all[start..<(start + n)].map(Double.init)
            let scale = row.reduce(0) { Swift.max($0, abs($1)) }
            for j in 0..<n {
                for k in 0..<n where j != k {
                    guard abs(row[j] - row[k]) > scale * 4 * Double(Float.ulpOfOne) else {
                        throw RhumbError(
                            "'\(operation)' has no derivative here: \(plural) \(Swift.min(j, k)) and \(Swift.max(j, k)) "
                                + "coincide (\(Float(row[j])))",
                            hint: "the vectors that belong to equal \(plural) are not unique")
                    }
                    result.floatPointer[(start + j) * n + k] = Float(1 / gap(row[j], row[k]))
                }
            }
        }
        return result
    }
}

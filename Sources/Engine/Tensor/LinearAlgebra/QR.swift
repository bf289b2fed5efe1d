import Basics

/// QR decomposition.
extension Tensor {
    /// A = Q R, thin: with k = min(m, n), Q [m, k] has orthonormal columns and R [k, n] is upper triangular with a
    /// diagonal that is not negative.
    ///
    /// Leading dimensions are a stack of matrices. Computed in double precision.
    ///
    /// Derivative: Roberts and Roberts, "QR and LQ decomposition matrix backpropagation algorithms" (2020). It needs
    /// the first k columns of A to be independent; the backward pass throws where they are not.
    /// - Throws: `RhumbError` for less than two dimensions or values that are not finite.
    public func qr() throws -> (q: Tensor, r: Tensor) {
        let stack = try MatrixStack(self, in: "qr")
        let (m, n, k) = (stack.rows, stack.columns, Swift.min(stack.rows, stack.columns))
        let (q, r) = (try stack.result(m, k), try stack.result(k, n))
        try stack.forEach(in: "qr") { index, matrix in
            let parts = try LAPACK.qr(matrix)
            q.store(parts.q, at: index)
            r.store(parts.r, at: index)
        }
        let parts = OrthogonalParts(q: q.detached(), r: r.detached())
        let dtype = dtype
        return (
            q.recorded("qr", [self]) { [try parts.gradient(q: $0).to(dtype)] },
            r.recorded("qr", [self]) { [try parts.gradient(r: $0).to(dtype)] }
        )
    }
}

/// What a gradient of Q or R means for A.
private struct OrthogonalParts {
    let q: Tensor
    let r: Tensor

    private var k: Int { r.shape[r.rank - 2] }
    private var n: Int { r.shape[r.rank - 1] }

    private func columns(_ matrix: Tensor, _ range: Range<Int>) throws -> Tensor {
        try matrix.sliced(-1, from: range.lowerBound, to: range.upperBound)
    }

    /// Of a wide A = [X | Y], Q depends on the square X alone.
    func gradient(q dq: Tensor) throws -> Tensor {
        let dx = try square(q: dq, r: nil)
        guard n > k else { return dx }
        return try Tensor.concatenated([dx, Tensor.zeros(Array(dx.shape.dropLast()) + [n - k])], axis: -1)
    }

    /// R = [U | V] of a wide A = [X | Y]: V = Qᵀ Y, so that dY = Q dV, and Y dVᵀ is one more gradient of Q.
    func gradient(r dr: Tensor) throws -> Tensor {
        guard n > k else { return try square(q: nil, r: dr) }
        let (du, dv) = (try columns(dr, 0..<k), try columns(dr, k..<n))
        let y = try q.matmul(columns(r, k..<n))
        let dx = try square(q: y.matmul(dv.transposed()), r: du)
        return try Tensor.concatenated([dx, q.matmul(dv)], axis: -1)
    }

    /// (dQ + Q copyltu(M)) R⁻ᵀ with M = R dRᵀ − dQᵀ Q, for at least as many rows as columns.
    private func square(q dq: Tensor?, r dr: Tensor?) throws -> Tensor {
        let u = try columns(r, 0..<k)
        var m = try Tensor.zeros(Array(u.shape.dropLast(2)) + [k, k])
        if let dr { m = try m + u.matmul(dr.upperTriangle().transposed()) }
        if let dq { m = try m - dq.transposed().matmul(q) }
        // The lower triangle, mirrored upwards.
        let mirrored = try m.lowerTriangle() + m.lowerTriangle(-1).transposed()
        var right = try q.matmul(mirrored)
        if let dq { right = try right + dq }
        do {
            return try u.solve(right.transposed()).transposed()
        } catch is RhumbError {
            throw RhumbError("'qr' has no derivative here: the first \(k) columns of the matrix depend on each other")
        }
    }
}

import Basics

/// Ridge regression.
extension Tensor {
    /// The W that makes Σᵢ wᵢ ‖W xᵢ − yᵢ‖² + λ ‖W − W₀‖² least, rows xᵢ of `inputs` and yᵢ of `outputs`:
    /// W = W₀ + (Y − X W₀ᵀ)ᵀ diag(w) X (Xᵀ diag(w) X + λ)⁻¹.
    ///
    /// Computed in double precision, in the smaller of the two forms (rows or columns of X). Unrecorded.
    ///
    /// - Parameters:
    ///   - weights: one for each row, not negative; all 1 by default.
    ///   - penalty: λ, above 0.
    ///   - prior: W₀; zeros by default.
    /// - Shapes: inputs [n, d], outputs [n, m], prior [m, d] → [m, d].
    /// - Throws: `RhumbError` for shapes that don't fit, values that are not finite, a penalty that is not above 0 or a
    ///   weight below 0.
    public static func ridge(
        inputs: Tensor, outputs: Tensor, weights: [Double]? = nil, penalty: Double, prior: Tensor? = nil
    ) throws -> Tensor {
        guard inputs.rank == 2, outputs.rank == 2, inputs.shape[0] == outputs.shape[0] else {
            throw RhumbError.shapes(
                inputs.shape, outputs.shape, in: "ridge", because: "they must be two matrices with as many rows")
        }
        let (n, d, m) = (inputs.shape[0], inputs.shape[1], outputs.shape[1])
        if let prior, prior.shape != [m, d] {
            throw RhumbError.shape(prior.shape, of: "prior", in: "ridge", must: "be \(m)×\(d)")
        }
        guard penalty > 0, penalty.isFinite else {
            throw RhumbError("'penalty' of 'ridge' must be a number above 0, not \(NumberText.shown(penalty))")
        }
        let weights = weights ?? [Double](repeating: 1, count: n)
        guard weights.count == n, weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw RhumbError("'weights' of 'ridge' must be \(n) finite numbers of 0 or more")
        }
        // Rows times the roots of their weights, as columns of their own.
        let roots = weights.map { $0.squareRoot() }
        func weighed(_ matrix: ColumnMajor) -> ColumnMajor {
            var matrix = matrix
            for j in 0..<matrix.columns {
                for i in 0..<n { matrix[i, j] *= roots[i] }
            }
            return matrix
        }
        let x = try MatrixStack(inputs, in: "ridge")[0]
        var residual = try MatrixStack(outputs, in: "ridge")[0]
        var start = ColumnMajor(rows: m, columns: d)
        if let prior {
            start = try MatrixStack(prior, in: "ridge")[0]
            let known = x.times(start.transposed())
            for k in residual.values.indices { residual.values[k] -= known.values[k] }
        }
        let (a, b) = (weighed(x), weighed(residual))
        func ridged(_ gram: ColumnMajor) -> LAPACK.LU {
            var gram = gram
            for i in 0..<gram.rows { gram[i, i] += penalty }
            return LAPACK.LU(gram)
        }
        // Aᵀ (A Aᵀ + λ)⁻¹ B = (Aᵀ A + λ)⁻¹ Aᵀ B: [d, m].
        let change: ColumnMajor
        if n <= d {
            let at = a.transposed()
            change = a.times(ridged(at.times(at, transposed: true)).solve(b), transposed: true)
        } else {
            change = ridged(a.times(a, transposed: true)).solve(a.times(b, transposed: true))
        }
        for i in 0..<m {
            for j in 0..<d { start[i, j] += change[j, i] }
        }
        let result = try Tensor(uninitialized: [m, d])
        result.store(start, at: 0)
        return result
    }
}

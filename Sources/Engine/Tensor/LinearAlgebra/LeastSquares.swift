import Basics

/// Least squares and the pseudo-inverse.
extension Tensor {
    /// X that makes ‖A X − B‖ least, and among those the shortest: for any shape and rank of A [m, n]. B [m] gives
    /// X [n], B [m, k] gives X [n, k].
    ///
    /// Computed in double precision by singular values; those below `tolerance` times the largest count as 0.
    ///
    /// Derivative: Golub and Pereyra (1973), which holds where the rank doesn't change.
    /// - Returns: the solution, and the rank that was found.
    /// - Throws: `RhumbError` for shapes that don't fit or values that are not finite.
    public func leastSquares(_ right: Tensor, tolerance: Double = 1e-6) throws -> (solution: Tensor, rank: Int) {
        if right.rank == 1 {
            let (solution, rank) = try leastSquares(right.unsqueezed(1), tolerance: tolerance)
            return (try solution.squeezed(-1), rank)
        }
        guard rank == 2, right.rank == 2, right.shape[0] == shape[0] else {
            throw RhumbError.shapes(
                shape, right.shape, in: "lstsq", because: "they must be a matrix and a right side with as many rows")
        }
        let matrix = try MatrixStack(self, in: "lstsq")[0]
        let side = try MatrixStack(right, in: "lstsq")[0]
        let (inverse, rank) = try Tensor.pseudoInverse(matrix, tolerance, in: "lstsq")
        let result = try Tensor(uninitialized: [shape[1], right.shape[1]])
        result.store(inverse.times(side), at: 0)
        guard Tensor.records([self, right]) else { return (result, rank) }
        let plus = try Tensor(uninitialized: [shape[1], shape[0]])
        plus.store(inverse, at: 0)
        let (a, x) = (detached(), result.detached())
        let residual = try right.detached() - a.matmul(x)
        let recorded = result.recorded("lstsq", [self, right]) { dx in
            let db = try plus.transposed().matmul(dx)
            // −A⁺ᵀ dX Xᵀ + (B − A X) dXᵀ A⁺ A⁺ᵀ + A⁺ᵀ X dXᵀ (I − A⁺ A)
            var da = try residual.matmul(plus.matmul(db).transposed()) - db.matmul(x.transposed())
            let outside = try dx - plus.matmul(a.matmul(dx))
            da = try da + plus.transposed().matmul(x).matmul(outside.transposed())
            return [try da.to(self.dtype), try db.to(right.dtype)]
        }
        return (recorded, rank)
    }

    /// A⁺ [n, m], the Moore–Penrose inverse of A [m, n]; singular values below `tolerance` times the largest count as
    /// 0.
    /// - Throws: `RhumbError` for less or more than two dimensions or values that are not finite.
    public func pseudoInverse(tolerance: Double = 1e-6) throws -> Tensor {
        guard rank == 2 else { throw RhumbError.shape(shape, of: "a", in: "pinv", must: "be a matrix") }
        return try leastSquares(Tensor.eye(shape[0]), tolerance: tolerance).solution
    }

    /// How many singular values are above `tolerance` times the largest.
    public func matrixRank(tolerance: Double = 1e-6) throws -> Int {
        guard rank == 2 else { throw RhumbError.shape(shape, of: "a", in: "rank", must: "be a matrix") }
        return try Tensor.pseudoInverse(MatrixStack(self, in: "rank")[0], tolerance, in: "rank").rank
    }

    private static func pseudoInverse(
        _ matrix: ColumnMajor, _ tolerance: Double, in operation: String
    ) throws -> (inverse: ColumnMajor, rank: Int) {
        do {
            let (u, s, vt) = try LAPACK.svd(matrix)
            let threshold = (s.first ?? 0) * tolerance
            let rank = s.prefix { $0 > threshold }.count
            var scaled = vt
            for row in 0..<s.count {
                for column in 0..<vt.columns { scaled[row, column] *= row < rank ? 1 / s[row] : 0 }
            }
            // V S⁺ Uᵀ = (S⁺ Vᵀ)ᵀ Uᵀ
            return (scaled.times(u.transposed(), transposed: true), rank)
        } catch let failure as LAPACK.Failure {
            throw RhumbError.lapack(operation, failure.reason)
        }
    }
}

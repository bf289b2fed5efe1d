import Basics

/// Square systems: solution, inverse, determinant.
extension Tensor {
    /// X with A X = B, for a square A and one or more right sides: B [n] gives X [n], B [n, k] gives X [n, k].
    ///
    /// Leading dimensions are a stack and broadcast. Computed in double precision.
    ///
    /// Derivative: dB = A⁻ᵀ dX and dA = −dB Xᵀ (Giles 2008, 2.3.1).
    /// - Throws: `RhumbError` for shapes that don't fit, values that are not finite, or a singular A.
    public func solve(_ right: Tensor) throws -> Tensor {
        if right.rank == 1 { return try solve(right.unsqueezed(1)).squeezed(-1) }
        let square = try MatrixStack(self, in: "solve", square: true)
        guard right.rank >= 2, right.shape[right.rank - 2] == square.rows else {
            throw RhumbError.shapes(
                shape, right.shape, in: "solve",
                because: "the right side must have as many rows as the matrix: \(square.rows)")
        }
        let batch = try Tensor.broadcast(square.batch, Array(right.shape.dropLast(2)), in: "solve")
        let result = try solved(batch, right)
        let x = result.detached()
        return result.recorded("solve", [self, right]) {
            let db = try self.detached().transposed().solve($0)
            return [
                self.requiresGradient
                    ? try (-db.matmul(x.transposed())).summed(to: self.shape).to(self.dtype) : nil,
                right.requiresGradient ? try db.summed(to: right.shape).to(right.dtype) : nil,
            ]
        }
    }

    private func solved(_ batch: [Int], _ right: Tensor) throws -> Tensor {
        let left = try MatrixStack(detached().expanded(batch + shape.suffix(2)), in: "solve")
        let sides = try MatrixStack(right.detached().expanded(batch + right.shape.suffix(2)), in: "solve")
        let result = try sides.result(sides.rows, sides.columns)
        try left.forEach(in: "solve") { index, matrix in
            let lu = LAPACK.LU(matrix)
            guard !lu.isSingular else {
                throw RhumbError(
                    "'solve' can't solve with a singular matrix (reciprocal condition \(Float(lu.reciprocalCondition)))",
                    hint: "'lstsq' gives the best solution there is")
            }
            result.store(lu.solve(sides[index]), at: index)
        }
        return result
    }

    /// A⁻¹ of a square matrix.
    /// - Throws: as `solve`.
    public func inverse() throws -> Tensor {
        let stack = try MatrixStack(self, in: "inverse", square: true)
        return try solve(Tensor.eye(stack.rows).expanded(stack.batch + [stack.rows, stack.rows]))
    }

    /// The determinant of each square matrix: […, n, n] → […].
    ///
    /// Derivative: det A · A⁻ᵀ, so the backward pass throws for a singular matrix.
    /// - Throws: `RhumbError` for a matrix that is not square or not finite.
    public func determinant() throws -> Tensor {
        let stack = try MatrixStack(self, in: "det", square: true)
        let result = try stack.result()
        try stack.forEach(in: "det") { index, matrix in
            result.floatPointer[index] = Float(LAPACK.LU(matrix).determinant)
        }
        let value = result.detached()
        return result.recorded("det", [self]) {
            let scale = try ($0 * value).unsqueezed(-1).unsqueezed(-1)
            return [try (self.detached().inverse().transposed() * scale).to(self.dtype)]
        }
    }
}

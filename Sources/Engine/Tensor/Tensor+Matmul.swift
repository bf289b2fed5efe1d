import Basics
import COpenBLAS
import Kernels

extension Tensor {
    /// Matrix product with NumPy's rules: the last two dimensions multiply, the others broadcast; a vector is a row on
    /// the left and a column on the right, and its dimension is dropped from the result.
    ///
    /// - Shapes: […, m, k] × […, k, n] → […, m, n].
    public func matmul(_ other: Tensor) throws -> Tensor {
        guard rank > 0, other.rank > 0 else {
            throw RhumbError.shapes(
                shape, other.shape, in: "@", because: "a scalar can't be multiplied as a matrix, use *")
        }
        if rank == 1 { return try unsqueezed(0).matmul(other).squeezed(other.rank == 1 ? 0 : -2) }
        if other.rank == 1 { return try matmul(other.unsqueezed(1)).squeezed(-1) }
        guard shape[rank - 1] == other.shape[other.rank - 2] else {
            throw RhumbError.shapes(
                shape, other.shape, in: "@",
                because: "the inner sizes \(shape[rank - 1]) and \(other.shape[other.rank - 2]) differ")
        }
        // One matrix for all on the left: their rows make one tall matrix, and its gradient is one product too.
        if rank > 2, other.rank == 2, isContiguous, count > 0 {
            let width = shape[rank - 1]
            return try reshaped([count / width, width]).matmul(other).reshaped(shape.dropLast() + [other.shape[1]])
        }
        let result = try product(self, other)
        return result.recorded("@", [self, other]) {
            // C = A B: dA = dC Bᵀ, dB = Aᵀ dC
            [
                self.requiresGradient ? try $0.matmul(other.detached().transposed()).summed(to: self.shape) : nil,
                other.requiresGradient ? try self.detached().transposed().matmul($0).summed(to: other.shape) : nil,
            ]
        }
    }

    private func product(_ a: Tensor, _ b: Tensor) throws -> Tensor {
        try StopFlag.check()
        let profile = Profile.entering(.operation, "@")
        defer { profile?.leave() }
        let type: DType = a.dtype == .bfloat16 && b.dtype == .bfloat16 ? .bfloat16 : .float32
        let batch = try Tensor.broadcast(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)), in: "@")
        let x = try a.detached().to(type), y = try b.detached().to(type)
        return try Tensor.fastProduct(x, y, batch: batch) ?? referenceProduct(x, y, batch).to(type)
    }

    /// The reference implementation: one call of BLAS a matrix.
    private func referenceProduct(_ a: Tensor, _ b: Tensor, _ batch: [Int]) throws -> Tensor {
        let (m, k, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
        let x = try a.to(.float32).expanded(batch + [m, k]).multipliable()
        let y = try b.to(.float32).expanded(batch + [k, n]).multipliable()
        let result = try Tensor(uninitialized: batch + [m, n])
        if k == 0 { result.floatPointer.update(repeating: 0, count: result.count) }
        guard result.count > 0, k > 0 else { return result }
        Engine.count(products: result.count / n, k, n)
        StridedLoop(batch, [Array(x.strides.dropLast(2)), Array(y.strides.dropLast(2))]).run { offsets, count, inner in
            for i in 0..<count {
                let (ta, lda) = x.leading(), (tb, ldb) = y.leading()
                cblas_sgemm(
                    CblasRowMajor, ta, tb, Int32(m), Int32(n), Int32(k), 1,
                    x.floatPointer + offsets[0] + i * inner[0], lda, y.floatPointer + offsets[1] + i * inner[1], ldb, 0,
                    result.floatPointer + (offsets[2] + i) * m * n, Int32(n))
            }
        }
        return result
    }

    /// A tensor whose last two dimensions BLAS can read as they lie, straight or transposed.
    private func multipliable() throws -> Tensor {
        let (rows, columns) = (strides[rank - 2], strides[rank - 1])
        let (m, n) = (shape[rank - 2], shape[rank - 1])
        if columns == 1 && (rows >= n || m == 1) && rows > 0 { return self }
        if rows == 1 && (columns >= m || n == 1) && columns > 0 { return self }
        return try contiguous()
    }

    private func leading() -> (CBLAS_TRANSPOSE, Int32) {
        let (rows, columns) = (strides[rank - 2], strides[rank - 1])
        let (m, n) = (shape[rank - 2], shape[rank - 1])
        if columns == 1 && (rows >= n || m == 1) { return (CblasNoTrans, Int32(Swift.max(rows, n))) }
        return (CblasTrans, Int32(Swift.max(columns, m)))
    }
}

import Basics

/// Matrices in the last two dimensions of a tensor, any number of them in the leading ones.
struct MatrixStack {
    let batch: [Int]
    let rows: Int
    let columns: Int
    /// Contiguous, float32, finite.
    private let source: Tensor

    var count: Int { batch.reduce(1, *) }

    /// - Throws: `RhumbError` for less than two dimensions, a value that is not finite, or a shape that is not square
    ///   where it must be.
    init(_ tensor: Tensor, in operation: String, square: Bool = false) throws {
        guard tensor.rank >= 2 else {
            throw RhumbError.shape(tensor.shape, of: "a", in: operation, must: "be a matrix or a stack of them")
        }
        batch = Array(tensor.shape.dropLast(2))
        rows = tensor.shape[tensor.rank - 2]
        columns = tensor.shape[tensor.rank - 1]
        guard !square || rows == columns else {
            throw RhumbError.shape(
                tensor.shape, of: "a", in: operation, must: "be a square matrix or a stack of them")
        }
        try StopFlag.check()
        source = try tensor.detached().to(.float32).contiguous().checkedFinite(in: operation)
    }

    subscript(index: Int) -> ColumnMajor {
        ColumnMajor(source.floatPointer + index * rows * columns, rows: rows, columns: columns)
    }

    /// An uninitialised result with these matrices (or vectors) for each of this stack's.
    func result(_ shape: Int...) throws -> Tensor {
        try Tensor(uninitialized: batch + shape)
    }

    /// Runs `body` on each matrix; a failure of LAPACK names the operation.
    func forEach(in operation: String, _ body: (Int, ColumnMajor) throws -> Void) throws {
        let profile = Profile.entering(.operation, operation)
        defer { profile?.leave() }
        for index in 0..<count {
            do {
                try body(index, self[index])
            } catch let failure as LAPACK.Failure {
                throw RhumbError.lapack(operation, failure.reason)
            }
        }
    }
}

extension Tensor {
    /// Writes matrix `index` of a stack.
    func store(_ matrix: ColumnMajor, at index: Int) {
        matrix.store(to: floatPointer + index * matrix.rows * matrix.columns)
    }

    /// Writes vector `index` of a stack.
    func store(_ vector: [Double], at index: Int) {
        for (i, value) in vector.enumerated() { floatPointer[index * vector.count + i] = Float(value) }
    }

    /// The matrix with this vector on its diagonal: […, n] → […, n, n].
    func asDiagonal() throws -> Tensor {
        try unsqueezed(-1) * Tensor.eye(shape[rank - 1])
    }

    /// A + Aᵀ, halved.
    func symmetrized() throws -> Tensor { try (self + transposed()) * 0.5 }

    /// Entries for which row − column ≥ −`diagonal` stay (0: the lower triangle with its diagonal); the others become
    /// 0.
    public func lowerTriangle(_ diagonal: Int = 0) throws -> Tensor { try triangle { $0 - $1 >= -diagonal } }

    /// Entries for which column − row ≥ `diagonal` stay (0: the upper triangle with its diagonal); the others become 0.
    public func upperTriangle(_ diagonal: Int = 0) throws -> Tensor { try triangle { $1 - $0 >= diagonal } }

    private func triangle(_ keeps: (Int, Int) -> Bool) throws -> Tensor {
        guard rank >= 2 else {
            throw RhumbError.shape(shape, of: "a", in: "triangle", must: "be a matrix or a stack of them")
        }
        let (rows, columns) = (shape[rank - 2], shape[rank - 1])
        let mask = try Tensor.zeros([rows, columns])
        for i in 0..<rows {
            for j in 0..<columns where keeps(i, j) { mask.floatPointer[i * columns + j] = 1 }
        }
        // Chosen and not multiplied: 0 times infinity is not 0.
        return try Tensor.select(mask, self, Tensor(0))
    }

    /// The main diagonal of each matrix: […, m, n] → […, min(m, n)].
    public func diagonal() throws -> Tensor {
        guard rank >= 2 else {
            throw RhumbError.shape(shape, of: "a", in: "diagonal", must: "be a matrix or a stack of them")
        }
        let (rows, columns) = (shape[rank - 2], shape[rank - 1])
        let places = (0..<Swift.min(rows, columns)).map { $0 * columns + $0 }
        return try reshaped(Array(shape.dropLast(2)) + [rows * columns]).gathered(-1, places)
    }

    /// The sum of the main diagonal of each matrix: […, m, n] → […].
    public func trace() throws -> Tensor { try diagonal().sum([-1]) }
}

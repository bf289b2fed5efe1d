import COpenBLAS

/// A matrix as LAPACK wants it: double precision, columns one after the other.
struct ColumnMajor {
    let rows: Int
    let columns: Int
    var values: [Double]

    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        values = [Double](repeating: 0, count: rows * columns)
    }

    /// A copy of `rows` × `columns` row-major float32 elements.
    init(_ source: UnsafePointer<Float>, rows: Int, columns: Int) {
        self.init(rows: rows, columns: columns)
        for i in 0..<rows {
            for j in 0..<columns { values[j * rows + i] = Double(source[i * columns + j]) }
        }
    }

    /// Writes the elements row-major, rounded to float32.
    func store(to destination: UnsafeMutablePointer<Float>) {
        for i in 0..<rows {
            for j in 0..<columns { destination[i * columns + j] = Float(values[j * rows + i]) }
        }
    }

    subscript(row: Int, column: Int) -> Double {
        get { values[column * rows + row] }
        set { values[column * rows + row] = newValue }
    }

    /// self · other, or selfᵀ · other.
    func times(_ other: ColumnMajor, transposed: Bool = false) -> ColumnMajor {
        let (m, k) = transposed ? (columns, rows) : (rows, columns)
        var result = ColumnMajor(rows: m, columns: other.columns)
        guard m > 0, k > 0, other.columns > 0 else { return result }
        cblas_dgemm(
            CblasColMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, Int32(m), Int32(other.columns),
            Int32(k), 1, values, Int32(rows), other.values, Int32(other.rows), 0, &result.values, Int32(m))
        return result
    }

    func transposed() -> ColumnMajor {
        var result = ColumnMajor(rows: columns, columns: rows)
        for j in 0..<columns {
            for i in 0..<rows { result[j, i] = self[i, j] }
        }
        return result
    }

    /// Turns the sign of a column.
    mutating func negate(column: Int) {
        for i in 0..<rows { self[i, column] = -self[i, column] }
    }

    /// Turns the sign of a row.
    mutating func negate(row: Int) {
        for j in 0..<columns { self[row, j] = -self[row, j] }
    }
}

/// LAPACK's routines, with their workspaces and error codes put away.
enum LAPACK {
    /// A routine's complaint, without the name of the operation that called it.
    struct Failure: Error {
        let reason: String
    }

    /// Calls a routine twice: to ask for the workspace it wants, and to work.
    private static func withWorkspace(_ body: (inout [Double], inout Int32) -> Int32) -> Int32 {
        var query = [0.0]
        var size: Int32 = -1
        let info = body(&query, &size)
        guard info == 0 else { return info }
        size = Int32(query[0])
        var work = [Double](repeating: 0, count: max(Int(size), 1))
        return body(&work, &size)
    }

    /// A = U diag(s) Vᵀ, thin: U has min(m, n) columns and Vᵀ as many rows; s falls. Each row of Vᵀ has its entry of
    /// largest magnitude positive, which makes the result unique where the singular values differ.
    static func svd(_ matrix: ColumnMajor) throws -> (u: ColumnMajor, s: [Double], vt: ColumnMajor) {
        var a = matrix.values
        let k = min(matrix.rows, matrix.columns)
        var u = ColumnMajor(rows: matrix.rows, columns: k)
        var vt = ColumnMajor(rows: k, columns: matrix.columns)
        var s = [Double](repeating: 0, count: k)
        guard k > 0 else { return (u, s, vt) }
        var (m, n, ldvt) = (Int32(matrix.rows), Int32(matrix.columns), Int32(k))
        var integers = [Int32](repeating: 0, count: 8 * k)
        var info: Int32 = 0
        info = withWorkspace { work, size in
            dgesdd_("S", &m, &n, &a, &m, &s, &u.values, &m, &vt.values, &ldvt, &work, &size, &integers, &info)
            return info
        }
        guard info == 0 else { throw Failure(reason: "the singular values did not converge") }
        for row in 0..<k {
            let largest = (0..<vt.columns).max { abs(vt[row, $0]) < abs(vt[row, $1]) } ?? 0
            if vt[row, largest] < 0 {
                vt.negate(row: row)
                u.negate(column: row)
            }
        }
        return (u, s, vt)
    }

    /// A = V diag(λ) Vᵀ of a symmetric matrix (its lower triangle is read); λ rises. Each eigenvector has its entry of
    /// largest magnitude positive.
    static func eigen(_ matrix: ColumnMajor) throws -> (values: [Double], vectors: ColumnMajor) {
        var vectors = matrix
        let size = matrix.rows
        var values = [Double](repeating: 0, count: size)
        guard size > 0 else { return (values, vectors) }
        var n = Int32(size)
        var integers = [Int32](repeating: 0, count: 3 + 5 * size)
        var integerCount = Int32(integers.count)
        var info: Int32 = 0
        info = withWorkspace { work, count in
            // A query of either workspace is a query of both.
            var liwork = count == -1 ? -1 : integerCount
            dsyevd_("V", "L", &n, &vectors.values, &n, &values, &work, &count, &integers, &liwork, &info)
            if count == -1 {
                integerCount = integers[0]
                integers = [Int32](repeating: 0, count: Int(integerCount))
            }
            return info
        }
        guard info == 0 else { throw Failure(reason: "the eigenvalues did not converge") }
        for column in 0..<size {
            let largest = (0..<size).max { abs(vectors[$0, column]) < abs(vectors[$1, column]) } ?? 0
            if vectors[largest, column] < 0 { vectors.negate(column: column) }
        }
        return (values, vectors)
    }

    /// A = Q R, thin; the diagonal of R is not negative, which makes the result unique where A has full rank.
    static func qr(_ matrix: ColumnMajor) throws -> (q: ColumnMajor, r: ColumnMajor) {
        var a = matrix
        let (m, n, k) = (matrix.rows, matrix.columns, min(matrix.rows, matrix.columns))
        var q = ColumnMajor(rows: m, columns: k)
        var r = ColumnMajor(rows: k, columns: n)
        guard k > 0 else { return (q, r) }
        var (rows, columns, rank) = (Int32(m), Int32(n), Int32(k))
        var tau = [Double](repeating: 0, count: k)
        var info: Int32 = 0
        info = withWorkspace { work, size in
            dgeqrf_(&rows, &columns, &a.values, &rows, &tau, &work, &size, &info)
            return info
        }
        guard info == 0 else { throw Failure(reason: "LAPACK's dgeqrf returned \(info)") }
        for j in 0..<n {
            for i in 0...min(j, k - 1) { r[i, j] = a[i, j] }
        }
        q.values = Array(a.values[..<(m * k)])
        info = withWorkspace { work, size in
            dorgqr_(&rows, &rank, &rank, &q.values, &rows, tau, &work, &size, &info)
            return info
        }
        guard info == 0 else { throw Failure(reason: "LAPACK's dorgqr returned \(info)") }
        for i in 0..<k where r[i, i] < 0 {
            r.negate(row: i)
            q.negate(column: i)
        }
        return (q, r)
    }

    /// A factorised as P L U, to solve with.
    struct LU {
        private var factors: ColumnMajor
        private var pivots: [Int32]
        /// An estimate of 1 / (‖A‖₁ ‖A⁻¹‖₁); 0 for a singular matrix.
        let reciprocalCondition: Double

        init(_ matrix: ColumnMajor) {
            factors = matrix
            let size = matrix.rows
            pivots = [Int32](repeating: 0, count: size)
            guard size > 0 else {
                reciprocalCondition = 1
                return
            }
            var n = Int32(size)
            var info: Int32 = 0
            var norm = (0..<size).map { column in (0..<size).reduce(0) { $0 + abs(matrix[$1, column]) } }.max() ?? 0
            dgetrf_(&n, &n, &factors.values, &n, &pivots, &info)
            var condition = 0.0
            if info == 0 {
                var work = [Double](repeating: 0, count: 4 * size)
                var integers = [Int32](repeating: 0, count: size)
                dgecon_("1", &n, factors.values, &n, &norm, &condition, &work, &integers, &info)
            }
            reciprocalCondition = condition
        }

        /// True when solving would amplify rounding beyond any sense, in double precision.
        var isSingular: Bool { !(reciprocalCondition > Double(max(factors.rows, 1)) * Double.ulpOfOne) }

        /// X with A X = B.
        func solve(_ right: ColumnMajor) -> ColumnMajor {
            var x = right
            guard factors.rows > 0, right.columns > 0 else { return x }
            var (n, columns, info) = (Int32(factors.rows), Int32(right.columns), Int32(0))
            dgetrs_("N", &n, &columns, factors.values, &n, pivots, &x.values, &n, &info)
            return x
        }

        var determinant: Double {
            var product = 1.0
            for i in 0..<factors.rows {
                product *= factors[i, i]
                if Int(pivots[i]) != i + 1 { product = -product }
            }
            return product
        }
    }

    /// L, lower triangular, with A = L Lᵀ; nil where A is not positive definite, and then the order of the first
    /// leading block that is not.
    static func cholesky(_ matrix: ColumnMajor) -> (factor: ColumnMajor?, badOrder: Int) {
        var factor = matrix
        guard matrix.rows > 0 else { return (factor, 0) }
        var (n, info) = (Int32(matrix.rows), Int32(0))
        dpotrf_("L", &n, &factor.values, &n, &info)
        guard info == 0 else { return (nil, Int(info)) }
        for j in 1..<max(matrix.columns, 1) {
            for i in 0..<j { factor[i, j] = 0 }
        }
        return (factor, 0)
    }
}

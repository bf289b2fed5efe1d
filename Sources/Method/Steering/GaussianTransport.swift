import Basics
import COpenBLAS
import Tensor

/// The optimal transport of unsafe embeddings onto safe ones, both taken as Gaussian.
///
/// T(x) = μₛ + A (x − μᵤ) with A = Σᵤ^−½ (Σᵤ^½ Σₛ Σᵤ^½)^½ Σᵤ^−½: of all maps that bring N(μᵤ, Σᵤ) to N(μₛ, Σₛ) the one
/// that moves embeddings least in the mean square (Peyré and Cuturi, "Computational Optimal Transport" 2019, remark 2.31).
/// Each side's covariance is shrunk towards a multiple of the identity (Ledoit and Wolf 2004), so that few examples do.
///
/// It is conditional: a gate says of each embedding how much of the way it goes.
public struct GaussianTransport: Sendable {
    private let from: [Float]
    private let to: [Float]
    /// A, [width, width], symmetric.
    private let matrix: [Float]

    public var width: Int { from.count }

    /// - Parameter safe, unsafe: embeddings of both kinds to learn from, [examples, width].
    /// - Throws: `RhumbError` for fewer than two examples a side, and for other widths.
    public init(safe: Tensor, unsafe: Tensor) throws {
        let s = try Rows(safe, "a safe embedding"), u = try Rows(unsafe, "an unsafe embedding")
        guard s.count > 1, u.count > 1 else { throw RhumbError.transportNeedsMore(safe: s.count, unsafe: u.count) }
        guard s.width == u.width else { throw RhumbError.widths(s.width, u.width) }
        let width = s.width, (middle, start) = (s.mean(), u.mean())
        func covariance(_ side: Rows, around mean: [Double]) -> [Double] {
            let rows = side.centred(on: mean)
            return DirectionMethod.shrunkCovariance((0..<rows.count).map { Array(rows[$0]) })
        }
        let unsafeSquare = covariance(u, around: start)
        let root = try Self.applied(to: unsafeSquare, width) { $0.squareRoot() }
        let inverse = try Self.applied(to: unsafeSquare, width) { 1 / $0.squareRoot() }
        let inner = Self.product(Self.product(root, covariance(s, around: middle), width), root, width)
        let middleRoot = try Self.applied(to: inner, width) { max($0, 0).squareRoot() }
        let map = Self.product(Self.product(inverse, middleRoot, width), inverse, width)
        guard map.allSatisfy(\.isFinite) else { throw RhumbError.transportOfOnePoint }
        (from, to, matrix) = (start.map(Float.init), middle.map(Float.init), map.map(Float.init))
    }

    /// A function of a symmetric matrix, by its eigenvalues.
    private static func applied(
        to matrix: [Double], _ width: Int, _ function: (Double) -> Double
    ) throws -> [Double] {
        var vectors = matrix, values = [Double](repeating: 0, count: width)
        var n = Int32(width), info: Int32 = 0
        var size: Int32 = 1 + 6 * n + 2 * n * n, wholeSize: Int32 = 3 + 5 * n
        var work = [Double](repeating: 0, count: Int(size)), whole = [Int32](repeating: 0, count: Int(wholeSize))
        dsyevd_("V", "U", &n, &vectors, &n, &values, &work, &size, &whole, &wholeSize, &info)
        guard info == 0 else { throw RhumbError.transportOfOnePoint }
        // Eigenvectors are the columns, which lie one after the other: rows as they are read here.
        var scaled = vectors
        for row in 0..<width {
            let factor = function(values[row])
            for column in 0..<width { scaled[row * width + column] *= factor }
        }
        return product(vectors, scaled, width, transposesFirst: true)
    }

    private static func product(
        _ a: [Double], _ b: [Double], _ width: Int, transposesFirst: Bool = false
    ) -> [Double] {
        var result = [Double](repeating: 0, count: width * width)
        let n = Int32(width)
        cblas_dgemm(
            CblasRowMajor, transposesFirst ? CblasTrans : CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0,
            &result, n)
        return result
    }

    /// T(x) for rows [rows, width]; gradients flow through it.
    public func carried(_ rows: Tensor) throws -> Tensor {
        guard rows.rank == 2 else { throw RhumbError.notRows(rows.shape) }
        guard rows.shape[1] == width else { throw RhumbError.widths(width, rows.shape[1]) }
        let map = try Tensor(matrix, shape: [width, width])
        return try (rows - Tensor(from)).matmul(map) + Tensor(to)
    }

    /// normalize(z + g (T(z) − z)) for unit rows z, with the gate g of a rule.
    public func steered(_ rows: Tensor, gate rule: SteeringRule) throws -> Tensor {
        try rule.direction.check(rows)
        let share = try rule.openness(rows).unsqueezed(1)
        return try (rows + share * (carried(rows) - rows)).normalized()
    }
}

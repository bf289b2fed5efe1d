import Basics
import Tensor

/// LEACE, the least change after which no linear classifier tells two kinds apart (Belrose et al. 2023, "LEACE: Perfect
/// linear concept erasure in closed form", arXiv 2306.03819).
///
/// r(x) = x − (s · (x − μ)) σ / (σ · s), with σ the covariance of embeddings and label, and s = Σ⁻¹ σ. The covariance Σ
/// of the embeddings is shrunk towards a multiple of the identity (Bodnar, Gupta and Parolya 2014, arXiv 1308.2608), as
/// in the authors' package `concept-erasure`.
public struct LinearErasure: Sendable {
    private let mean: [Float]
    private let solved: [Float]
    private let removed: [Float]

    public var width: Int { mean.count }

    /// - Parameter safe, unsafe: embeddings of both kinds to learn from, [examples, width].
    /// - Throws: `RhumbError` where a side has none, for other widths, and where the two kinds have the same mean.
    public init(safe: Tensor, unsafe: Tensor) throws {
        let s = try Rows(safe, "a safe embedding"), u = try Rows(unsafe, "an unsafe embedding")
        guard s.count > 0, u.count > 0 else { throw RhumbError.oneClass("erasure") }
        guard s.width == u.width else { throw RhumbError.widths(s.width, u.width) }
        let width = s.width, n = Double(s.count + u.count)
        let rows = (0..<s.count).map { Array(s[$0]) } + (0..<u.count).map { Array(u[$0]) }
        var mean = [Double](repeating: 0, count: width)
        for row in rows { for i in 0..<width { mean[i] += row[i] / n } }
        let share = Double(u.count) / n
        var covariance = [Double](repeating: 0, count: width * width)
        var cross = [Double](repeating: 0, count: width)
        for (index, row) in rows.enumerated() {
            let centred = zip(row, mean).map { $0 - $1 }, label = (index < s.count ? 0 : 1) - share
            for i in 0..<width {
                cross[i] += centred[i] * label / (n - 1)
                for j in 0..<width { covariance[i * width + j] += centred[i] * centred[j] / n }
            }
        }
        guard length(cross) > 1e-9 else { throw RhumbError.coincidentMeans }
        Self.shrink(&covariance, width, n)
        guard let solution = try? solvePositiveDefinite(covariance, cross) else { throw RhumbError.erasureNeedsMore }
        let product = dot(cross, solution)
        self.mean = mean.map(Float.init)
        solved = solution.map { Float($0 / product) }
        removed = cross.map(Float.init)
    }

    /// α S + (1 − α) (tr S / p) I.
    private static func shrink(_ covariance: inout [Double], _ width: Int, _ n: Double) {
        let p = Double(width), trace = (0..<width).reduce(0) { $0 + covariance[$1 * width + $1] }
        let excess = dot(covariance, covariance) - trace * trace / p
        // Not held above 0, as in the package: the result is positive definite there too, but for the fewest examples.
        let alpha = excess > 0 ? 1 - trace * trace / n / excess : 0
        for i in covariance.indices { covariance[i] *= alpha }
        for i in 0..<width { covariance[i * width + i] += (1 - alpha) * trace / p }
    }

    /// r(x) for rows [rows, width]; gradients flow through it.
    public func erased(_ rows: Tensor) throws -> Tensor {
        guard rows.rank == 2 else { throw RhumbError.notRows(rows.shape) }
        guard rows.shape[1] == width else { throw RhumbError.widths(width, rows.shape[1]) }
        let along = try (rows - Tensor(mean)).matmul(Tensor(solved)).unsqueezed(1)
        return try rows - along * Tensor(removed)
    }
}

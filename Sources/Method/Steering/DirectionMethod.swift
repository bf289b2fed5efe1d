import Basics
import Foundation

/// How safe and unsafe anchors become one direction.
public enum DirectionMethod: String, CaseIterable, Sendable {
    /// The difference of the two means: the paper's.
    case mean
    /// Fisher's linear discriminant, Σ⁻¹ (mean safe − mean unsafe), with the within-class covariance Σ shrunk towards
    /// a multiple of the identity by Ledoit and Wolf's rule (2004): directions in which anchors of one side already
    /// scatter count for less.
    case lda
    /// The normal of L2-regularised logistic regression on the anchors (C = 1): anchors near the border count most.
    case logistic
}

extension DirectionMethod {
    /// The direction before normalisation.
    ///
    /// - Parameter gap: the mean of the safe anchors less that of the unsafe ones.
    func difference(_ safe: Rows, _ unsafe: Rows, _ gap: [Double]) throws -> [Double] {
        guard self != .mean else { return gap }
        guard safe.count >= 2, unsafe.count >= 2 else {
            throw RhumbError.tooFew(self, safe: safe.count, unsafe: unsafe.count)
        }
        return self == .lda ? try discriminant(safe, unsafe, gap) : try logisticNormal(safe, unsafe)
    }

    private func discriminant(_ safe: Rows, _ unsafe: Rows, _ gap: [Double]) throws -> [Double] {
        let residuals = [safe.centred(on: safe.mean()), unsafe.centred(on: unsafe.mean())]
        let rows = residuals.flatMap { part in (0..<part.count).map { Array(part[$0]) } }
        return try solvePositiveDefinite(Self.shrunkCovariance(rows), gap)
    }

    /// Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices" (2004), for rows of
    /// mean 0: (1 − s) S + s μ I, with μ the mean variance and s the estimated optimal share.
    static func shrunkCovariance(_ rows: [[Double]]) -> [Double] {
        let n = Double(rows.count), width = rows[0].count, d = Double(width)
        var covariance = [Double](repeating: 0, count: width * width)
        for row in rows {
            for i in 0..<width { for j in 0..<width { covariance[i * width + j] += row[i] * row[j] / n } }
        }
        let mu = (0..<width).reduce(0) { $0 + covariance[$1 * width + $1] } / d
        let squared = covariance.reduce(0) { $0 + $1 * $1 }
        // δ² = ‖S − μI‖² / d, and β² = Σ ‖x xᵀ − S‖² / (n² d), never above δ².
        let delta = (squared - d * mu * mu) / d
        let fourth = rows.reduce(0) { $0 + dot($1, $1) * dot($1, $1) } / n
        let beta = min((fourth - squared) / (n * d), delta)
        let share = delta > 0 ? max(0, beta) / delta : 1
        for i in covariance.indices { covariance[i] *= 1 - share }
        for i in 0..<width { covariance[i * width + i] += share * mu }
        return covariance
    }

    /// Newton's method on ½ ‖w‖² + Σ log(1 + exp(−y (w·x + b))), the intercept unpenalised.
    private func logisticNormal(_ safe: Rows, _ unsafe: Rows) throws -> [Double] {
        let width = safe.width, size = width + 1
        let examples =
            (0..<safe.count).map { Array(safe[$0]) + [1] } + (0..<unsafe.count).map { Array(unsafe[$0]) + [1] }
        let labels = [Double](repeating: 1, count: safe.count) + [Double](repeating: 0, count: unsafe.count)
        var w = [Double](repeating: 0, count: size)
        for _ in 0..<50 {
            var gradient = w, hessian = [Double](repeating: 0, count: size * size)
            gradient[width] = 0
            for i in 0..<width { hessian[i * size + i] = 1 }
            hessian[width * size + width] = 1e-12
            for (x, label) in zip(examples, labels) {
                let p = 1 / (1 + exp(-dot(w, x))), weight = p * (1 - p)
                for i in 0..<size {
                    gradient[i] += (p - label) * x[i]
                    for j in 0..<size { hessian[i * size + j] += weight * x[i] * x[j] }
                }
            }
            let step = try solvePositiveDefinite(hessian, gradient)
            for i in w.indices { w[i] -= step[i] }
            if length(step) < 1e-12 * max(1, length(w)) { break }
        }
        return Array(w.dropLast())
    }
}

import Foundation

/// The curve 1 / (1 + a d²ᵇ) by which UMAP says how near two points of the plane are.
package struct UMAPCurve: Sendable, Hashable {
    package let a: Double
    package let b: Double

    /// The least-squares fit to 1 up to `minimumDistance` and exp(−(d − minimumDistance)) beyond it, at 300 distances
    /// from 0 to 3, by Levenberg and Marquardt.
    package init(minimumDistance: Double) {
        let distances = (0..<300).map { Double($0) * 3 / 299 }
        let wanted = distances.map { $0 < minimumDistance ? 1 : exp(-($0 - minimumDistance)) }
        func residuals(_ a: Double, _ b: Double) -> [Double] {
            zip(distances, wanted).map { 1 / (1 + a * pow($0, 2 * b)) - $1 }
        }
        func cost(_ residuals: [Double]) -> Double { residuals.reduce(0) { $0 + $1 * $1 } }
        var (a, b, damping) = (1.0, 1.0, 1e-3)
        var current = residuals(a, b)
        for _ in 0..<500 {
            var (aa, ab, bb, ar, br) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for (index, distance) in distances.enumerated() where distance > 0 {
                let power = pow(distance, 2 * b), square = (1 + a * power) * (1 + a * power)
                let (da, db) = (-power / square, -2 * a * power * log(distance) / square)
                aa += da * da
                ab += da * db
                bb += db * db
                ar += da * current[index]
                br += db * current[index]
            }
            let (p, q) = (aa * (1 + damping), bb * (1 + damping))
            let determinant = p * q - ab * ab
            let (stepA, stepB) = (-(q * ar - ab * br) / determinant, -(p * br - ab * ar) / determinant)
            let next = residuals(a + stepA, b + stepB)
            guard a + stepA > 0, b + stepB > 0, cost(next) < cost(current) else {
                damping *= 10
                if damping > 1e12 { break }
                continue
            }
            (a, b, current, damping) = (a + stepA, b + stepB, next, damping / 10)
            if abs(stepA) + abs(stepB) < 1e-12 { break }
        }
        (self.a, self.b) = (a, b)
    }
}

/// The projections of points on their two directions of greatest variance, by subspace iteration.
package struct PrincipalComponents {
    /// The coordinate of each point along the first direction, and along the second.
    package private(set) var first: [Double]
    package private(set) var second: [Double]

    package init(_ points: [Float], dimensions: Int) {
        let count = points.count / dimensions
        var centred = points
        for k in 0..<dimensions {
            var mean = 0.0
            for i in 0..<count { mean += Double(points[i * dimensions + k]) }
            mean /= Double(count)
            for i in 0..<count { centred[i * dimensions + k] -= Float(mean) }
        }
        var noise = NormalNoise(seed: 1)
        // More directions than are wanted converge faster than these two alone.
        let width = min(6, dimensions)
        var basis = (0..<width).map { _ in (0..<dimensions).map { _ in noise.next() } }
        Self.orthonormalise(&basis)
        for _ in 0..<60 {
            for b in basis.indices { basis[b] = Self.covariance(centred, count, times: basis[b]) }
            Self.orthonormalise(&basis)
        }
        var projections = basis.map { Self.project(centred, count, on: $0) }
        // Within the subspace the directions need not be the principal ones yet, only nearly: order them by variance.
        projections.sort { a, b in a.reduce(0) { $0 + $1 * $1 } > b.reduce(0) { $0 + $1 * $1 } }
        first = Self.signed(projections[0])
        second = projections.count > 1 ? Self.signed(projections[1]) : [Double](repeating: 0, count: count)
    }

    /// A direction and its opposite are equally good: the coordinate of greatest magnitude is made positive.
    private static func signed(_ values: [Double]) -> [Double] {
        let extreme = values.max { abs($0) < abs($1) } ?? 0
        return extreme < 0 ? values.map { -$0 } : values
    }

    private static func project(_ centred: [Float], _ count: Int, on direction: [Double]) -> [Double] {
        let dimensions = direction.count
        return (0..<count).map { i in
            var sum = 0.0
            for k in 0..<dimensions { sum += Double(centred[i * dimensions + k]) * direction[k] }
            return sum
        }
    }

    /// Xᵀ (X v).
    private static func covariance(_ centred: [Float], _ count: Int, times direction: [Double]) -> [Double] {
        let dimensions = direction.count
        let projection = project(centred, count, on: direction)
        var result = [Double](repeating: 0, count: dimensions)
        for i in 0..<count {
            for k in 0..<dimensions { result[k] += Double(centred[i * dimensions + k]) * projection[i] }
        }
        return result
    }

    /// Gram and Schmidt's method, in place; a direction that vanishes stays zero.
    private static func orthonormalise(_ basis: inout [[Double]]) {
        for a in basis.indices {
            for b in 0..<a {
                let overlap = zip(basis[a], basis[b]).reduce(0) { $0 + $1.0 * $1.1 }
                for k in basis[a].indices { basis[a][k] -= overlap * basis[b][k] }
            }
            let length = basis[a].reduce(0) { $0 + $1 * $1 }.squareRoot()
            for k in basis[a].indices { basis[a][k] = length > 1e-300 ? basis[a][k] / length : 0 }
        }
    }
}

import Foundation

/// The fuzzy simplicial set of UMAP: how surely each two points are neighbours, from 0 to 1 (McInnes, Healy and
/// Melville, "UMAP: Uniform Manifold Approximation and Projection", arXiv 1802.03426, algorithms 2 and 3).
package struct FuzzyGraph {
    /// An edge between two points, in both of its directions.
    package struct Edge: Hashable, Sendable {
        package let from: Int32
        package let to: Int32
        package let weight: Float
    }

    /// Sorted by `from`, then by `to`.
    package let edges: [Edge]

    /// Every point counts as surely connected to its nearest neighbour (local connectivity 1), and the memberships of
    /// its neighbours add up to log₂ of their number. Both directions of a pair join as a + b − a b.
    ///
    /// `neighbours.neighbours` is one less than umap-learn's `n_neighbors`, which counts the point itself.
    package init(_ neighbours: NearestNeighbours) {
        let (count, k) = (neighbours.count, neighbours.neighbours)
        let meanOfAll =
            neighbours.distances.reduce(0.0) { $0 + Double($1) } / Double(max(count * (k + 1), 1))
        // Each pair under the lower of its two points: the weight from there, and the weight back.
        var pairs: [[Int32: (there: Float, back: Float)]] = Array(repeating: [:], count: count)
        for point in 0..<count {
            let row = neighbours.distances[point * k..<(point + 1) * k].map(Double.init)
            let (nearest, scale) = Self.scale(row, meanOfAll: meanOfAll)
            for (place, distance) in row.enumerated() {
                let other = neighbours.indices[point * k + place]
                let reach = distance - nearest
                let weight = Float(reach <= 0 || scale == 0 ? 1 : exp(-reach / scale))
                if Int(other) > point {
                    pairs[point][other, default: (0, 0)].there = weight
                } else {
                    pairs[Int(other)][Int32(point), default: (0, 0)].back = weight
                }
            }
        }
        var edges: [Edge] = []
        edges.reserveCapacity(count * k * 2)
        for (low, others) in pairs.enumerated() {
            for (high, weights) in others {
                let weight = weights.there + weights.back - weights.there * weights.back
                edges.append(Edge(from: Int32(low), to: high, weight: weight))
                edges.append(Edge(from: high, to: Int32(low), weight: weight))
            }
        }
        self.edges = edges.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
    }

    /// The distance to the nearest neighbour that is not at the same place, ρ, and the scale σ for which
    /// Σ exp(−max(0, d − ρ) / σ) is log₂ of the number of neighbours with the point itself.
    static func scale(_ row: [Double], meanOfAll: Double) -> (nearest: Double, scale: Double) {
        let wanted = log2(Double(row.count + 1))
        let nearest = row.first { $0 > 0 } ?? 0
        var low = 0.0, high = Double.infinity, scale = 1.0
        for _ in 0..<64 {
            let sum = row.reduce(0) { $0 + ($1 > nearest ? exp(-($1 - nearest) / scale) : 1) }
            if abs(sum - wanted) < 1e-5 { break }
            if sum > wanted {
                high = scale
                scale = (low + high) / 2
            } else {
                low = scale
                scale = high.isInfinite ? scale * 2 : (low + high) / 2
            }
        }
        // Never so small that all neighbours but the nearest vanish.
        let mean = nearest > 0 ? row.reduce(0, +) / Double(row.count + 1) : meanOfAll
        return (nearest, max(scale, 1e-3 * mean))
    }
}

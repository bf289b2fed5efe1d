import Foundation

/// How much each pair of points minds each other: symmetric, adding up to 1 over all ordered pairs.
package struct Affinities {
    package let count: Int
    /// [count, stride], row by row; the padding at the end of a row is 0.
    package private(set) var values: [Float]
    /// The length of a row, a multiple of the width of the loops over it.
    package let stride: Int

    /// Gives each point a Gaussian whose width makes its neighbourhood's perplexity the wanted one, and averages both
    /// directions of a pair.
    package init(_ distances: SquaredDistances, perplexity: Double) {
        count = distances.count
        stride = (count + Plane.lanes - 1) / Plane.lanes * Plane.lanes
        values = [Float](repeating: 0, count: count * stride)
        for i in 0..<count {
            let row = Array(distances.values[i * count..<(i + 1) * count])
            let neighbours = Self.neighbourhood(row, of: i, entropy: log(perplexity))
            for j in 0..<count {
                let half = Float(neighbours[j] / Double(2 * count))
                values[i * stride + j] += half
                values[j * stride + i] += half
            }
        }
    }

    /// The probabilities p(j|i), found by bisecting the precision β of exp(−β d²) until their entropy in nats is right.
    static func neighbourhood(_ row: [Float], of i: Int, entropy wanted: Double) -> [Double] {
        var beta = 1.0, lower = 0.0, upper = Double.infinity
        var probabilities = [Double](repeating: 0, count: row.count)
        // Distances from the nearest neighbour on: the shift cancels in the ratio and keeps the exponentials from
        // vanishing.
        let nearest = Double(row.indices.reduce(Float.infinity) { $1 == i ? $0 : min($0, row[$1]) })
        for _ in 0..<200 {
            var sum = 0.0, weighted = 0.0
            for j in row.indices where j != i {
                let distance = Double(row[j]) - nearest
                let value = exp(-beta * distance)
                probabilities[j] = value
                sum += value
                weighted += value * distance
            }
            let entropy = log(sum) + beta * weighted / sum
            for j in row.indices { probabilities[j] /= sum }
            if abs(entropy - wanted) < 1e-6 { break }
            if entropy > wanted {
                lower = beta
                beta = upper.isInfinite ? beta * 2 : (beta + upper) / 2
            } else {
                upper = beta
                beta = (beta + lower) / 2
            }
        }
        return probabilities
    }
}

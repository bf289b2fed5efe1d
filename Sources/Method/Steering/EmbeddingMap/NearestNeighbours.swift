import Tensor

/// The nearest neighbours of each of many points, exactly, by blocks of matrix products.
///
/// Time grows with the square of the number of points, memory only with their number.
package struct NearestNeighbours {
    package let count: Int
    /// How many neighbours each point has; the point itself is none of them.
    package let neighbours: Int
    /// [count, neighbours], the nearest first; of equally near ones the first.
    package private(set) var indices: [Int32]
    /// Euclidean distances, [count, neighbours].
    package private(set) var distances: [Float]

    private static let block = 256

    /// - Parameters:
    ///   - points: coordinates, point by point.
    ///   - neighbours: of each point; fewer than there are points.
    ///   - progress: called with the share that is done; throws to end the work.
    package init(
        _ points: [Float], dimensions: Int, neighbours: Int, progress: (Double) throws -> Void = { _ in }
    ) throws {
        let count = points.count / dimensions
        (self.count, self.neighbours) = (count, neighbours)
        indices = [Int32](repeating: 0, count: count * neighbours)
        distances = [Float](repeating: 0, count: count * neighbours)
        let all = try Tensor(points, shape: [count, dimensions])
        let transposed = try all.transposed()
        let squares = (0..<count).map { row -> Float in
            var sum: Float = 0
            for k in row * dimensions..<(row + 1) * dimensions { sum += points[k] * points[k] }
            return sum
        }
        for start in stride(from: 0, to: count, by: Self.block) {
            let end = min(start + Self.block, count)
            let products = try all.sliced(0, from: start, to: end).matmul(transposed).floats
            for row in start..<end {
                let first = (row - start) * count
                let found = products.withUnsafeBufferPointer { products in
                    nearest(to: row, UnsafeBufferPointer(rebasing: products[first..<first + count]), squares)
                }
                keep(found, of: row, points, dimensions)
            }
            try progress(Double(end) / Double(count))
        }
    }

    /// Some more candidates than are wanted: distances by |b|² − 2 a·b are only as exact as the products are.
    private func nearest(to row: Int, _ products: UnsafeBufferPointer<Float>, _ squares: [Float]) -> [Int32] {
        let wanted = min(neighbours + 8, count - 1)
        var best = [(distance: Float, index: Int32)]()
        best.reserveCapacity(wanted + 1)
        var limit = Float.infinity
        squares.withUnsafeBufferPointer { squares in
            for other in 0..<count {
                let distance = squares[other] - 2 * products[other]
                guard distance < limit, other != row else { continue }
                var place = best.count
                while place > 0, best[place - 1].distance > distance { place -= 1 }
                best.insert((distance, Int32(other)), at: place)
                if best.count > wanted { best.removeLast() }
                if best.count == wanted { limit = best[wanted - 1].distance }
            }
        }
        return best.map(\.index)
    }

    /// The nearest of the candidates, by differences of coordinates.
    private mutating func keep(_ candidates: [Int32], of row: Int, _ points: [Float], _ dimensions: Int) {
        let exact = candidates.map { other -> (distance: Float, index: Int32) in
            var sum = 0.0
            let (a, b) = (row * dimensions, Int(other) * dimensions)
            for k in 0..<dimensions {
                let difference = Double(points[a + k]) - Double(points[b + k])
                sum += difference * difference
            }
            return (Float(sum.squareRoot()), other)
        }.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }
        for (place, neighbour) in exact.prefix(neighbours).enumerated() {
            indices[row * neighbours + place] = neighbour.index
            distances[row * neighbours + place] = neighbour.distance
        }
    }
}

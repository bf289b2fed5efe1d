/// The squared Euclidean distances between all pairs of points.
package struct SquaredDistances {
    package let count: Int
    /// [count, count], row by row.
    package private(set) var values: [Float]

    package init(_ points: [Float], dimensions: Int) {
        let count = points.count / dimensions
        self.count = count
        values = [Float](repeating: 0, count: count * count)
        points.withUnsafeBufferPointer { points in
            values.withUnsafeMutableBufferPointer { values in
                for i in 0..<count {
                    for j in 0..<i {
                        var sum = SIMD8<Float>.zero
                        var k = 0
                        while k + 8 <= dimensions {
                            var difference = SIMD8<Float>.zero
                            for lane in 0..<8 {
                                difference[lane] = points[i * dimensions + k + lane] - points[j * dimensions + k + lane]
                            }
                            sum += difference * difference
                            k += 8
                        }
                        var distance = sum.sum()
                        while k < dimensions {
                            let difference = points[i * dimensions + k] - points[j * dimensions + k]
                            distance += difference * difference
                            k += 1
                        }
                        values[i * count + j] = distance
                        values[j * count + i] = distance
                    }
                }
            }
        }
    }
}

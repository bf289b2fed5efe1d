import Foundation

/// A picture with transparency: premultiplied RGBA, rows top down.
struct Bitmap: Sendable {
    let width, height: Int
    /// `width * height * 4` bytes; colour is already multiplied by alpha.
    var rgba: [UInt8]

    /// The part that isn't transparent, centred in a square of its longer side.
    func croppedToSquare() -> Bitmap {
        var left = width, right = -1, top = height, bottom = -1
        for y in 0..<height {
            for x in 0..<width where rgba[(y * width + x) * 4 + 3] > 8 {
                left = min(left, x)
                right = max(right, x)
                top = min(top, y)
                bottom = max(bottom, y)
            }
        }
        guard right >= left else { return self }
        let inner = (width: right - left + 1, height: bottom - top + 1)
        let side = max(inner.width, inner.height)
        let offset = (x: (side - inner.width) / 2, y: (side - inner.height) / 2)
        var square = [UInt8](repeating: 0, count: side * side * 4)
        for y in 0..<inner.height {
            let from = ((top + y) * width + left) * 4
            let to = ((offset.y + y) * side + offset.x) * 4
            square.replaceSubrange(to..<to + inner.width * 4, with: rgba[from..<from + inner.width * 4])
        }
        return Bitmap(width: side, height: side, rgba: square)
    }

    /// Resampled to `size` × `size` by the Lanczos filter of three lobes.
    ///
    /// The filter is widened when shrinking, so every source pixel counts (as PIL's antialiased `LANCZOS` does).
    /// Premultiplied colour is what may be averaged: transparent pixels add no dark fringe.
    func resized(to size: Int) -> Bitmap {
        let columns = LanczosFilter(from: width, to: size)
        let rows = LanczosFilter(from: height, to: size)
        var narrow = [Float](repeating: 0, count: height * size * 4)
        for y in 0..<height {
            for x in 0..<size {
                var sum = SIMD4<Float>.zero
                for (index, weight) in columns.taps(x) {
                    let p = (y * width + index) * 4
                    sum +=
                        weight
                        * SIMD4(
                            Float(rgba[p]), Float(rgba[p + 1]), Float(rgba[p + 2]), Float(rgba[p + 3]))
                }
                for c in 0..<4 { narrow[(y * size + x) * 4 + c] = sum[c] }
            }
        }
        var result = [UInt8](repeating: 0, count: size * size * 4)
        for y in 0..<size {
            for x in 0..<size {
                var sum = SIMD4<Float>.zero
                for (index, weight) in rows.taps(y) {
                    let p = (index * size + x) * 4
                    sum += weight * SIMD4(narrow[p], narrow[p + 1], narrow[p + 2], narrow[p + 3])
                }
                let alpha = min(max(sum.w.rounded(), 0), 255)
                // A lobe may push a colour past its alpha, which no premultiplied pixel can be.
                for c in 0..<3 { result[(y * size + x) * 4 + c] = UInt8(min(max(sum[c].rounded(), 0), alpha)) }
                result[(y * size + x) * 4 + 3] = UInt8(alpha)
            }
        }
        return Bitmap(width: size, height: size, rgba: result)
    }
}

/// The normalised weights of each target pixel along one axis.
private struct LanczosFilter {
    private let starts: [Int]
    private let weights: [[Float]]

    init(from source: Int, to target: Int) {
        let scale = Double(source) / Double(target)
        let widening = max(scale, 1)
        let support = 3 * widening
        var starts: [Int] = []
        var weights: [[Float]] = []
        for pixel in 0..<target {
            let centre = (Double(pixel) + 0.5) * scale
            let first = max(0, Int((centre - support + 0.5).rounded(.down)))
            let last = min(source, Int((centre + support + 0.5).rounded(.down)))
            let raw = (first..<last).map { Self.kernel((Double($0) + 0.5 - centre) / widening) }
            let sum = raw.reduce(0, +)
            starts.append(first)
            weights.append(raw.map { Float($0 / sum) })
        }
        (self.starts, self.weights) = (starts, weights)
    }

    func taps(_ pixel: Int) -> Zip2Sequence<PartialRangeFrom<Int>, [Float]> { zip(starts[pixel]..., weights[pixel]) }

    private static func kernel(_ x: Double) -> Double {
        guard x != 0 else { return 1 }
        guard abs(x) < 3 else { return 0 }
        let a = Double.pi * x
        return 3 * sin(a) * sin(a / 3) / (a * a)
    }
}

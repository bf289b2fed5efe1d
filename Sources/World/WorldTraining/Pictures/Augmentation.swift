import Basics
import Tensor
import World

/// A picture on its way into training: three planes with values of about −1…1.
struct Augmentation {
    /// Red, then green, then blue, rows from the top.
    var planes: [Float]
    let side = Scene.side

    /// - Parameter rgb: `Scene.side`² pixels of three bytes, as the renderer gives them.
    init(_ rgb: [UInt8]) {
        let plane = side * side
        planes = [Float](unsafeUninitializedCapacity: plane * 3) { values, count in
            for pixel in 0..<plane {
                for channel in 0..<3 { values[channel * plane + pixel] = Float(rgb[pixel * 3 + channel]) / 127.5 - 1 }
            }
            count = plane * 3
        }
    }

    /// The mean of each 3 × 3 neighbourhood; the border repeats.
    mutating func blur() {
        let side = side
        let source = planes
        planes.withUnsafeMutableBufferPointer { target in
            for channel in 0..<3 {
                let base = channel * side * side
                for y in 0..<side {
                    for x in 0..<side {
                        var sum: Float = 0
                        for row in [max(y - 1, 0), y, min(y + 1, side - 1)] {
                            let line = base + row * side
                            sum += source[line + max(x - 1, 0)] + source[line + x] + source[line + min(x + 1, side - 1)]
                        }
                        target[base + y * side + x] = sum / 9
                    }
                }
            }
        }
    }

    /// Independent uniform noise in ±amplitude on every value; four values share one random word.
    mutating func addNoise(amplitude: Float, using random: inout SplitMix64) {
        let scale = amplitude / 32768
        planes.withUnsafeMutableBufferPointer { values in
            for p in stride(from: 0, to: values.count, by: 4) {
                var word = random.next()
                for i in p..<p + 4 {
                    values[i] += Float(Int16(truncatingIfNeeded: word)) * scale
                    word >>= 16
                }
            }
        }
    }
}

extension Augmentation {
    /// The picture as a tensor of 0…1.
    var image: Image {
        get throws { try Image(Tensor(planes.map { min(max(($0 + 1) / 2, 0), 1) }, shape: [3, side, side])) }
    }
}

import Basics
import Foundation
import World

/// What the pictures of a small generator suffer from, done to rendered ones: whoever reads generated pictures must
/// have learned to see through it.
extension Augmentation {
    /// One to three of the faults below, each up to `strength`; at 1 the objects are still to be recognised.
    mutating func degrade(strength: Float, using random: inout SplitMix64) {
        for _ in 0..<random.integer(in: 1...3) {
            let amount = strength * Float(random.uniform())
            switch random.below(7) {
            case 0: soften(sigma: 0.4 + 1.1 * amount)
            case 1: warp(amplitude: 0.5 + 2 * amount, grid: random.integer(in: 3...8), using: &random)
            case 2: quantise(step: 0.05 + 0.3 * amount)
            case 3: shiftColours(amplitude: 0.25 * amount, using: &random)
            case 4: erode(beyond: 1 - 0.75 * amount, grid: random.integer(in: 3...5), using: &random)
            case 5: addClouds(amplitude: 0.3 * amount, grid: random.integer(in: 4...16), using: &random)
            default: addNoise(amplitude: 0.25 * amount, using: &random)
            }
        }
    }

    /// A Gaussian blur; the border repeats.
    mutating func soften(sigma: Float) {
        let radius = max(1, Int((2.5 * sigma).rounded(.up)))
        var kernel = (-radius...radius).map { exp(-Float($0 * $0) / (2 * sigma * sigma)) }
        let sum = kernel.reduce(0, +)
        for i in kernel.indices { kernel[i] /= sum }
        convolve(kernel, radius, along: 1, lines: side)
        convolve(kernel, radius, along: side, lines: 1)
    }

    /// One direction of a separable filter: neighbours are `stride` values apart, the lines across it `lines`.
    private mutating func convolve(_ kernel: [Float], _ radius: Int, along stride: Int, lines: Int) {
        let side = side, source = planes
        planes.withUnsafeMutableBufferPointer { target in
            for channel in 0..<3 {
                for line in 0..<side {
                    let base = channel * side * side + line * lines
                    for at in 0..<side {
                        var sum: Float = 0
                        for (tap, weight) in kernel.enumerated() {
                            sum += weight * source[base + min(max(at + tap - radius, 0), side - 1) * stride]
                        }
                        target[base + at * stride] = sum
                    }
                }
            }
        }
    }

    /// Smears the picture: every pixel comes from up to `amplitude` pixels away, neighbours from like distances.
    mutating func warp(amplitude: Float, grid: Int, using random: inout SplitMix64) {
        let across = SmoothField(grid: grid, side: side, amplitude: amplitude, using: &random).values
        let down = SmoothField(grid: grid, side: side, amplitude: amplitude, using: &random).values
        let side = side, plane = side * side, source = planes, last = Float(side - 1)
        for y in 0..<side {
            for x in 0..<side {
                let p = y * side + x
                let u = min(max(Float(x) + across[p], 0), last), v = min(max(Float(y) + down[p], 0), last)
                let (left, top) = (min(Int(u), side - 2), min(Int(v), side - 2))
                let (a, b) = (u - Float(left), v - Float(top))
                for channel in 0..<3 {
                    let q = channel * plane + top * side + left
                    planes[channel * plane + p] =
                        (source[q] * (1 - a) + source[q + 1] * a) * (1 - b)
                        + (source[q + side] * (1 - a) + source[q + side + 1] * a) * b
                }
            }
        }
    }

    /// Rounds the cosine coefficients of each 8 × 8 block as JPEG does, high frequencies coarsely.
    mutating func quantise(step: Float) {
        let side = side
        let cosines = Self.cosines
        planes.withUnsafeMutableBufferPointer { values in
            var block = [Float](repeating: 0, count: 64), half = block
            for corner in 0..<3 * (side / 8) * (side / 8) {
                let base = corner / (side / 8) * 8 * side + corner % (side / 8) * 8
                for i in 0..<64 { block[i] = values[base + i / 8 * side + i % 8] }
                Self.transform(&block, &half, cosines, inverse: false)
                for i in 0..<64 {
                    let size = step * (1 + 0.5 * Float(i / 8 + i % 8))
                    block[i] = (block[i] / size).rounded() * size
                }
                Self.transform(&block, &half, cosines, inverse: true)
                for i in 0..<64 { values[base + i / 8 * side + i % 8] = block[i] }
            }
        }
    }

    /// C X Cᵀ, or Cᵀ X C, for one block X.
    private static func transform(_ block: inout [Float], _ half: inout [Float], _ cosines: [Float], inverse: Bool) {
        let (row, column) = inverse ? (1, 8) : (8, 1)
        for i in 0..<8 {
            for j in 0..<8 {
                var sum: Float = 0
                for k in 0..<8 { sum += cosines[i * row + k * column] * block[k * 8 + j] }
                half[i * 8 + j] = sum
            }
        }
        for i in 0..<8 {
            for j in 0..<8 {
                var sum: Float = 0
                for k in 0..<8 { sum += half[i * 8 + k] * cosines[j * row + k * column] }
                block[i * 8 + j] = sum
            }
        }
    }

    /// The orthonormal cosine transform of 8 values, [frequency, place].
    private static let cosines: [Float] = (0..<64).map { i in
        let frequency = i / 8, place = Float(i % 8) + 0.5
        let length: Float = frequency == 0 ? 0.125 : 0.25
        return length.squareRoot() * cos(Float.pi * place * Float(frequency) / 8)
    }

    /// Another gain and another offset for each colour.
    mutating func shiftColours(amplitude: Float, using random: inout SplitMix64) {
        let plane = side * side
        for channel in 0..<3 {
            let gain = 1 + amplitude * random.symmetric(), offset = amplitude * random.symmetric()
            for i in channel * plane..<(channel + 1) * plane { planes[i] = planes[i] * gain + offset }
        }
    }

    /// Smooth noise: soft patches of wrong colour.
    mutating func addClouds(amplitude: Float, grid: Int, using random: inout SplitMix64) {
        let plane = side * side
        for channel in 0..<3 {
            let field = SmoothField(grid: grid, side: side, amplitude: amplitude, using: &random).values
            for i in 0..<plane { planes[channel * plane + i] += field[i] }
        }
    }

    /// Leaves some of the picture undrawn: where a smooth field of −1…1 exceeds a threshold the corners' colour shows.
    mutating func erode(beyond threshold: Float, grid: Int, using random: inout SplitMix64) {
        let plane = side * side
        let field = SmoothField(grid: grid, side: side, amplitude: 1, using: &random).values
        let corners = [0, side - 1, plane - side, plane - 1]
        for channel in 0..<3 {
            let colour = corners.reduce(0) { $0 + planes[channel * plane + $1] } / 4
            for i in 0..<plane where field[i] > threshold {
                let share = min((field[i] - threshold) * 5, 1)
                planes[channel * plane + i] += (colour - planes[channel * plane + i]) * share
            }
        }
    }

    /// Mixes with a plain colour: 1 leaves the picture, 0 leaves nothing of it.
    mutating func fade(to colour: [Float], keeping share: Float) {
        let plane = side * side
        for i in planes.indices { planes[i] = colour[i / plane] + (planes[i] - colour[i / plane]) * share }
    }
}

/// Random values on a coarse grid, joined linearly: a field without edges.
struct SmoothField {
    /// [side, side], within ±amplitude.
    let values: [Float]

    init(grid: Int, side: Int, amplitude: Float, using random: inout SplitMix64) {
        let knots = (0..<grid * grid).map { _ in amplitude * random.symmetric() }
        let scale = Float(grid - 1) / Float(side - 1)
        let places = (0..<side).map { i -> (Int, Float) in
            let knot = min(Int(Float(i) * scale), grid - 2)
            return (knot, Float(i) * scale - Float(knot))
        }
        values = [Float](unsafeUninitializedCapacity: side * side) { values, count in
            for (y, (row, b)) in places.enumerated() {
                for (x, (column, a)) in places.enumerated() {
                    let k = row * grid + column
                    values[y * side + x] =
                        (knots[k] * (1 - a) + knots[k + 1] * a) * (1 - b)
                        + (knots[k + grid] * (1 - a) + knots[k + grid + 1] * a) * b
                }
            }
            count = side * side
        }
    }
}

extension SplitMix64 {
    /// Uniform in −1…1.
    mutating func symmetric() -> Float { Float(uniform() * 2 - 1) }
}

import Foundation
import Kernels

/// The filters of PIL's `Image.resize` that weigh neighbours, by their numbers in `preprocessor_config.json`.
public enum ResamplingFilter: Int, Codable, Sendable, CaseIterable {
    case lanczos = 1
    case bilinear = 2
    case bicubic = 3
    case box = 4
    case hamming = 5

    /// How far the filter reaches, in pixels of the finer of the two pictures.
    var support: Double {
        switch self {
        case .lanczos: 3
        case .bilinear, .hamming: 1
        case .bicubic: 2
        case .box: 0.5
        }
    }

    /// The weight at a distance from the centre.
    func weight(_ distance: Double) -> Double {
        let x = abs(distance)
        switch self {
        case .lanczos: return x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
        case .bilinear: return max(0, 1 - x)
        case .bicubic:
            let a = -0.5
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
        case .box: return distance > -0.5 && distance <= 0.5 ? 1 : 0
        case .hamming:
            if x >= 1 { return 0 }
            return x == 0 ? 1 : Self.sinc(x) * (0.54 + 0.46 * cos(x * .pi))
        }
    }

    private static func sinc(_ x: Double) -> Double {
        x == 0 ? 1 : sin(x * .pi) / (x * .pi)
    }
}

/// The weights that bring a line of pixels to another length, in PIL's fixed point: one rounding for each weight, and
/// one for each sum, so that results agree to the bit.
struct ResamplingTaps {
    private let stride: Int
    private var starts: [Int32] = []
    private var counts: [Int32] = []
    private var weights: [Int32] = []

    /// Input pixels that any output uses.
    var inputs: Range<Int> {
        let ends = zip(starts, counts).map { Int($0 + $1) }
        return Int(starts.min() ?? 0)..<(ends.max() ?? 0)
    }

    /// - Parameters:
    ///   - size: length of the line.
    ///   - target: length it is brought to.
    ///   - window: the outputs that are wanted.
    init(_ filter: ResamplingFilter, from size: Int, to target: Int, window: Range<Int>) {
        let scale = Double(size) / Double(target)
        // When shrinking the filter widens, so that every input counts.
        let widening = max(scale, 1)
        let support = filter.support * widening
        stride = Int(support.rounded(.up)) * 2 + 1
        for output in window {
            let centre = (Double(output) + 0.5) * scale
            // Truncated, not rounded down, as a cast in C.
            let start = max(Int(centre - support + 0.5), 0)
            let count = min(Int(centre + support + 0.5), size) - start
            var values = (0..<count).map { filter.weight((Double($0 + start) - centre + 0.5) / widening) }
            let total = values.reduce(0, +)
            if total != 0 { values = values.map { $0 / total } }
            starts.append(Int32(start))
            counts.append(Int32(count))
            weights += values.map { value in
                let scaled = value * Double(1 << RK_RESAMPLE_BITS)
                return Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
            }
            weights += [Int32](repeating: 0, count: stride - count)
        }
    }

    /// Moves the inputs, where only the part of them from `offset` on is at hand.
    func shifted(by offset: Int) -> ResamplingTaps {
        var copy = self
        copy.starts = starts.map { $0 - Int32(offset) }
        return copy
    }

    func withTaps(_ body: (rk_taps) -> Void) {
        starts.withUnsafeBufferPointer { starts in
            counts.withUnsafeBufferPointer { counts in
                weights.withUnsafeBufferPointer { weights in
                    body(
                        rk_taps(
                            outputs: starts.count, stride: stride, starts: starts.baseAddress,
                            counts: counts.baseAddress,
                            weights: weights.baseAddress))
                }
            }
        }
    }
}

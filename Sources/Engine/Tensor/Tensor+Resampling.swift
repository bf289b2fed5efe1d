import Basics
import Kernels

/// How a picture is brought to another size.
public enum Resampling: String, CaseIterable, Sendable {
    /// The pixel under the new pixel's corner, as PyTorch's `interpolate(mode="nearest")`.
    case nearest
    /// Weights falling off linearly between pixel centres.
    case bilinear
    /// Cubic weights: a = −0.75, or −0.5 with antialiasing, as in PyTorch.
    case bicubic
}

extension Tensor {
    /// Pictures at another size.
    ///
    /// - Parameter antialias: when shrinking, widen the filter with the scale, so that every source pixel counts.
    /// - Shapes: [batch, height, width, channels] → [batch, newHeight, newWidth, channels]. Pixel centres are aligned
    ///   (PyTorch's `align_corners=False`).
    public func resampled(height: Int, width: Int, _ mode: Resampling, antialias: Bool = false) throws -> Tensor {
        guard rank == 4, shape[1] > 0, shape[2] > 0, height > 0, width > 0 else {
            throw RhumbError.shape(
                shape, in: "resample", must: "be [batch, height, width, channels] with sizes above 0, before and after")
        }
        // Asked for and given back untouched: sizes that don't fit are refused before lists of as many places are made.
        _ = try Tensor(uninitialized: [shape[0], height, width, shape[3]], dtype)
        if mode == .nearest {
            if height == 2 * shape[1], width == 2 * shape[2], Engine.usesPrimitives, dtype.isFloatingPoint {
                return try upsampled2()
            }
            return try gathered(1, Tensor.nearest(shape[1], height)).gathered(2, Tensor.nearest(shape[2], width))
        }
        // Separable and linear: rows × feature map, then columns; the products bring their gradients along.
        let rows = try Tensor.weights(shape[1], height, mode, antialias: antialias)
        let columns = try Tensor.weights(shape[2], width, mode, antialias: antialias)
        let (batch, channels) = (shape[0], shape[3])
        let tall = try rows.matmul(reshaped([batch, shape[1], shape[2] * channels]))
        return try columns.matmul(tall.reshaped([batch, height, shape[2], channels]))
    }

    /// Every pixel twice across and twice down, without lists of indexes.
    private func upsampled2() throws -> Tensor {
        try StopFlag.check()
        let profile = Profile.entering(.operation, "upsample")
        defer { profile?.leave() }
        let (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
        let x = try detached().contiguous(),
            y = try Tensor(uninitialized: [batch, 2 * height, 2 * width, channels], dtype)
        rk_upsample2(dtype.byteCount, batch, height, width, channels, x.address, y.address)
        let (target, isBFloat16) = (shape, dtype == .bfloat16)
        return y.recorded("resample", [self]) {
            let dy = try $0.to(isBFloat16 ? .bfloat16 : .float32).contiguous(),
                dx = try Tensor(uninitialized: target, dy.dtype)
            isBFloat16
                ? rk_upsample2_gradient_bf16(batch, height, width, channels, dy.halfPointer, dx.halfPointer)
                : rk_upsample2_gradient_f32(batch, height, width, channels, dy.floatPointer, dx.floatPointer)
            return [dx]
        }
    }

    private static func nearest(_ size: Int, _ target: Int) -> [Int] {
        let scale = Float(size) / Float(target)
        return (0..<target).map { Swift.min(Int(Float($0) * scale), size - 1) }
    }

    /// The matrix [target, size] that takes a line of pixels to its new length; rows sum to 1.
    static func weights(_ size: Int, _ target: Int, _ mode: Resampling, antialias: Bool) throws -> Tensor {
        let scale = Double(size) / Double(target)
        let widening = antialias ? Swift.max(scale, 1) : 1
        let a = antialias ? -0.5 : -0.75
        func kernel(_ distance: Double) -> Double {
            let x = abs(distance)
            if mode == .bilinear { return Swift.max(0, 1 - x) }
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0
        }
        let matrix = try zeros([target, size])
        for row in 0..<target {
            // Without antialiasing PyTorch keeps bilinear positions inside the picture.
            var centre = (Double(row) + 0.5) * scale - 0.5
            if mode == .bilinear && !antialias { centre = Swift.max(centre, 0) }
            let reach = (mode == .bilinear ? 1.0 : 2.0) * widening
            let taps = Int((centre - reach).rounded(.down))...Int((centre + reach).rounded(.up))
            // Antialiased filters drop taps outside the picture; the others repeat its edge.
            let inside = antialias ? taps.clamped(to: 0...(size - 1)) : taps
            let values = inside.map { kernel((Double($0) - centre) / widening) }
            let total = values.reduce(0, +)
            for (tap, value) in zip(inside, values) {
                matrix.floatPointer[row * size + Swift.min(Swift.max(tap, 0), size - 1)] += Float(value / total)
            }
        }
        return matrix
    }
}

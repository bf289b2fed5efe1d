extension Bitmap {
    /// The same picture with its own main colour replaced by a tint's.
    ///
    /// Only pixels within 60 degrees of the main hue change, so a tulip keeps its stem and an apple its leaf; shading
    /// and highlights stay, for saturation and value are only scaled.
    func tinted(_ tint: Tint) -> Bitmap {
        let main = mainHue()
        let shift = tint.shift
        var result = self
        for p in stride(from: 0, to: rgba.count, by: 4) where rgba[p + 3] > 0 {
            let alpha = Float(rgba[p + 3])
            var hsv = HSV(
                red: Float(rgba[p]) / alpha, green: Float(rgba[p + 1]) / alpha, blue: Float(rgba[p + 2]) / alpha)
            guard hsv.saturation > 0.15, hsv.hueDistance(to: main) < 60 else { continue }
            hsv.hue = shift.hue
            hsv.saturation = min(hsv.saturation * shift.saturation, 1)
            hsv.value = min(hsv.value * shift.value, 1)
            let colour = hsv.rgb
            for c in 0..<3 { result.rgba[p + c] = UInt8(min((colour[c] * alpha).rounded(), alpha)) }
        }
        return result
    }

    /// The hue with the most saturated, opaque area, in degrees: the fullest of 36 bins.
    private func mainHue() -> Float {
        var bins = [Float](repeating: 0, count: 36)
        for p in stride(from: 0, to: rgba.count, by: 4) where rgba[p + 3] > 128 {
            let alpha = Float(rgba[p + 3])
            let hsv = HSV(
                red: Float(rgba[p]) / alpha, green: Float(rgba[p + 1]) / alpha, blue: Float(rgba[p + 2]) / alpha)
            bins[min(Int(hsv.hue / 10), 35)] += hsv.saturation * hsv.value
        }
        let fullest = bins.indices.max { bins[$0] < bins[$1] } ?? 0
        return Float(fullest) * 10 + 5
    }
}

/// Hue in degrees, saturation and value in 0…1.
private struct HSV {
    var hue, saturation, value: Float

    init(red: Float, green: Float, blue: Float) {
        let high = max(red, green, blue)
        let spread = high - min(red, green, blue)
        value = min(high, 1)
        saturation = high > 0 ? spread / high : 0
        guard spread > 0 else {
            hue = 0
            return
        }
        let sixth: Float =
            high == red
            ? (green - blue) / spread : high == green ? (blue - red) / spread + 2 : (red - green) / spread + 4
        hue = (sixth < 0 ? sixth + 6 : sixth) * 60
    }

    func hueDistance(to other: Float) -> Float {
        let difference = abs(hue - other)
        return min(difference, 360 - difference)
    }

    /// Back to red, green, blue by the hexcone formula.
    var rgb: SIMD3<Float> {
        func channel(_ n: Float) -> Float {
            let k = (n + hue / 60).truncatingRemainder(dividingBy: 6)
            return value - value * saturation * max(0, min(k, 4 - k, 1))
        }
        return SIMD3(channel(5), channel(3), channel(1))
    }
}

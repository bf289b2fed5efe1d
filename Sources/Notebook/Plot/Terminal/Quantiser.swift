/// Reduces a picture to few colours, for sixel.
struct Quantiser {
    /// At most as many as asked for.
    private(set) var palette: [Colour] = []
    /// For each pixel, row by row, the number of its colour.
    private(set) var indices: [UInt8] = []

    /// Exact when the picture has no more than `limit` colours; else by median cut with the error of each pixel handed
    /// on to its neighbours (Floyd and Steinberg).
    init(_ bitmap: Bitmap, limit: Int = 256) {
        var counts: [UInt32: Int] = [:]
        let values = (0..<bitmap.width * bitmap.height).map { bitmap.value($0) }
        for value in values { counts[value, default: 0] += 1 }
        if counts.count <= limit {
            let used = counts.keys.sorted()
            let numbers = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, UInt8($0)) })
            palette = used.map { Colour($0) }
            indices = values.map { numbers[$0] ?? 0 }
        } else {
            palette = Self.medianCut(counts.map { (Colour($0.key), $0.value) }, limit: limit)
            indices = dithered(bitmap)
        }
    }

    /// Splits the box of colours with the widest spread, weighed by how many pixels it has, at its median, and so on;
    /// each box ends as its mean.
    private static func medianCut(_ colours: [(colour: Colour, count: Int)], limit: Int) -> [Colour] {
        // A fixed order to begin with: a dictionary's differs from run to run.
        var boxes = [colours.sorted { $0.colour.value < $1.colour.value }]
        while boxes.count < limit {
            let scores = boxes.map { box -> Double in
                let pixels = Double(box.reduce(0) { $0 + $1.count })
                return Double(spread(box).range) * pixels.squareRoot()
            }
            guard let widest = scores.indices.max(by: { scores[$0] < scores[$1] }), scores[widest] > 0 else { break }
            let channel = spread(boxes[widest]).channel
            let sorted = boxes[widest].sorted {
                ($0.colour[channel], $0.colour.value) < ($1.colour[channel], $1.colour.value)
            }
            let half = sorted.reduce(0) { $0 + $1.count } / 2
            var seen = 0, cut = 1
            for (index, entry) in sorted.enumerated() {
                seen += entry.count
                if seen >= half { cut = min(max(index + 1, 1), sorted.count - 1); break }
            }
            boxes[widest] = Array(sorted[..<cut])
            boxes.append(Array(sorted[cut...]))
        }
        return boxes.map { box in
            let pixels = box.reduce(0) { $0 + $1.count }
            func mean(_ channel: Int) -> UInt8 {
                UInt8((box.reduce(0) { $0 + Int($1.colour[channel]) * $1.count } + pixels / 2) / pixels)
            }
            return Colour(red: mean(0), green: mean(1), blue: mean(2))
        }
    }

    private static func spread(_ box: [(colour: Colour, count: Int)]) -> (range: Int, channel: Int) {
        var best = (range: -1, channel: 0)
        for channel in 0..<3 {
            var least = 255, greatest = 0
            for entry in box {
                least = min(least, Int(entry.colour[channel]))
                greatest = max(greatest, Int(entry.colour[channel]))
            }
            if greatest - least > best.range { best = (greatest - least, channel) }
        }
        return best
    }

    private func dithered(_ bitmap: Bitmap) -> [UInt8] {
        let (width, height) = (bitmap.width, bitmap.height)
        var result = [UInt8](repeating: 0, count: width * height)
        var current = [SIMD3<Float>](repeating: .zero, count: width + 2), next = current
        var cache: [UInt32: UInt8] = [:]
        for y in 0..<height {
            for x in 0..<width {
                let colour = bitmap[x, y]
                let wanted = SIMD3(Float(colour.red), Float(colour.green), Float(colour.blue)) + current[x + 1]
                let clipped = wanted.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255))
                let number = nearest(clipped, &cache)
                result[y * width + x] = number
                let chosen = palette[Int(number)]
                let error = clipped - SIMD3(Float(chosen.red), Float(chosen.green), Float(chosen.blue))
                current[x + 2] += error * (7 / 16)
                next[x] += error * (3 / 16)
                next[x + 1] += error * (5 / 16)
                next[x + 2] += error * (1 / 16)
            }
            swap(&current, &next)
            for i in next.indices { next[i] = .zero }
        }
        return result
    }

    /// The closest colour of the palette, remembered for colours that agree in six bits a channel.
    private func nearest(_ colour: SIMD3<Float>, _ cache: inout [UInt32: UInt8]) -> UInt8 {
        let key = (UInt32(colour.x) / 4) << 12 | (UInt32(colour.y) / 4) << 6 | UInt32(colour.z) / 4
        if let known = cache[key] { return known }
        var best = 0
        var least = Float.infinity
        for (index, entry) in palette.enumerated() {
            let d = colour - SIMD3(Float(entry.red), Float(entry.green), Float(entry.blue))
            let distance = (d * d * SIMD3(0.3, 0.59, 0.11)).sum()
            if distance < least { (least, best) = (distance, index) }
        }
        cache[key] = UInt8(best)
        return UInt8(best)
    }
}

extension Bitmap {
    /// Pixel number `index`, row by row, as `0xrrggbb`.
    fileprivate func value(_ index: Int) -> UInt32 {
        UInt32(pixels[index * 3]) << 16 | UInt32(pixels[index * 3 + 1]) << 8 | UInt32(pixels[index * 3 + 2])
    }
}

extension Colour {
    fileprivate var value: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }

    fileprivate subscript(channel: Int) -> UInt8 { channel == 0 ? red : channel == 1 ? green : blue }
}

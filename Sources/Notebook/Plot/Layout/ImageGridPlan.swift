/// The places of the pictures of a grid, in units of 1/96 inch from the upper left corner of the plot.
struct ImageGridPlan {
    struct Cell {
        var x: Double
        var y: Double
        var width: Double
        var height: Double
        /// The picture with the pixels it is drawn with.
        var bitmap: Bitmap
        var caption: String
    }

    private(set) var cells: [Cell] = []
    private(set) var size = FigureSize(width: 0, height: 0)

    static let gap = 10.0
    /// The longer side of a picture is at most this long.
    static let side = 128.0
    /// Pixels a unit: those of a PNG at its default scale, so that each pixel of a picture is whole pixels there.
    static let pixels = 2.0

    init(_ grid: ImageGrid) {
        let count = grid.images.count
        guard count > 0 else { return }
        let columns = min(grid.columns ?? Self.columns(count), count)
        let drawn = grid.images.map { $0.fitted(side: Int(Self.side * Self.pixels)) }
        let sizes = drawn.map { drawn in
            let unit = Double(drawn.factor) / Self.pixels
            return FigureSize(width: Double(drawn.bitmap.width) * unit, height: Double(drawn.bitmap.height) * unit)
        }
        let width = sizes.map(\.width).max() ?? 0
        let height = sizes.map(\.height).max() ?? 0
        // Captions of a narrow picture may stand out a little into the gap.
        let captions = grid.captions.map {
            TextMetrics.wrapped($0, points: Theme.noteSize, width: max(width + 4, 60), lines: 3)
        }
        var y = 0.0
        for start in stride(from: 0, to: count, by: columns) {
            let row = start..<min(start + columns, count)
            let pitch = max(width, captions.isEmpty ? 0 : 60) + Self.gap
            for index in row {
                let own = sizes[index]
                let left = Double(index - start) * pitch + (pitch - Self.gap - own.width) / 2
                cells.append(
                    Cell(
                        x: left, y: y + (height - own.height) / 2, width: own.width, height: own.height,
                        bitmap: drawn[index].bitmap,
                        caption: captions.indices.contains(index) ? captions[index] : ""))
            }
            let texts = row.map { captions.indices.contains($0) ? captions[$0] : "" }
            let text = texts.map { TextMetrics.height($0, points: Theme.noteSize) }.max() ?? 0
            size.width = max(size.width, Double(row.count) * pitch - Self.gap)
            size.height = y + height + (text > 0 ? text + 3 : 0)
            y = size.height + Self.gap
        }
    }

    /// Six in a row at most, and rows of equal length where possible.
    private static func columns(_ count: Int) -> Int {
        guard count > 6 else { return count }
        let widest = count > 24 ? 8 : 6
        return (4...widest).reversed().first { count % $0 == 0 } ?? widest
    }
}

extension Bitmap {
    /// This picture, averaged down where its longer side is more than `side`, and the whole number of units of `side`
    /// that each pixel then takes.
    func fitted(side: Int) -> (bitmap: Bitmap, factor: Int) {
        let longer = max(width, height)
        if longer <= side { return (self, side / longer) }
        let scale = Double(side) / Double(longer)
        let small = averaged(
            width: max(1, Int((Double(width) * scale).rounded())),
            height: max(1, Int((Double(height) * scale).rounded())))
        return (small, 1)
    }

    /// Every new pixel is the mean of the area it covers.
    package func averaged(width newWidth: Int, height newHeight: Int) -> Bitmap {
        let rows = Self.weights(from: height, to: newHeight), columns = Self.weights(from: width, to: newWidth)
        // First along x, then along y.
        var narrow = [Float](repeating: 0, count: newWidth * height * 3)
        for y in 0..<height {
            for (x, taps) in columns.enumerated() {
                var sum = SIMD3<Float>()
                for (source, weight) in taps {
                    let i = (y * width + source) * 3
                    sum += SIMD3(Float(pixels[i]), Float(pixels[i + 1]), Float(pixels[i + 2])) * weight
                }
                for channel in 0..<3 { narrow[(y * newWidth + x) * 3 + channel] = sum[channel] }
            }
        }
        var result = [UInt8](repeating: 0, count: newWidth * newHeight * 3)
        for (y, taps) in rows.enumerated() {
            for i in 0..<newWidth * 3 {
                var sum: Float = 0
                for (source, weight) in taps { sum += narrow[source * newWidth * 3 + i] * weight }
                result[y * newWidth * 3 + i] = UInt8(min(max(sum.rounded(), 0), 255))
            }
        }
        return Bitmap(validWidth: newWidth, height: newHeight, pixels: result)
    }

    /// For each new position the old ones it covers and their shares, which add up to 1.
    private static func weights(from count: Int, to newCount: Int) -> [[(Int, Float)]] {
        let ratio = Double(count) / Double(newCount)
        return (0..<newCount).map { index in
            let start = Double(index) * ratio, end = Double(index + 1) * ratio
            return (Int(start)..<min(count, Int(end.rounded(.up)))).compactMap { source in
                let share = (min(end, Double(source + 1)) - max(start, Double(source))) / ratio
                return share > 1e-9 ? (source, Float(share)) : nil
            }
        }
    }
}

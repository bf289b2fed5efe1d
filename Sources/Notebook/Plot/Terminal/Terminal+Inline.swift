extension Terminal {
    /// What to print so that this terminal shows a PNG file; empty when it can show none.
    ///
    /// - Parameters:
    ///   - png: The bytes of the file.
    ///   - scale: How many pixels of the file make one pixel of the screen: 2 for a figure of the usual resolution.
    ///     Small pictures are shown in whole multiples of their pixels.
    public func inline(png: [UInt8], scale: Double = 1) -> String {
        guard graphics != .none else { return "" }
        guard let bitmap = Bitmap(png: png) else { return "" }
        if graphics == .blocks {
            // Without colours all halves look alike.
            guard depth != .none else { return "" }
            let widest = min(columns - 1, (rows - 2) * 2 * bitmap.width / bitmap.height)
            return HalfBlocks.encode(bitmap, columns: widest, depth: depth)
        }
        var width = Double(bitmap.width) / scale, height = Double(bitmap.height) / scale
        if scale == 1 {
            let factor = max(1, (192 / max(width, height)).rounded(.down))
            (width, height) = (width * factor, height * factor)
        }
        // Never wider than a line or higher than the screen, which would scroll its top away.
        let room = min(Double((columns - 1) * cellWidth) / width, Double((rows - 2) * cellHeight) / height, 1)
        (width, height) = (width * room, height * room)
        let across = max(1, Int((width / Double(cellWidth)).rounded(.up)))
        let down = max(1, Int((height / Double(cellHeight)).rounded(.up)))
        switch graphics {
        case .kitty: return InlineFile.kitty(png: png, columns: across, rows: down)
        case .iterm: return InlineFile.iterm(png: png, columns: across)
        case .sixel: return SixelEncoder.encode(bitmap.resized(width: max(1, Int(width)), height: max(1, Int(height))))
        case .blocks, .none: return ""
        }
    }

    /// What to print so that this terminal shows a figure; empty when it shows nothing but the path of the file.
    ///
    /// Where there are no pictures but colours, lines and points are drawn as text, which reads better than a picture
    /// of two pixels a character.
    /// - Parameters:
    ///   - png: The bytes of the figure's PNG file.
    ///   - fitsScreen: Whether all panels as text share the screen's lines; else each may have as many as read well.
    public func inline(_ figure: Figure, png: [UInt8], fitsScreen: Bool = false) -> String {
        switch graphics {
        case .none: return ""
        case .blocks:
            let share = fitsScreen ? (rows - 2) / max(figure.panels.count, 1) - 1 : rows - 4
            return (try? figure.text(columns: columns - 1, rows: min(share, 22), depth: depth)) ?? ""
        case .kitty, .iterm, .sixel: return inline(png: png, scale: 2)
        }
    }
}

extension Bitmap {
    /// Averaged down, or enlarged by repeating pixels.
    func resized(width newWidth: Int, height newHeight: Int) -> Bitmap {
        guard newWidth > width || newHeight > height else { return averaged(width: newWidth, height: newHeight) }
        var result = [UInt8]()
        result.reserveCapacity(newWidth * newHeight * 3)
        for y in 0..<newHeight {
            let row = y * height / newHeight
            for x in 0..<newWidth {
                let i = (row * width + x * width / newWidth) * 3
                result += pixels[i..<i + 3]
            }
        }
        return Bitmap(validWidth: newWidth, height: newHeight, pixels: result)
    }
}

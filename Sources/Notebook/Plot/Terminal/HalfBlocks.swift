/// Pictures as text: every character shows two pixels, its upper half in the colour of the text and its lower half in
/// the colour of the background.
public enum HalfBlocks {
    /// Lines of text without a final line break; empty without colours.
    ///
    /// - Parameter columns: The most characters a line may have; the picture is made smaller to fit, and never larger
    ///   than a pixel a character.
    public static func encode(_ bitmap: Bitmap, columns: Int, depth: ColourDepth) -> String {
        guard depth != .none else { return "" }
        let width = min(bitmap.width, max(columns, 1))
        let height = max(1, Int((Double(bitmap.height) * Double(width) / Double(bitmap.width)).rounded()))
        let small = width == bitmap.width ? bitmap : bitmap.averaged(width: width, height: height)
        return stride(from: 0, to: small.height, by: 2).map { y in
            var line = ""
            var last: (String, String)?
            for x in 0..<small.width {
                let upper = small[x, y].foreground(depth)
                // An odd last row leaves the lower half as it is.
                let lower = y + 1 < small.height ? small[x, y + 1].background(depth) : "49"
                if last?.0 != upper || last?.1 != lower { line += "\u{1b}[\(upper);\(lower)m" }
                last = (upper, lower)
                line += "▀"
            }
            return line + "\u{1b}[0m"
        }.joined(separator: "\n")
    }
}

extension Colour {
    /// The parameters of an escape sequence (SGR) that makes text of this colour.
    func foreground(_ depth: ColourDepth) -> String {
        depth == .full ? "38;2;\(red);\(green);\(blue)" : "38;5;\(xtermIndex)"
    }

    /// The parameters of an escape sequence (SGR) that makes a background of this colour.
    func background(_ depth: ColourDepth) -> String {
        depth == .full ? "48;2;\(red);\(green);\(blue)" : "48;5;\(xtermIndex)"
    }

    /// The closest of xterm's 6×6×6 cube and 24 greys.
    package var xtermIndex: Int {
        let levels = [0, 95, 135, 175, 215, 255]
        func nearest(_ value: UInt8) -> Int {
            levels.indices.min { abs(levels[$0] - Int(value)) < abs(levels[$1] - Int(value)) } ?? 0
        }
        let (r, g, b) = (nearest(red), nearest(green), nearest(blue))
        let mean = (Int(red) + Int(green) + Int(blue)) / 3
        let grey = min(max((mean - 3) / 10, 0), 23)
        func distance(_ other: [Int]) -> Int {
            zip([Int(red), Int(green), Int(blue)], other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        let cube = distance([levels[r], levels[g], levels[b]])
        return distance([8 + 10 * grey, 8 + 10 * grey, 8 + 10 * grey]) < cube ? 232 + grey : 16 + 36 * r + 6 * g + b
    }
}

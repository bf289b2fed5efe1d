import Notebook
import Files
import Language
import Plot
import Tensor

extension PictureSheet {
    /// A sheet among lines of text.
    public struct Inline {
        /// What to write into each line, from its beginning; a picture that takes several lines is drawn from the last
        /// one.
        public let lines: [String]
        /// Columns that it takes.
        public let width: Int
        /// What takes it away where writing over it does not.
        public let erasing: String
    }

    /// Half blocks show pictures of this many pixels across, or more where there is room; with fewer than the second
    /// number they can't be told apart, and are left out.
    private static let smallestSide = 18, leastSide = 12
    /// The picture of this process in kitty's protocol.
    private static let identifier = 7381

    /// How a terminal shows this in so many columns and rows; nil where it can't.
    ///
    /// Characters have two pixels each, so half blocks show the first few pictures only, and the other protocols all.
    public func inline(on terminal: Terminal, columns: Int, rows: Int) -> Inline? {
        guard columns > 0, rows > 1 else { return nil }
        switch terminal.graphics {
        case .none: return nil
        case .blocks where terminal.depth == .none: return nil
        case .blocks: return halfBlocks(columns, rows, terminal.depth)
        case .kitty, .iterm, .sixel: return picture(on: terminal, columns, rows)
        }
    }

    private func halfBlocks(_ columns: Int, _ rows: Int, _ depth: ColourDepth) -> Inline? {
        let side = min(Self.smallestSide, tile.width)
        let across = min(self.columns, max(1, (columns + 1) / (side + 1)))
        let down = min(self.rows, max(1, (2 * rows + 1) * tile.width / ((side + 1) * tile.height)))
        let part = prefix(columns: across, rows: down)
        guard let bitmap = Bitmap(width: part.width, height: part.height, pixels: part.rgb) else { return nil }
        let width = min(columns, 2 * rows * part.width / part.height, part.width)
        let lines = HalfBlocks.encode(bitmap, columns: width, depth: depth).split(separator: "\n").map(String.init)
        guard width >= across * min(Self.leastSide, tile.width), !lines.isEmpty else { return nil }
        return Inline(lines: lines, width: width, erasing: "")
    }

    private func picture(on terminal: Terminal, _ columns: Int, _ rows: Int) -> Inline? {
        let room = (width: columns * terminal.cellWidth, height: rows * terminal.cellHeight)
        let scale = min(Double(room.width) / Double(width), Double(room.height) / Double(height), 1)
        let shown = (width: max(1, Int(Double(width) * scale)), height: max(1, Int(Double(height) * scale)))
        let across = (shown.width + terminal.cellWidth - 1) / terminal.cellWidth
        let down = (shown.height + terminal.cellHeight - 1) / terminal.cellHeight
        let drawing: String
        if terminal.graphics == .sixel {
            guard let bitmap = Bitmap(width: width, height: height, pixels: rgb) else { return nil }
            drawing = SixelEncoder.encode(bitmap.averaged(width: shown.width, height: shown.height))
        } else {
            guard let image = try? Image(width: width, height: height, rgb: rgb),
                let png = try? PNG.encode(image, file: "sheet")
            else { return nil }
            drawing =
                terminal.graphics == .kitty
                ? InlineFile.kitty(png: png, columns: across, rows: down, identifier: Self.identifier)
                : InlineFile.iterm(png: png, columns: across)
        }
        // The lines are cleared one after the other, so the picture comes with the last.
        let up = down > 1 ? "\u{1b}[\(down - 1)A" : ""
        let last = "\u{1b}7" + up + drawing + "\u{1b}8"
        return Inline(
            lines: [String](repeating: "", count: down - 1) + [last], width: across,
            erasing: terminal.graphics == .kitty ? InlineFile.kittyRemoving(identifier: Self.identifier) : "")
    }
}

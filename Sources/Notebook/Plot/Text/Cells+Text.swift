extension Heatmap {
    /// Cells with their values when they fit; else a picture of two cells a character.
    func text(columns: Int, depth: ColourDepth) -> [String] {
        let (lower, upper) = resolvedRange
        let names = rowLabels.map { $0.replacing("\n", with: " ").fitted(columns / 4) }
        let nameWidth = names.map(\.cellWidth).max() ?? 0
        let left = nameWidth > 0 ? nameWidth + 1 : 0
        let writing = writing, map = resolvedMap
        let texts = values.map { $0.isFinite ? writing($0) : "–" }
        let cell = (texts.map(\.cellWidth).max() ?? 1) + 2
        var lines: [String] = []
        if left + cell * self.columns <= columns, rows <= 40 {
            if !columnLabels.isEmpty {
                let labels = columnLabels.map { $0.fitted(cell - 1).centredExactly(cell) }
                lines.append(String(repeating: " ", count: left) + labels.joined())
            }
            for row in 0..<rows {
                let name = names.isEmpty ? "" : names[row].padded(nameWidth, right: true) + " "
                let cells = (0..<self.columns).map { column in
                    let text = texts[row * self.columns + column].centredExactly(cell)
                    let value = value(row: row, column: column)
                    guard depth != .none, value.isFinite else { return text }
                    let colour = map.colour(at: (value - lower) / (upper - lower))
                    let ink = colour.lightness < 0.55 ? Colour.white : Theme.ink
                    return "\u{1b}[\(ink.foreground(depth));\(colour.background(depth))m\(text)\u{1b}[0m"
                }
                lines.append(name + cells.joined())
            }
        } else if depth != .none {
            lines += HalfBlocks.encode(bitmap, columns: columns, depth: depth).split(separator: "\n").map(String.init)
        }
        return lines + [scale(lower, upper, depth)]
    }

    /// One pixel a cell.
    private var bitmap: Bitmap {
        let (lower, upper) = resolvedRange, map = resolvedMap
        let pixels = values.flatMap { value -> [UInt8] in
            let colour = value.isFinite ? map.colour(at: (value - lower) / (upper - lower)) : Theme.missing
            return [colour.red, colour.green, colour.blue]
        }
        return Bitmap(validWidth: columns, height: rows, pixels: pixels)
    }

    /// What the colours mean, in one line.
    private func scale(_ lower: Double, _ upper: Double, _ depth: ColourDepth) -> String {
        let map = resolvedMap, writing = writing
        let colours = (0..<16).map { "█".coloured(map.colour(at: Double($0) / 15), depth) }.joined()
        let ends = (writing(lower), writing(upper))
        let bar = depth == .none ? "…" : " \(colours) "
        return (label.isEmpty ? "" : label + ": ") + ends.0 + bar + ends.1
    }
}

extension ImageGrid {
    /// Pictures side by side with their captions below; without colours only the captions.
    func text(columns: Int, depth: ColourDepth) -> [String] {
        let side = images.count == 1 ? min(columns, 64) : min(32, max(12, columns / min(images.count, 4) - 2))
        let perRow = max(1, min(self.columns ?? .max, (columns + 2) / (side + 2)))
        var lines: [String] = []
        for start in stride(from: 0, to: images.count, by: perRow) {
            let row = start..<min(start + perRow, images.count)
            let pictures = row.map {
                HalfBlocks.encode(images[$0], columns: width($0, side), depth: depth)
                    .split(separator: "\n").map(String.init)
            }
            for line in 0..<(pictures.map(\.count).max() ?? 0) {
                lines.append(
                    zip(row, pictures).map { index, picture in
                        line < picture.count
                            ? picture[line] + String(repeating: " ", count: side - width(index, side))
                            : String(repeating: " ", count: side)
                    }.joined(separator: "  "))
            }
            if !captions.isEmpty {
                lines.append(
                    row.map { captions[$0].replacing("\n", with: " ").fitted(side).padded(side) }.joined(
                        separator: "  "))
            }
        }
        return lines
    }

    /// The characters a picture takes in a row so that neither it nor its height exceeds a square of that side.
    private func width(_ index: Int, _ side: Int) -> Int {
        let image = images[index]
        return max(1, min(side, image.width, side * image.width / max(image.width, image.height)))
    }
}

extension String {
    /// With blanks on both sides to that many columns.
    fileprivate func centredExactly(_ columns: Int) -> String {
        centred(columns).padded(columns)
    }
}

import Foundation

extension PanelPlan {
    static let colourBarThickness = 12.0
    static let colourBarLength = 260.0

    /// The ticks of the colour bar.
    private func colourTicks(_ heatmap: Heatmap) -> [Tick] {
        let (lower, upper) = heatmap.resolvedRange
        return Ticks.linear(lower, upper, count: max(4, Int(min(size.height, Self.colourBarLength) / 40)))
    }

    /// The room a colour bar takes to the right of the plot.
    var colourBarWidth: Double {
        guard let heatmap = panel.heatmap else { return 0 }
        let numbers = colourTicks(heatmap).map { TextMetrics.width($0.label, points: Theme.tickSize) }.max() ?? 0
        let label = TextMetrics.height(heatmap.label, points: Theme.labelSize)
        return Theme.gap * 2 + Self.colourBarThickness + 8 + numbers + (label > 0 ? label + Theme.gap : 0)
    }

    /// Whether the values are written in the cells: when asked for, else when every one has the room.
    private func showsValues(_ heatmap: Heatmap, texts: [String]) -> Bool {
        if let wanted = heatmap.showsValues { return wanted }
        let widest = texts.map { TextMetrics.width($0, points: Theme.noteSize) }.max() ?? 0
        return widest + 6 <= size.width / Double(heatmap.columns)
            && TextMetrics.units(Theme.noteSize) * 1.4 <= size.height / Double(heatmap.rows)
    }

    func heatmapElements(_ heatmap: Heatmap, at origin: Point, in builder: inout ScriptBuilder) -> [String] {
        let (lower, upper) = heatmap.resolvedRange
        let map = heatmap.resolvedMap
        builder.command(map.command)
        builder.command("set cbrange [\(lower.gnuplotText):\(upper.gnuplotText)]")
        drawColourBar(heatmap, at: origin, in: &builder)
        let writing = heatmap.writing
        let texts = heatmap.values.map { $0.isFinite ? writing($0) : "" }
        if showsValues(heatmap, texts: texts) {
            for row in 0..<heatmap.rows {
                for column in 0..<heatmap.columns {
                    let value = heatmap.value(row: row, column: column)
                    guard value.isFinite else { continue }
                    let isDark = map.colour(at: (value - lower) / (upper - lower)).lightness < 0.55
                    builder.label(
                        texts[row * heatmap.columns + column], at: "first \(column), first \(row)", "center",
                        points: Theme.noteSize, colour: isDark ? .white : Theme.ink)
                }
            }
        }
        builder.command(
            "set object rectangle from graph 0, graph 0 to graph 1, graph 1 behind fillcolor '\(Theme.missing.hex)' "
                + "fillstyle solid noborder")
        let rows = (0..<heatmap.rows).map { row in
            (0..<heatmap.columns).map { heatmap.value(row: row, column: $0).gnuplotText }.joined(separator: " ")
        }
        let block = builder.block("matrix", rows: rows)
        // Rectangles stay sharp in every viewer; thousands of them would only show the seams between them.
        let isFine = size.width / Double(heatmap.columns) < 8 || size.height / Double(heatmap.rows) < 8
        return ["\(block) matrix using 1:2:3 with image\(isFine ? "" : " pixels") notitle"]
    }

    private func drawColourBar(_ heatmap: Heatmap, at origin: Point, in builder: inout ScriptBuilder) {
        let left = origin.x + size.width + Theme.gap * 2
        let height = min(size.height, Self.colourBarLength), top = origin.y + (size.height - height) / 2
        let ticks = colourTicks(heatmap)
        builder.command(
            "set colorbox user origin \(builder.screen(left, top + height)) "
                + "size screen \((Self.colourBarThickness / builder.size.width).fractionText), "
                + "screen \((height / builder.size.height).fractionText) noborder")
        builder.command(
            "set cbtics out nomirror scale 0.4 noenhanced font ',\(Theme.tickSize.shortText)' textcolor '\(Theme.ink.hex)' ("
                + ticks.map { "\($0.label.gnuplotTickText) \($0.value.gnuplotText)" }.joined(separator: ", ") + ")")
        guard !heatmap.label.isEmpty else { return }
        let numbers = ticks.map { TextMetrics.width($0.label, points: Theme.tickSize) }.max() ?? 0
        builder.text(
            heatmap.label, x: left + Self.colourBarThickness + 8 + numbers + Theme.gap, y: top + height / 2,
            align: .center, points: Theme.labelSize, isTurned: true)
    }

    func imageElements(_ grid: ImageGrid, at origin: Point, in builder: inout ScriptBuilder) -> [String] {
        let plan = ImageGridPlan(grid)
        // A plot of another size than the pictures ask for shows them in its middle, as large as fits.
        let scale = min(size.width / plan.size.width, size.height / plan.size.height)
        let left = (size.width - plan.size.width * scale) / 2
        return plan.cells.map { cell in
            let bitmap = cell.bitmap
            let rows = (0..<bitmap.height).map { y in
                (0..<bitmap.width).map { x in
                    let i = (y * bitmap.width + x) * 3
                    let pixels = bitmap.pixels
                    return String(Int(pixels[i]) << 16 | Int(pixels[i + 1]) << 8 | Int(pixels[i + 2]))
                }.joined(separator: " ")
            }
            let block = builder.block("picture", rows: rows)
            let unitX = cell.width * scale / Double(bitmap.width) / size.width
            let unitY = cell.height * scale / Double(bitmap.height) / size.height
            let x = (left + cell.x * scale) / size.width + unitX / 2, y = 1 - cell.y * scale / size.height - unitY / 2
            if !cell.caption.isEmpty {
                builder.text(
                    cell.caption, x: origin.x + left + (cell.x + cell.width / 2) * scale,
                    y: origin.y + (cell.y + cell.height) * scale + 3, align: .center, points: Theme.noteSize)
            }
            return "\(block) matrix using (\(x)+$1*\(unitX)):(\(y)-$2*\(unitY)):(int($3)>>16):((int($3)>>8)&255):"
                + "(int($3)&255) with rgbimage notitle"
        }
    }
}

import Foundation

/// A panel with axes drawn with characters.
struct TextPlot {
    private(set) var lines: [String] = []
    private let plan: PanelPlan
    private var canvas: TextCanvas
    /// Where the plot stands on the canvas, in characters.
    private let left: Int
    private let top: Int
    private let width: Int
    private let height: Int

    init(_ panel: Panel, columns: Int, rows: Int, depth: ColourDepth) {
        let title = panel.title.split(whereSeparator: \.isNewline).map { String($0).fitted(columns) }
        let legend = Self.legend(panel, columns: columns)
        let plotRows = max(5, rows - title.count - legend.count - (panel.x.label.isEmpty ? 2 : 3))
        // The width of the numbers along y follows from the ticks, and these only from the height.
        let size = FigureSize(width: Double(columns) * 8, height: Double(plotRows) * 16)
        let rough = PanelPlan(panel, size: size)
        let numbers = rough.y.labelled.map(\.label.cellWidth).max() ?? 0
        let rightNumbers =
            rough.right.map { min(($0.labelled.map(\.label.cellWidth).max() ?? 0) + 2, columns / 3) } ?? 0
        left = min(numbers, columns / 3) + 2
        width = max(10, columns - left - rightNumbers)
        height = plotRows
        top = title.count + legend.count + (panel.yLabel.isEmpty && (panel.right?.label ?? "").isEmpty ? 0 : 1)
        plan = PanelPlan(panel, size: FigureSize(width: Double(width) * 8, height: size.height))
        canvas = TextCanvas(columns: columns, rows: top + height + (panel.x.label.isEmpty ? 2 : 3))

        for (row, text) in title.enumerated() { canvas.write(text, left + max(0, (width - text.cellWidth) / 2), row) }
        for (row, entries) in legend.enumerated() {
            var column = left
            for (mark, colour, name) in entries {
                canvas.write(String(mark), column, title.count + row, colour)
                canvas.write(name, column + 2, title.count + row)
                column += name.cellWidth + 5
            }
        }
        drawReferences()
        drawLayers()
        drawAxes()
        lines = canvas.lines(depth)
    }

    /// The names of the layers with their marks, in as many lines as they take.
    private static func legend(_ panel: Panel, columns: Int) -> [[(Character, Colour?, String)]] {
        var entries: [(Character, Colour?, String)] = []
        for (layer, style) in zip(panel.layers, panel.styles) {
            let colour = style.colours.first?.onTerminal
            switch layer {
            case .line(let line): entries.append(("━", colour, line.name))
            case .scatter(let scatter): entries.append((style.shape.character, colour, scatter.name))
            case .histogram(let histogram): entries.append(("█", colour, histogram.name))
            default: break
            }
        }
        var rows: [[(Character, Colour?, String)]] = [[]]
        var column = 0
        for entry in entries where !entry.2.isEmpty && panel.legend != .none {
            let fitted = (entry.0, entry.1, entry.2.fitted(columns - 16))
            if column > 0, column + fitted.2.cellWidth + 12 > columns {
                rows.append([])
                column = 0
            }
            rows[rows.count - 1].append(fitted)
            column += fitted.2.cellWidth + 5
        }
        return rows.filter { !$0.isEmpty }
    }

    // MARK: Axes

    private mutating func drawAxes() {
        let ink = Theme.frame
        for row in 0..<height { canvas.put("│", left - 1, top + row, ink) }
        canvas.put("└", left - 1, top + height, ink)
        for column in 0..<width { canvas.put("─", left + column, top + height, ink) }
        for tick in plan.y.labelled {
            let row = top + height - 1 - cell(plan.y.fraction(tick.value), height)
            let text = tick.label.fitted(left - 2)
            canvas.write(text, left - 2 - text.cellWidth, row)
            canvas.put("┤", left - 1, row, ink)
        }
        var free = 0
        for tick in plan.x.labelled {
            let column = left + cell(plan.x.fraction(tick.value), width)
            canvas.put("┬", column, top + height, ink)
            let start = min(max(column - tick.label.cellWidth / 2, 0), canvas.columns - tick.label.cellWidth)
            guard start >= free else { continue }
            canvas.write(tick.label, start, top + height + 1)
            free = start + tick.label.cellWidth + 1
        }
        let label = plan.panel.x.label.fitted(width)
        canvas.write(label, left + max(0, (width - label.cellWidth) / 2), top + height + 2)
        canvas.write(plan.panel.yLabel.fitted(canvas.columns), 0, top - 1, Theme.softInk.mixed(with: .white, 0.3))
        drawRightAxis()
        if !plan.hasData {
            let text = plan.noDataText
            canvas.write(text, left + max(0, (width - text.count) / 2), top + height / 2)
        }
    }

    private mutating func drawRightAxis() {
        guard let right = plan.right else { return }
        for row in 0..<height { canvas.put("│", left + width, top + row, Theme.frame) }
        for tick in right.labelled {
            let row = top + height - 1 - cell(right.fraction(tick.value), height)
            canvas.put("├", left + width, row, Theme.frame)
            canvas.write(tick.label.fitted(canvas.columns - left - width - 2), left + width + 2, row)
        }
        let label = (plan.panel.right?.label ?? "").fitted(width / 2)
        canvas.write(label, max(0, canvas.columns - label.cellWidth), top - 1, Theme.softInk.mixed(with: .white, 0.3))
    }

    /// The character, counted from 0, that a fraction of an extent falls into.
    private func cell(_ fraction: Double, _ extent: Int) -> Int {
        min(max(Int(fraction * Double(extent)), 0), extent - 1)
    }

    /// The dot of a point; `nil` where it isn't a number or lies outside.
    private func position(_ x: Double, _ y: Double, _ yAxis: AxisPlan? = nil) -> (x: Int, y: Int)? {
        let fx = plan.x.fraction(x), fy = (yAxis ?? plan.y).fraction(y)
        guard fx.isFinite, fy.isFinite, (-1e-9...1 + 1e-9).contains(fx), (-1e-9...1 + 1e-9).contains(fy) else {
            return nil
        }
        return dot(Point(fx, fy))
    }

    /// The dot at a place given as fractions of the plot.
    private func dot(_ place: Point) -> (x: Int, y: Int) {
        (
            left * 2 + Int((place.x * Double(width * 2 - 1)).rounded()),
            top * 4 + Int(((1 - place.y) * Double(height * 4 - 1)).rounded())
        )
    }

    // MARK: Layers

    private mutating func drawReferences() {
        for reference in plan.panel.references {
            let isVertical = reference.direction == .vertical
            let ends =
                isVertical
                ? [position(reference.value, plan.y.lower), position(reference.value, plan.y.upper)]
                : [position(plan.x.lower, reference.value), position(plan.x.upper, reference.value)]
            guard let a = ends[0], let b = ends[1] else { continue }
            canvas.line(from: a, to: b, Theme.frame) { $0 % 3 == 0 }
            let text = reference.label.fitted(width / 2)
            let column = isVertical ? min(a.x / 2 + 1, left + width - text.cellWidth) : left + width - text.cellWidth
            canvas.write(text, column, isVertical ? top : max(top, a.y / 4 - 1), Theme.frame)
        }
    }

    private mutating func drawLayers() {
        drawHistograms()
        for (layer, style) in zip(plan.panel.layers, plan.styles) {
            if case .line(let line) = layer, let band = line.band {
                fill(line.x, band, style.colours[0].mixed(with: .white, 0.45))
            }
        }
        for (layer, style) in zip(plan.panel.layers, plan.styles) {
            switch layer {
            case .line(let line):
                draw(line, style.colours[0].onTerminal?.mixed(with: .white, (1 - line.opacity) * 0.6))
            case .scatter(let scatter): draw(scatter, style)
            case .arrow(let arrow): draw(arrow)
            case .histogram, .bars, .heatmap, .images: break
            }
        }
        for annotation in plan.panel.annotations {
            guard let place = position(annotation.x, annotation.y) else { continue }
            canvas.write(annotation.text.fitted(width / 2), place.x / 2 + 1, place.y / 4)
        }
    }

    private mutating func draw(_ line: Line, _ colour: Colour?) {
        let yAxis = plan.axis(of: line), isDashed = line.style != .solid
        var previous: Point?
        for (x, y) in zip(line.x, line.y) {
            let place = Point(plan.x.fraction(x), yAxis.fraction(y))
            guard place.x.isFinite, place.y.isFinite else { previous = nil; continue }
            if let (from, to) = Self.clipped(from: previous ?? place, to: place) {
                canvas.line(from: dot(from), to: dot(to), colour) { !isDashed || $0 % 4 < 2 }
            }
            previous = place
        }
        let marks = plan.lonePoints(of: line)
        // A mark takes a character: many of them would hide the line.
        guard marks.count <= width / 3 else { return }
        for index in marks {
            guard let place = position(line.x[index], line.y[index], yAxis) else { continue }
            canvas.put("•", place.x / 2, place.y / 4, colour)
        }
    }

    /// The part of a segment that lies within the unit square (Liang and Barsky, 1984); `nil` when none does.
    private static func clipped(from a: Point, to b: Point) -> (Point, Point)? {
        let dx = b.x - a.x, dy = b.y - a.y, slack = 1e-9
        guard dx.isFinite, dy.isFinite else { return nil }
        var enters = 0.0, leaves = 1.0
        for (run, room) in [(-dx, a.x + slack), (dx, 1 + slack - a.x), (-dy, a.y + slack), (dy, 1 + slack - a.y)] {
            if run == 0 {
                if room < 0 { return nil }
            } else if run < 0 {
                enters = max(enters, room / run)
            } else {
                leaves = min(leaves, room / run)
            }
        }
        guard enters <= leaves else { return nil }
        func unit(_ value: Double) -> Double { value > 0 ? min(value, 1) : 0 }
        func at(_ t: Double) -> Point { Point(unit(a.x + dx * t), unit(a.y + dy * t)) }
        return (at(enters), at(leaves))
    }

    /// Thin dots between the edges of a band.
    private mutating func fill(_ x: [Double], _ band: Line.Band, _ colour: Colour) {
        for i in x.indices.dropFirst() {
            guard let a = position(x[i - 1], band.lower[i - 1]), let b = position(x[i], band.lower[i]),
                let c = position(x[i - 1], band.upper[i - 1]), let d = position(x[i], band.upper[i])
            else { continue }
            for column in a.x...max(a.x, b.x) where column % 2 == 0 {
                let t = b.x == a.x ? 0 : Double(column - a.x) / Double(b.x - a.x)
                let low = Int(Double(a.y) + Double(b.y - a.y) * t), high = Int(Double(c.y) + Double(d.y - c.y) * t)
                for row in min(high, low)...max(high, low) where row % 4 == column % 4 {
                    canvas.dot(column, row, colour)
                }
            }
        }
    }

    private mutating func draw(_ scatter: Scatter, _ style: SeriesStyle) {
        let colour = style.colours[0].onTerminal
        let isDense = scatter.x.count > width * height / 6
        for (i, (x, y)) in zip(scatter.x, scatter.y).enumerated() {
            guard let place = position(x, y) else { continue }
            if isDense {
                canvas.dot(place.x, place.y, colour)
            } else {
                canvas.put(style.shape.character, place.x / 2, place.y / 4, colour)
            }
            guard i < scatter.labels.count, !scatter.labels[i].isEmpty else { continue }
            writeBeside(scatter.labels[i].fitted(24), place.x / 2, place.y / 4, colour)
        }
    }

    /// Writes a text to the right of a character, or to the left, where nothing stands yet; else not at all.
    private mutating func writeBeside(_ text: String, _ column: Int, _ row: Int, _ colour: Colour?) {
        for start in [column + 2, column - 1 - text.cellWidth] {
            let range = start..<start + text.cellWidth
            guard range.lowerBound >= left, range.upperBound <= left + width,
                !range.contains(where: { canvas.isTaken($0, row) })
            else { continue }
            return canvas.write(text, start, row, colour)
        }
    }

    private mutating func draw(_ arrow: Arrow) {
        guard let a = position(arrow.from.x, arrow.from.y), let b = position(arrow.to.x, arrow.to.y) else { return }
        canvas.line(from: a, to: b, nil)
        // Dots are square: the screen's y runs down.
        let heads: [Character] = ["→", "↗", "↑", "↖", "←", "↙", "↓", "↘"]
        let turn = atan2(Double(a.y - b.y), Double(b.x - a.x)) / (.pi / 4)
        canvas.put(heads[(Int(turn.rounded()) + 8) % 8], b.x / 2, b.y / 4)
        writeBeside(arrow.label.fitted(24), b.x / 2, b.y / 4, Theme.frame)
    }

    // MARK: Histograms

    /// Columns of eighths of a character; where two overlap, the lower stands before the higher.
    private mutating func drawHistograms() {
        var series: [(heights: [Double], colour: Colour)] = []
        for (layer, style) in zip(plan.panel.layers, plan.styles) {
            guard case .histogram(let histogram) = layer else { continue }
            series.append((histogram.heights(edges: plan.bins), style.colours[0].mixed(with: .white, 0.15)))
        }
        guard !series.isEmpty else { return }
        for column in 0..<width {
            let x = plan.x.value((Double(column) + 0.5) / Double(width))
            let upper = plan.bins.partitioningIndex { $0 > x }
            guard upper > 0, upper < plan.bins.count else { continue }
            let levels =
                series
                .map { (level: plan.y.fraction($0.heights[upper - 1]) * Double(height), colour: $0.colour) }
                .sorted { $0.level < $1.level }
            for row in 0..<height {
                // The lowest series that reaches into this character; behind it the next that fills all of it.
                guard let front = levels.firstIndex(where: { $0.level > Double(row) + 1.0 / 16 }) else { break }
                let eighths = min(8, max(1, Int((min(levels[front].level - Double(row), 1) * 8).rounded())))
                let behind = levels[(front + 1)...].first { $0.level >= Double(row + 1) }
                let blocks: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
                canvas.put(
                    blocks[eighths - 1], left + column, top + height - 1 - row, levels[front].colour,
                    on: eighths < 8 ? behind?.colour : nil)
            }
        }
    }
}

extension Colour {
    /// This colour bright enough for a dark background and dark enough for a light one; `nil`, the terminal's own
    /// colour of text, for the ink of figures.
    var onTerminal: Colour? { lightness < 0.2 ? nil : mixed(with: .white, 0.15) }
}

extension PointShape {
    /// A character that looks like the shape.
    var character: Character {
        switch self {
        case .circle: "●"
        case .square: "■"
        case .triangle: "▲"
        case .diamond: "◆"
        case .inverted: "▼"
        case .pentagon: "⬟"
        case .star: "✱"
        case .cross: "✕"
        }
    }
}

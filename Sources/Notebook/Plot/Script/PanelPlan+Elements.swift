extension PanelPlan {
    /// The elements of the plot command, in drawing order: bands lie under all lines.
    func elements(at origin: Point, in builder: inout ScriptBuilder) -> [String] {
        var elements: [String] = []
        for (layer, style) in zip(panel.layers, styles) {
            if case .line(let line) = layer, let band = line.band {
                elements += bandElements(line, band, colour: style.colours[0], in: &builder)
            }
        }
        var labels = LabelPlacement(plan: self)
        for (layer, style) in zip(panel.layers, styles) {
            switch layer {
            case .line(let line): elements += lineElements(line, colour: style.colours[0], in: &builder)
            case .scatter(let scatter): elements += scatterElements(scatter, style, in: &builder)
            case .arrow(let arrow): drawArrow(arrow, colour: style.colours[0], in: &builder)
            case .histogram(let histogram):
                elements += histogramElements(histogram, colour: style.colours[0], in: &builder)
            case .bars(let bars): elements += barElements(bars, colours: style.colours, in: &builder)
            case .heatmap(let heatmap): elements += heatmapElements(heatmap, at: origin, in: &builder)
            case .images(let grid): elements += imageElements(grid, at: origin, in: &builder)
            }
        }
        labels.place()
        for label in labels.placed { label.draw(in: &builder, plan: self) }
        return elements
    }

    private func title(_ name: String) -> String {
        name.isEmpty ? "notitle" : "title \(name.gnuplotQuoted)"
    }

    // MARK: Lines

    private func bandElements(
        _ line: Line, _ band: Line.Band, colour: Colour, in builder: inout ScriptBuilder
    ) -> [String] {
        // An empty line between two rows ends one shaded area; a row that isn't a number would close it across the gap.
        var rows: [String] = []
        for index in line.x.indices {
            let values = [line.x[index], band.lower[index], band.upper[index]]
            if values.allSatisfy(\.isFinite) {
                rows.append(values.map(\.gnuplotText).joined(separator: " "))
            } else if rows.last?.isEmpty == false {
                rows.append("")
            }
        }
        guard rows.contains(where: { !$0.isEmpty }) else { return [] }
        let block = builder.block("band", rows: rows)
        return [
            "\(block) using 1:2:3\(axes(line)) with filledcurves linecolor '\(colour.hex)' "
                + "fillstyle transparent solid \(Theme.bandOpacity) noborder notitle"
        ]
    }

    private func lineElements(_ line: Line, colour: Colour, in builder: inout ScriptBuilder) -> [String] {
        let block = builder.block("line", rows: zip(line.x, line.y).map { "\($0.gnuplotText) \($1.gnuplotText)" })
        let dashes =
            switch line.style {
            case .solid: ""
            case .dashed: " dashtype (8,5)"
            case .dotted: " dashtype (2,3)"
            }
        let style = line.showsPoints ? "linespoints pointtype 7 pointsize 0.5" : "lines"
        let ink = "linecolor '\(colour.hex(opacity: line.opacity))'"
        var elements = [
            "\(block) using 1:2\(axes(line)) with \(style) linewidth \(Theme.lineWidth.shortText)\(dashes) "
                + "\(ink) \(title(line.name))"
        ]
        let lone = line.showsPoints ? [] : lonePoints(of: line)
        if !lone.isEmpty {
            let block = builder.block("lone", rows: lone.map { "\(line.x[$0].gnuplotText) \(line.y[$0].gnuplotText)" })
            elements.append("\(block) using 1:2\(axes(line)) with points pointtype 7 pointsize 0.8 \(ink) notitle")
        }
        return elements
    }

    /// The values between two gaps, which no line reaches.
    func lonePoints(of line: Line) -> [Int] {
        let yAxis = axis(of: line)
        let count = min(line.x.count, line.y.count)
        func isShown(_ index: Int) -> Bool {
            index >= 0 && index < count && x.hasPlace(line.x[index]) && yAxis.hasPlace(line.y[index])
        }
        return (0..<count).filter { isShown($0) && !isShown($0 - 1) && !isShown($0 + 1) }
    }

    private func axes(_ line: Line) -> String { line.isOnRightAxis && right != nil ? " axes x1y2" : "" }

    // MARK: Points and arrows

    private func scatterElements(
        _ scatter: Scatter, _ style: SeriesStyle, in builder: inout ScriptBuilder
    ) -> [String] {
        guard !scatter.x.isEmpty else { return [] }
        let block = builder.block(
            "points", rows: zip(scatter.x, scatter.y).map { "\($0.gnuplotText) \($1.gnuplotText)" })
        return [
            "\(block) using 1:2 with points pointtype \(style.shape.pointType) "
                + "pointsize \((pointScale(scatter) * style.shape.pointSize).shortText) linewidth 1.2 "
                + "linecolor '\(style.colours[0].hex(opacity: pointOpacity))' \(title(scatter.name))"
        ]
    }

    private var pointCount: Int {
        panel.layers.reduce(0) { if case .scatter(let scatter) = $1 { $0 + scatter.x.count } else { $0 } }
    }

    /// Points get smaller and paler as they get many.
    func pointScale(_ scatter: Scatter) -> Double {
        let crowd = pointCount > 2000 ? 0.45 : pointCount > 500 ? 0.6 : pointCount > 150 ? 0.8 : 1
        return 1.15 * scatter.size * crowd
    }

    private var pointOpacity: Double { pointCount > 2000 ? 0.5 : pointCount > 150 ? 0.7 : 0.85 }

    private func drawArrow(_ arrow: Arrow, colour: Colour, in builder: inout ScriptBuilder) {
        builder.command(
            "set arrow from first \(arrow.from.x.gnuplotText), first \(arrow.from.y.gnuplotText) "
                + "to first \(arrow.to.x.gnuplotText), first \(arrow.to.y.gnuplotText) "
                + "head filled size screen \(manyArrows && arrow.label.isEmpty ? "0.010" : "0.018"),18 front "
                + "linewidth \(manyArrows && arrow.label.isEmpty ? "1.2" : "2.2") linecolor '\(colour.hex)'")
    }

    /// Arrows get thinner where they are many, but for those with a label.
    private var manyArrows: Bool {
        panel.layers.filter { if case .arrow = $0 { true } else { false } }.count > 8
    }
}

extension PanelPlan {
    /// Draws this panel with the upper left corner of its plot at `origin`.
    func draw(at origin: Point, in builder: inout ScriptBuilder) {
        builder.command(
            "set lmargin at screen \(builder.fractionX(origin.x)); "
                + "set rmargin at screen \(builder.fractionX(origin.x + size.width))")
        builder.command(
            "set tmargin at screen \(builder.fractionY(origin.y)); "
                + "set bmargin at screen \(builder.fractionY(origin.y + size.height))")
        drawAxes(in: &builder)
        drawTexts(at: origin, in: &builder)
        drawLegend(at: origin, in: &builder)
        drawReferences(in: &builder)
        var elements = self.elements(at: origin, in: &builder)
        if elements.isEmpty { elements = ["NaN notitle"] }
        builder.command("plot " + elements.joined(separator: ", \\\n     "))
        builder.command("unset label; unset arrow; unset object" + (right == nil ? "" : "; unset y2tics"))
    }

    private func drawAxes(in builder: inout ScriptBuilder) {
        for (name, axis) in [("x", x), ("y", y), ("y2", right)] {
            guard let axis else { continue }
            let range = axis.isReversed ? (axis.upper, axis.lower) : (axis.lower, axis.upper)
            builder.command(axis.isLogarithmic ? "set logscale \(name)" : "unset logscale \(name)")
            builder.command("set \(name)range [\(range.0.gnuplotText):\(range.1.gnuplotText)]")
            guard !axis.ticks.isEmpty else {
                builder.command("unset \(name)tics")
                continue
            }
            let ticks = axis.ticks.map { tick in
                "\(tick.label.gnuplotTickText) \(tick.value.gnuplotText)" + (tick.isMinor ? " 1" : "")
            }
            let slant = name == "x" && slantsXTicks ? "rotate by \(Slant.degrees) right " : "norotate "
            let scale = panel.heatmap != nil ? "scale 0 " : "scale 0.5,0.3 "
            builder.command(
                "set \(name)tics nomirror out \(scale)\(slant)noenhanced font ',\(Theme.tickSize.shortText)' "
                    + "textcolor '\(Theme.ink.hex)' (" + ticks.joined(separator: ", ") + ")")
        }
        if panel.images != nil {
            builder.command("unset border")
        } else {
            let sides = panel.heatmap != nil ? 0 : x.ticks.isEmpty && y.ticks.isEmpty ? 15 : right != nil ? 11 : 3
            builder.command("set border \(sides) linecolor '\(Theme.frame.hex)' linewidth 0.8")
        }
        drawGrid(in: &builder)
    }

    /// Lines at the ticks of axes with numbers; names need none.
    private func drawGrid(in builder: inout ScriptBuilder) {
        guard panel.heatmap == nil, panel.images == nil else { return builder.command("unset grid") }
        let isVertical = panel.bars.map(\.isHorizontal) ?? panel.sharedBins.isEmpty
        let isHorizontal = !(panel.bars.map(\.isHorizontal) ?? false)
        let axes = (isVertical ? ["xtics"] : ["noxtics"]) + (isHorizontal ? ["ytics"] : ["noytics"])
        builder.command(
            "set grid \(axes.joined(separator: " ")) back linetype 1 linecolor '\(Theme.grid.hex)' linewidth 0.8")
    }

    private func drawTexts(at origin: Point, in builder: inout ScriptBuilder) {
        let centre = origin.x + size.width / 2
        if !title.isEmpty {
            let height = TextMetrics.height(title, points: Theme.titleSize)
            builder.text(
                title, x: centre, y: origin.y - Theme.gap - height, align: .center, points: Theme.titleSize, bold: true)
        }
        if !xLabel.isEmpty {
            builder.text(
                xLabel, x: centre, y: origin.y + size.height + xLabelTop, align: .center, points: Theme.labelSize)
        }
        if !yLabel.isEmpty {
            let height = TextMetrics.height(yLabel, points: Theme.labelSize)
            builder.text(
                yLabel, x: origin.x - yTickWidth - Theme.gap - height, y: origin.y + size.height / 2, align: .center,
                points: Theme.labelSize, isTurned: true)
        }
        if !rightLabel.isEmpty {
            builder.text(
                rightLabel, x: origin.x + size.width + rightTickWidth + Theme.gap, y: origin.y + size.height / 2,
                align: .center, points: Theme.labelSize, isTurned: true)
        }
        if !hasData {
            builder.text(
                noDataText, x: centre, y: origin.y + size.height / 2 - 8, align: .center,
                points: Theme.labelSize, colour: Theme.softInk)
        }
        for annotation in panel.annotations {
            builder.label(
                annotation.text, at: "first \(annotation.x.gnuplotText), first \(annotation.y.gnuplotText)",
                "left offset 0.5,0", points: Theme.noteSize)
        }
    }

    private func drawLegend(at origin: Point, in builder: inout ScriptBuilder) {
        guard let legend else { return builder.command("set key off") }
        let margin = LegendPlan.margin
        let right = origin.x + size.width, bottom = origin.y + size.height
        let (x, y): (Double, Double) =
            switch legend.place {
            case .topLeft: (origin.x + margin, origin.y + margin)
            case .bottomLeft: (origin.x + margin, bottom - margin - legend.height)
            case .bottomRight: (right - margin - legend.width, bottom - margin - legend.height)
            case .right: (right + rightWidth + Theme.gap * 2, origin.y)
            case .below: (origin.x, bottom + legendTop)
            default: (right - margin - legend.width, origin.y + margin)
            }
        let isInside = legend.place != .right && legend.place != .below
        builder.command(
            "set key on at \(builder.screen(x, y)) left top Left reverse vertical maxcols 1 "
                + "samplen \(LegendPlan.sampleLength(panel)) "
                + (isInside ? "opaque fillcolor '#26ffffff'" : "noopaque"))
    }

    private func drawReferences(in builder: inout ScriptBuilder) {
        for reference in panel.references {
            let value = reference.value.gnuplotText
            let isVertical = reference.direction == .vertical
            let from = isVertical ? "first \(value), graph 0" : "graph 0, first \(value)"
            let to = isVertical ? "first \(value), graph 1" : "graph 1, first \(value)"
            builder.command(
                "set arrow from \(from) to \(to) nohead back linewidth 1.2 dashtype (9,6) "
                    + "linecolor '\(Theme.softInk.hex)'")
            guard !reference.label.isEmpty else { continue }
            // On the side with more room.
            let isFar = (isVertical ? x : y).fraction(reference.value) > (isVertical ? 0.75 : 0.93)
            builder.label(
                reference.label, at: isVertical ? "first \(value), graph 0.96" : "graph 0.99, first \(value)",
                isVertical
                    ? (isFar ? "right offset -0.6,0" : "left offset 0.6,0")
                    : "right offset 0,\(isFar ? "-0.6" : "0.55")",
                points: Theme.noteSize, colour: Theme.softInk)
        }
    }
}

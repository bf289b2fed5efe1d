extension PanelPlan {
    func histogramElements(
        _ histogram: Histogram, colour: Colour, in builder: inout ScriptBuilder
    ) -> [String] {
        let heights = histogram.heights(edges: bins)
        guard hasData, heights.contains(where: { $0 > 0 }) else { return [] }
        let overlaps = panel.layers.count { if case .histogram = $0 { true } else { false } } > 1
        let placed = heights.indices.filter { y.hasPlace(heights[$0]) && (!x.isLogarithmic || bins[$0 + 1] > x.lower) }
        let rows = placed.map {
            "\(x.floored(bins[$0]).gnuplotText) \(x.floored(bins[$0 + 1]).gnuplotText) \(heights[$0].gnuplotText)"
        }
        let floor = y.floored(0).gnuplotText
        let block = builder.block("bins", rows: rows)
        let fill = overlaps ? "transparent solid 0.45 noborder" : "solid 0.9 border linecolor '#ffffff'"
        return [
            "\(block) using (($1+$2)/2):($3/2):1:2:(\(floor)):3 with boxxyerror fillcolor '\(colour.hex)' "
                + "fillstyle \(fill) linewidth 0.8 "
                + (histogram.name.isEmpty
                    ? "notitle" : "title \(histogram.name.gnuplotQuoted)")
        ]
    }

    func barElements(_ bars: Bars, colours: [Colour], in builder: inout ScriptBuilder) -> [String] {
        var elements: [String] = []
        let valueAxis = bars.isHorizontal ? x : y
        let floor = valueAxis.floored(0).gnuplotText
        for (s, series) in bars.series.enumerated() {
            var rows: [String] = []
            for (c, value) in series.values.enumerated() where valueAxis.hasPlace(value) {
                let (lower, upper) = bars.interval(series: s, category: c)
                let error = series.errors.isEmpty ? 0 : series.errors[c]
                rows.append([lower, upper, value, error].map(\.gnuplotText).joined(separator: " "))
                if bars.showsValues { drawValue(value, error: error, middle: (lower + upper) / 2, bars, in: &builder) }
            }
            guard !rows.isEmpty else { continue }
            let block = builder.block("bars", rows: rows)
            let boxes =
                bars.isHorizontal
                ? "($3/2):(($1+$2)/2):(\(floor)):3:1:2" : "(($1+$2)/2):($3/2):1:2:(\(floor)):3"
            let name = series.name.isEmpty ? "notitle" : "title \(series.name.gnuplotQuoted)"
            elements.append(
                "\(block) using \(boxes) with boxxyerror fillcolor '\(colours[s].hex)' fillstyle solid 0.9 noborder \(name)"
            )
            guard !series.errors.isEmpty else { continue }
            let low = valueAxis.isLogarithmic ? "($3-$4>\(floor)?$3-$4:\(floor))" : "$3-$4"
            let length = valueAxis.isLogarithmic ? "$3+$4-\(low)" : "2*$4"
            // Error bars proper would punch the background through the bar around their middle.
            let errors =
                bars.isHorizontal
                ? "(\(low)):(($1+$2)/2):(\(length)):(0)" : "(($1+$2)/2):(\(low)):(0):(\(length))"
            elements.append(
                "\(block) using \(errors) with vectors heads nofilled size screen 0.004,90 linewidth 1.2 "
                    + "linecolor '\(Theme.ink.hex)' notitle")
        }
        let zero = bars.isHorizontal ? "first 0, graph 0 to first 0, graph 1" : "graph 0, first 0 to graph 1, first 0"
        if !valueAxis.isLogarithmic, valueAxis.lower < 0, valueAxis.upper > 0 {
            builder.command("set arrow from \(zero) nohead front linewidth 0.8 linecolor '\(Theme.frame.hex)'")
        }
        return elements
    }

    /// Writes a bar's value beyond its end and its error bar.
    private func drawValue(
        _ value: Double, error: Double, middle: Double, _ bars: Bars, in builder: inout ScriptBuilder
    ) {
        let end = (value + (value < 0 ? -error : error)).gnuplotText
        let text = NumberText.short(value), along = middle.gnuplotText
        let place =
            bars.isHorizontal
            ? (
                position: "first \(end), first \(along)",
                options: value < 0 ? "right offset -0.5,0" : "left offset 0.5,0"
            )
            : (position: "first \(along), first \(end)", options: "center offset 0,\(value < 0 ? "-0.6" : "0.6")")
        builder.label(text, at: place.position, place.options, points: Theme.noteSize)
    }
}

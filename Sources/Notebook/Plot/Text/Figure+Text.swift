extension Figure {
    /// This figure as lines of text: lines and points as braille dots, bars and cells as blocks. For terminals that
    /// show no pictures; nothing else is needed, not even gnuplot.
    ///
    /// - Parameters:
    ///   - columns: The most characters a line may have.
    ///   - rows: About how many lines a panel may have.
    ///   - depth: The colours the lines may use; `.none` gives plain text.
    /// - Throws: ``PlotError`` when the description can't be drawn.
    public func text(columns: Int = 80, rows: Int = 20, depth: ColourDepth = .none) throws(PlotError) -> String {
        let figure = try checked(), panels = figure.panels, title = figure.title
        var lines: [String] = []
        let width = min(max(columns, 30), 110)
        if !title.isEmpty, panels.count > 1 { lines += [title.fitted(width).centred(width), ""] }
        for (index, panel) in panels.enumerated() {
            if index > 0 { lines.append("") }
            lines += panel.text(columns: width, rows: min(max(rows, 8), 40), depth: depth)
        }
        return lines.joined(separator: "\n")
    }
}

extension Panel {
    func text(columns: Int, rows: Int, depth: ColourDepth) -> [String] {
        if let images { return heading(columns) + images.text(columns: columns, depth: depth) }
        if let heatmap { return heading(columns) + heatmap.text(columns: columns, depth: depth) + footing(columns) }
        if let bars {
            let isLogarithmic = bars.isHorizontal ? x.isLogarithmic : y.isLogarithmic
            return heading(columns)
                + bars.text(columns: columns, styles: styles, depth: depth, isLogarithmic: isLogarithmic)
        }
        return TextPlot(self, columns: columns, rows: rows, depth: depth).lines
    }

    private func heading(_ columns: Int) -> [String] {
        title.isEmpty ? [] : title.split(whereSeparator: \.isNewline).map { String($0).fitted(columns) }
    }

    /// What the axes of cells mean.
    private func footing(_ columns: Int) -> [String] {
        let labels = [y.label.isEmpty ? "" : "rows: \(y.label)", x.label.isEmpty ? "" : "columns: \(x.label)"]
            .filter { !$0.isEmpty }
        return labels.isEmpty ? [] : [labels.joined(separator: " · ").fitted(columns)]
    }
}

extension String {
    func centred(_ columns: Int) -> String {
        String(repeating: " ", count: max(0, (columns - cellWidth) / 2)) + self
    }

    func padded(_ columns: Int, right: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, columns - cellWidth))
        return right ? blanks + self : self + blanks
    }

    /// This text in a colour, if the terminal has any.
    func coloured(_ colour: Colour, _ depth: ColourDepth) -> String {
        depth == .none || isEmpty ? self : "\u{1b}[\(colour.foreground(depth))m\(self)\u{1b}[0m"
    }
}

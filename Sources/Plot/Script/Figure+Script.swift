extension Figure {
    /// The gnuplot script of this figure. Run by gnuplot it draws `name.png` and the like in its own folder.
    ///
    /// - Parameters:
    ///   - name: The stem of the files it draws.
    ///   - formats: The kinds of file it draws.
    /// - Throws: ``PlotError`` when the description can't be drawn, such as lines with more positions than values.
    public func script(name: String, formats: [OutputFormat] = [.png]) throws(PlotError) -> String {
        let head = """
            # Drawn by Rhumb. Run it with gnuplot 5.2 or later; it writes its files into its own folder.
            folder = ''
            do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { folder = ARG0[1:i] } }
            name = folder.\(name.gnuplotQuoted)

            """
        return head + (try body(formats: formats))
    }

    /// Everything but the definition of `name`, the path of the drawn files without their suffixes.
    func body(formats: [OutputFormat]) throws(PlotError) -> String {
        try validate()
        let layout = FigureLayout(self)
        var builder = ScriptBuilder(size: layout.size)
        let isGrid = layout.places.count > 1
        if isGrid { builder.command("set multiplot") }
        if !layout.title.isEmpty {
            builder.text(
                layout.title, x: layout.size.width / 2, y: Theme.edge, align: .center,
                points: Theme.titleSize + 1, bold: true)
        }
        for place in layout.places {
            place.plan.draw(at: Point(place.x, place.y), in: &builder)
        }
        if isGrid { builder.command("unset multiplot") }

        var lines = [""]
        for block in builder.blocks { lines += [block, ""] }
        lines += Self.look
        // One copy of the commands serves every kind of file.
        lines.append("")
        for format in formats {
            lines.append("\(format.rawValue) = \(format.terminal(layout.size).gnuplotExpression)")
        }
        lines.append("do for [suffix in '\(formats.map(\.rawValue).joined(separator: " "))'] {")
        lines.append("    eval 'set terminal '.value(suffix)")
        lines.append("    set output name.'.'.suffix")
        lines += builder.commands.map { "    " + $0.replacing("\n", with: "\n    ") }
        lines += ["    unset output", "}"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Commands that hold for all panels.
    private static var look: [String] {
        [
            "set encoding utf8",
            "set key noenhanced spacing 1.2 textcolor '\(Theme.ink.hex)' font ',\(Theme.legendSize.shortText)'",
            "set style textbox opaque fillcolor '#59ffffff' noborder margins 0.4,0.3",
            "set bars small",
        ]
    }
}

extension String {
    /// A text without quotes of the other kind as a gnuplot string.
    fileprivate var gnuplotExpression: String { "\"\(self)\"" }
}

extension Figure {
    /// The gnuplot script of this figure. Saved as `figure.gp` and run by gnuplot, it draws `figure.png` and the like
    /// beside itself, wherever gnuplot is started.
    ///
    /// - Parameter formats: The kinds of file it draws.
    /// - Throws: ``PlotError`` when the description can't be drawn, such as lines with more positions than values.
    public func script(formats: [OutputFormat] = [.png]) throws(PlotError) -> String {
        var head = """
            # Drawn by Rhumb. Run with gnuplot 5.2 or later, this script draws its files anew, beside itself and with \
            its name.
            stem = exists('ARG0') ? ARG0[1:strlen(ARG0) - 3] : 'figure'

            """
        for format in formats { head += "\(format.fileVariable) = stem.'.\(format.rawValue)'\n" }
        return head + (try body(formats: formats))
    }

    /// Everything but the paths of the drawn files.
    func body(formats: [OutputFormat]) throws(PlotError) -> String {
        let layout = FigureLayout(try checked())
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
        lines.append("")
        // One copy of the commands serves every kind of file.
        for format in formats { lines.append("\(format.rawValue) = \"\(format.terminal(layout.size))\"") }
        lines.append("do for [format in '\(formats.map(\.rawValue).joined(separator: " "))'] {")
        lines.append("    eval 'set terminal '.value(format)")
        lines.append("    set output value(format.'_file')")
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

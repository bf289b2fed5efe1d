extension Figure {
    /// The gnuplot script of this figure. Run by gnuplot it draws `name.png` and the like in its own folder.
    ///
    /// - Parameters:
    ///   - name: The stem of the files it draws.
    ///   - formats: The kinds of file it draws.
    public func script(name: String, formats: [OutputFormat] = [.png]) -> String {
        // The folder of the script, wherever gnuplot is started.
        let folder = """
            folder = ""
            do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq "/") { folder = ARG0[1:i] } }
            """
        return folder + "\n" + body(name: "folder." + name.gnuplotQuoted, formats: formats)
    }

    /// Everything but the definition of `folder`; `name` is a gnuplot expression.
    func body(name: String, formats: [OutputFormat]) -> String {
        var builder = ScriptBuilder()
        for panel in panels { panel.draw(in: &builder) }
        var lines = ["name = \(name)"] + builder.blocks + Theme.commands
        for format in formats {
            lines.append(format.terminalCommand(size ?? .panel))
            lines.append("set output name.'.\(format.rawValue)'")
            lines += builder.commands
            lines.append("set output")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Panel {
    func draw(in builder: inout ScriptBuilder) {
        builder.command("set title \(title.gnuplotQuoted) noenhanced")
        builder.command("set xlabel \(x.label.gnuplotQuoted) noenhanced")
        builder.command("set ylabel \(y.label.gnuplotQuoted) noenhanced")
        for (axis, name) in [(x, "x"), (y, "y")] {
            let lower = axis.lower?.gnuplotText ?? "*", upper = axis.upper?.gnuplotText ?? "*"
            builder.command("set \(name)range [\(lower):\(upper)]")
            builder.command(axis.isLogarithmic ? "set logscale \(name)" : "unset logscale \(name)")
        }
        var elements: [String] = []
        for (index, layer) in layers.enumerated() {
            switch layer {
            case .line(let line): elements.append(line.element(in: &builder, colour: Palette.colour(index)))
            }
        }
        builder.command("plot " + elements.joined(separator: ", \\\n     "))
    }
}

extension Line {
    func element(in builder: inout ScriptBuilder, colour: String) -> String {
        let block = builder.block("line", rows: zip(x, y).map { "\($0.gnuplotText) \($1.gnuplotText)" })
        let style = showsPoints ? "linespoints pointtype 7 pointsize 0.5" : "lines"
        let title = name.isEmpty ? "notitle" : "title \(name.gnuplotQuoted)"
        return "\(block) using 1:2 with \(style) linewidth 2 linecolor '\(colour)' \(title)"
    }
}

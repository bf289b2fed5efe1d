extension String {
    /// This text as a gnuplot string expression that yields exactly it.
    ///
    /// Single quotes, because gnuplot substitutes the output of commands between backquotes in double ones. They can't
    /// hold a line break, so lines are joined by an expression. Control characters have no glyph and are dropped.
    /// The text must be used with `noenhanced`, or underscores, braces, `^`, `@`, `&` and `~` are markup.
    var gnuplotQuoted: String {
        let lines = split(omittingEmptySubsequences: false) { $0.isNewline }
        return lines.map { line in
            let shown = line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f || $0 == "\t" }
            let text = String(String.UnicodeScalarView(shown)).replacing("\t", with: "    ")
            return "'" + text.replacing("'", with: "''") + "'"
        }.joined(separator: ".\"\\n\".")
    }
}

extension Double {
    /// This number as gnuplot reads it; `NaN` leaves a gap.
    var gnuplotText: String {
        guard isFinite else { return "NaN" }
        return self == rounded() && magnitude < 1e15 ? String(Int64(self)) : String(self)
    }
}

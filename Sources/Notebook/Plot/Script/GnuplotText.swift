import Foundation

extension String {
    /// This text as a gnuplot string expression that yields exactly it.
    ///
    /// Single quotes, because gnuplot substitutes the output of commands between backquotes in double ones. They can't
    /// hold a line break, and not in every place a quote, so the parts around these are joined by an expression.
    /// Control characters have no glyph and are dropped. The text must be used with `noenhanced`, or underscores,
    /// braces, `^`, `@`, `&` and `~` are markup.
    package var gnuplotQuoted: String {
        var parts: [String] = []
        var text = String.UnicodeScalarView()
        func finish(_ next: String?) {
            if !text.isEmpty || (parts.isEmpty && next == nil) { parts.append("'\(String(text))'") }
            text = String.UnicodeScalarView()
            if let next { parts.append(next) }
        }
        for scalar in unicodeScalars {
            switch scalar {
            case "'": finish("\"'\"")
            case "\n", "\u{2028}", "\u{2029}": finish("\"\\n\"")
            case "\t": text.append(contentsOf: "    ".unicodeScalars)
            default: if scalar.properties.generalCategory != .control { text.append(scalar) }
            }
        }
        finish(nil)
        return parts.joined(separator: ".")
    }
}

extension String {
    /// This text as gnuplot's label of a tick, which is a format: a percent sign is written twice.
    var gnuplotTickText: String { replacing("%", with: "%%").gnuplotQuoted }

    /// This text in bold as a gnuplot string expression, to be used without `noenhanced`: the svg terminal knows bold
    /// type only as markup, so every character that means something there is escaped.
    package var gnuplotBold: String {
        var escaped = ""
        for character in self {
            if "\\{}^_@&~".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return "{/:Bold \(escaped)}".gnuplotQuoted
    }
}

extension Double {
    /// This number as gnuplot reads it; `NaN` leaves a gap.
    var gnuplotText: String {
        guard isFinite else { return "NaN" }
        return self == rounded() && magnitude < 1e15 ? String(Int64(self)) : String(self)
    }

    /// This length or position with three decimals at most.
    var shortText: String {
        let text = String(format: "%.3f", self)
        return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
    }
}

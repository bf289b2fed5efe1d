/// Estimates of how much room text takes, in units of 1/96 inch.
///
/// gnuplot tells no widths before it draws, and the terminals measure differently, so margins and label positions
/// follow from the advance widths of Helvetica (which Arial and Liberation Sans share).
enum TextMetrics {
    /// The distance between two baselines relative to the size.
    static let lineHeight = 1.22

    /// The units of a size in points.
    static func units(_ points: Double) -> Double { points * 96 / 72 }

    /// The width of the widest line.
    static func width(_ text: String, points: Double) -> Double {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        let widest = lines.map { $0.unicodeScalars.reduce(0) { $0 + advance($1) } }.max() ?? 0
        return Double(widest) / 1000 * units(points)
    }

    /// The height of all lines.
    static func height(_ text: String, points: Double) -> Double {
        guard !text.isEmpty else { return 0 }
        return Double(text.count { $0.isNewline } + 1) * lineHeight * units(points)
    }

    /// The text with line breaks between words where a line would get wider than `width`, of at most `lines` lines.
    static func wrapped(_ text: String, points: Double, width: Double, lines limit: Int = 3) -> String {
        var lines: [String] = []
        for paragraph in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            var line = ""
            for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
                let longer = line.isEmpty ? String(word) : line + " " + word
                if !line.isEmpty, self.width(longer, points: points) > width {
                    lines.append(line)
                    line = String(word)
                } else {
                    line = longer
                }
            }
            lines.append(line)
        }
        if lines.count > limit { lines[limit - 1] += "…" }
        return lines.prefix(limit).map { shortened($0, points: points, width: width) }.joined(separator: "\n")
    }

    /// The text with its end replaced by an ellipsis where it would get wider than `width`.
    static func shortened(_ text: String, points: Double, width: Double) -> String {
        guard self.width(text, points: points) > width else { return text }
        var kept = Substring(text)
        while !kept.isEmpty, self.width(kept + "…", points: points) > width { kept = kept.dropLast() }
        return kept + "…"
    }

    /// The advance of a character in thousandths of the size.
    private static func advance(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "i", "j", "l", "'", "|", "\u{2019}": 222
        case "f", "t", "I", ".", ",", ":", ";", "!", "/", "\\", " ", "[", "]": 278
        case "r", "(", ")", "-", "{", "}", "`", "°", "⁻": 340
        case "m", "M": 833
        case "w", "A"..."E", "G"..."H", "K", "N"..."S", "U"..."V", "X"..."Y", "&": 690
        case "W", "%", "@", "—", "…": 960
        case "0"..."9", "a"..."z", "A"..."Z", "\u{20}"..."\u{7e}": 556
        case "\u{300}"..."\u{36f}", "\u{200b}"..."\u{200f}", "\u{fe00}"..."\u{fe0f}": 0
        case "⁰", "¹", "²", "³", "⁴"..."⁹": 370
        case "\u{80}"..."\u{10ff}", "\u{1e00}"..."\u{2fff}": 600
        default: 1040
        }
    }
}

import Foundation

extension Bars {
    /// One line a bar, whatever way the bars run in a picture: names need the width.
    ///
    /// - Parameter isLogarithmic: Whether the lengths follow the logarithm, from half of the least positive value on;
    ///   the others have no bar then.
    func text(columns: Int, styles: [SeriesStyle], depth: ColourDepth, isLogarithmic: Bool) -> [String] {
        let colours = (styles.first?.colours ?? []).map { $0.mixed(with: .white, 0.15) }
        let several = series.count > 1
        let names = categories.map { $0.replacing("\n", with: " ").fitted(columns / 4) }
        let nameWidth = names.map(\.cellWidth).max() ?? 0
        let texts = series.map { series in
            series.values.enumerated().map { index, value in
                NumberText.short(value) + (series.errors.isEmpty ? "" : " ± " + NumberText.short(series.errors[index]))
            }
        }
        let valueWidth = texts.flatMap { $0 }.map(\.cellWidth).max() ?? 0
        let room = max(4, columns - nameWidth - valueWidth - 3)
        let finite = series.flatMap(\.values).filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
        let floor = isLogarithmic ? (finite.min() ?? 1) / 2 : 0
        func length(_ value: Double) -> Double {
            isLogarithmic ? (value > 0 ? log(value) - log(floor) : 0) : value
        }
        let least = min(length(finite.min() ?? 0), 0), greatest = max(length(finite.max() ?? 1), 0)
        let unit = greatest > least ? Double(room) / (greatest - least) : 0
        let zero = Int((-least * unit).rounded())

        var lines: [String] = []
        if several {
            let entries = zip(series, colours).map { series, colour in
                "█".coloured(colour, depth) + " " + series.name.fitted(max(4, columns / self.series.count - 5))
            }
            lines.append(entries.joined(separator: "   "))
        }
        for (c, name) in names.enumerated() {
            if several, c > 0 { lines.append("") }
            for (s, series) in series.enumerated() {
                let value = series.values[c]
                let start = s == 0 ? name.padded(nameWidth, right: true) : String(repeating: " ", count: nameWidth)
                guard value.isFinite else { lines.append(start + " –"); continue }
                let bar = Self.bar(length(value) * unit)
                let blanks = value < 0 ? zero - bar.count : zero
                let drawn = String(repeating: " ", count: max(0, blanks)) + bar.coloured(colours[s], depth)
                lines.append("\(start) \(drawn) \(texts[s][c])")
            }
        }
        return lines
    }

    /// A bar of a length in characters, exact to an eighth where it grows to the right.
    private static func bar(_ length: Double) -> String {
        if length < 0 { return String(repeating: "█", count: max(1, Int((-length).rounded()))) }
        let eighths = Int((length * 8).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }
}

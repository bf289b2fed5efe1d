/// Collects the parts of a gnuplot script: the data blocks, and the commands that use them.
struct ScriptBuilder {
    /// The size of the whole figure in units of 1/96 inch.
    let size: FigureSize
    private(set) var blocks: [String] = []
    private(set) var commands: [String] = []
    private var blockCounts: [String: Int] = [:]

    init(size: FigureSize) {
        self.size = size
    }

    /// Adds a named block with one row per line, its fields separated by blanks, and returns its gnuplot name.
    mutating func block(_ stem: String, rows: some Sequence<String>) -> String {
        let number = (blockCounts[stem] ?? 0) + 1
        blockCounts[stem] = number
        let name = "$\(stem)\(number)"
        var text = "\(name) << EOD\n"
        for row in rows { text += row + "\n" }
        blocks.append(text + "EOD")
        return name
    }

    mutating func command(_ text: String) {
        commands.append(text)
    }

    /// A position in units from the upper left corner, as a pair of screen coordinates.
    func screen(_ x: Double, _ y: Double) -> String {
        "screen \(fractionX(x)), screen \(fractionY(y))"
    }

    func fractionX(_ x: Double) -> String { (x / size.width).fractionText }
    func fractionY(_ y: Double) -> String { (1 - y / size.height).fractionText }

    enum Alignment: String { case left, center, right }

    /// Writes one line of text.
    ///
    /// - Parameters:
    ///   - place: A gnuplot position, at the middle of the line's height.
    ///   - options: gnuplot's alignment, offset and rotation.
    mutating func label(
        _ text: String, at place: String, _ options: String, points: Double, bold: Bool = false,
        colour: Colour = Theme.ink
    ) {
        command(
            "set label \(bold ? text.gnuplotBold : text.gnuplotQuoted) at \(place) \(options) "
                + (bold ? "" : "noenhanced ") + "font ',\(points.shortText)' textcolor '\(colour.hex)' front")
    }

    /// Writes lines of text around a position in units from the upper left corner of the figure.
    ///
    /// - Parameter y: The top of the first line. For text that is turned by 90°, `x` is its left side and `y` its
    ///   middle.
    mutating func text(
        _ text: String, x: Double, y: Double, align: Alignment = .left, points: Double, bold: Bool = false,
        colour: Colour = Theme.ink, isTurned: Bool = false
    ) {
        let line = TextMetrics.lineHeight * TextMetrics.units(points)
        for (index, part) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard !part.isEmpty else { continue }
            let middle = (Double(index) + 0.5) * line
            let place = isTurned ? screen(x + middle, y) : screen(x, y + middle)
            label(
                String(part), at: place, align.rawValue + (isTurned ? " rotate by 90" : ""), points: points, bold: bold,
                colour: colour)
        }
    }
}

extension Double {
    /// This fraction of a figure's width or height, finer than a pixel.
    var fractionText: String { String((self * 100_000).rounded() / 100_000) }
}

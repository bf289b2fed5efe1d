/// A rectangle of characters to draw on: text, and dots of a quarter of a character's height (braille patterns).
struct TextCanvas {
    let columns: Int
    let rows: Int
    private var cells: [Cell]

    private struct Cell {
        /// The braille dots set, as the offset from U+2800.
        var dots: UInt8 = 0
        /// A character, which hides the dots.
        var character: Character?
        var colour: Colour?
        var background: Colour?
    }

    init(columns: Int, rows: Int) {
        self.columns = max(columns, 1)
        self.rows = max(rows, 1)
        cells = Array(repeating: Cell(), count: self.columns * self.rows)
    }

    private func index(_ column: Int, _ row: Int) -> Int? {
        (0..<columns).contains(column) && (0..<rows).contains(row) ? row * columns + column : nil
    }

    /// Whether a character stands there already.
    func isTaken(_ column: Int, _ row: Int) -> Bool {
        index(column, row).map { cells[$0].character != nil } ?? true
    }

    mutating func put(
        _ character: Character, _ column: Int, _ row: Int, _ colour: Colour? = nil, on background: Colour? = nil
    ) {
        guard let i = index(column, row) else { return }
        cells[i].character = character
        cells[i].colour = colour
        if let background { cells[i].background = background }
    }

    /// Writes a text from left to right; what stands beyond the edge is cut off.
    mutating func write(_ text: String, _ column: Int, _ row: Int, _ colour: Colour? = nil) {
        var column = column
        for character in text {
            put(character, column, row, colour)
            if character.cellWidth == 2 { put(Self.continuation, column + 1, row, colour) }
            column += character.cellWidth
        }
    }

    /// Stands where the right half of a wide character is, and is not printed.
    private static let continuation: Character = "\u{0}"

    /// Sets a dot, unless a character stands there; columns are half a character wide and rows a quarter high, from the
    /// upper left corner.
    mutating func dot(_ x: Int, _ y: Int, _ colour: Colour?) {
        guard x >= 0, y >= 0, let i = index(x / 2, y / 4) else { return }
        let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        guard cells[i].character == nil else { return }
        cells[i].dots |= bits[y % 4][x % 2]
        cells[i].colour = colour
    }

    /// A straight line of dots (Bresenham's algorithm); a pattern leaves out the dots where it is false.
    mutating func line(
        from start: (x: Int, y: Int), to end: (x: Int, y: Int), _ colour: Colour?,
        pattern: (Int) -> Bool = { _ in true }
    ) {
        var (x, y) = start
        let dx = abs(end.x - x), dy = -abs(end.y - y)
        let stepX = x < end.x ? 1 : -1, stepY = y < end.y ? 1 : -1
        var error = dx + dy, count = 0
        while true {
            if pattern(count) { dot(x, y, colour) }
            count += 1
            if (x, y) == end { return }
            let twice = 2 * error
            if twice >= dy { error += dy; x += stepX }
            if twice <= dx { error += dx; y += stepY }
        }
    }

    /// The lines of text, without blanks at their ends.
    func lines(_ depth: ColourDepth) -> [String] {
        (0..<rows).map { row in
            let line = cells[row * columns..<(row + 1) * columns]
            let end = line.lastIndex { $0.dots != 0 || ($0.character ?? " ") != " " || $0.background != nil }
            guard let end else { return "" }
            var text = "", style = ""
            for cell in line[...end] where cell.character != Self.continuation {
                let wanted = Self.style(cell, depth)
                if wanted != style {
                    text += "\u{1b}[0\(wanted)m"
                    style = wanted
                }
                text.append(cell.character ?? (cell.dots == 0 ? " " : Self.braille(cell.dots)))
            }
            return style.isEmpty ? text : text + "\u{1b}[0m"
        }
    }

    private static func style(_ cell: Cell, _ depth: ColourDepth) -> String {
        guard depth != .none else { return "" }
        let isBlank = cell.dots == 0 && (cell.character ?? " ") == " "
        return (isBlank ? "" : cell.colour.map { ";" + $0.foreground(depth) } ?? "")
            + (cell.background.map { ";" + $0.background(depth) } ?? "")
    }

    private static func braille(_ dots: UInt8) -> Character {
        Character(Unicode.Scalar(0x2800 + UInt32(dots)) ?? " ")
    }
}

extension Character {
    /// How many columns of a terminal this character takes.
    var cellWidth: Int {
        guard let scalar = unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
            0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1faff,
            0x20000...0x3fffd:
            return 2
        default:
            return unicodeScalars.contains { $0.value == 0xfe0f } ? 2 : 1
        }
    }
}

extension String {
    /// How many columns of a terminal this text takes.
    var cellWidth: Int { reduce(0) { $0 + $1.cellWidth } }

    /// This text with its end replaced by an ellipsis where it would take more columns; control characters dropped.
    func fitted(_ columns: Int) -> String {
        let clean = String(unicodeScalars.filter { $0.properties.generalCategory != .control }.map(Character.init))
        guard clean.cellWidth > columns else { return clean }
        var kept = Substring(clean)
        while !kept.isEmpty, String(kept).cellWidth > columns - 1 { kept = kept.dropLast() }
        return kept + "…"
    }
}

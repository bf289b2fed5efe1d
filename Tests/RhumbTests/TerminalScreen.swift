/// What a terminal shows after all that it was sent: rows of cells, wrapping at the edge and scrolling at the bottom.
///
/// Widths are those of UAX #11 for the characters that the tests use. Terminals differ about joined emoji and flags:
/// some show one picture of two columns, others each part by itself.
struct TerminalScreen {
    let rows: Int, columns: Int
    /// Whether emoji tied by a joiner, and the two letters of a flag, share two columns.
    let joins: Bool
    /// Where the next character goes, from 0; `column` is `columns` after the last cell of a row was filled.
    private(set) var row = 0, column = 0
    /// The text that starts in each cell; empty in the second cell of a wide character.
    private var cells: [[String]]
    /// The cell that an accent or a joined part belongs to.
    private var last: (row: Int, column: Int)?

    init(rows: Int = 24, columns: Int = 80, joins: Bool = false) {
        (self.rows, self.columns, self.joins) = (rows, columns, joins)
        cells = Self.empty(rows, columns)
    }

    private static func empty(_ rows: Int, _ columns: Int) -> [[String]] {
        [[String]](repeating: [String](repeating: " ", count: columns), count: rows)
    }

    /// The rows without the blanks at their end, and without empty rows at the end.
    var shown: [String] {
        var shown = cells.map { row in String(row.joined().reversed().drop { $0 == " " }.reversed()) }
        while shown.last?.isEmpty == true { shown.removeLast() }
        return shown
    }

    mutating func send(_ bytes: some Sequence<UInt8>) {
        var rest = Array(String(decoding: Array(bytes), as: UTF8.self).unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\r": column = 0
            case "\n": lineFeed()
            case "\u{8}": column = max(0, column - 1)
            case "\u{7}": break
            case "\u{1B}":
                guard rest.popFirst() == "[" else { continue }
                let parameters = rest.prefix { !(0x40...0x7E).contains($0.value) }
                rest = rest.dropFirst(parameters.count)
                control(rest.popFirst(), String(String.UnicodeScalarView(parameters)))
            default: put(scalar)
            }
        }
    }

    private mutating func control(_ final: Unicode.Scalar?, _ parameters: String) {
        let number = Int(parameters.split(separator: ";").first ?? "")
        column = min(column, columns - 1)
        switch final {
        case "A": row = max(0, row - (number ?? 1))
        case "B": row = min(rows - 1, row + (number ?? 1))
        case "C": column = min(columns - 1, column + (number ?? 1))
        case "D": column = max(0, column - (number ?? 1))
        case "G": column = (number ?? 1) - 1
        case "H": (row, column) = (0, 0)
        case "K": erase(row, from: column)
        case "J":
            if number == 2 {
                cells = Self.empty(rows, columns)
            } else {
                erase(row, from: column)
                for below in row + 1..<max(rows, row + 1) { erase(below, from: 0) }
            }
        default: break
        }
    }

    private mutating func erase(_ row: Int, from column: Int) {
        for index in column..<columns { cells[row][index] = " " }
    }

    private mutating func lineFeed() {
        if row + 1 < rows {
            row += 1
        } else {
            cells.removeFirst()
            cells.append([String](repeating: " ", count: columns))
            last = last.map { ($0.row - 1, $0.column) }
        }
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        let width = Self.width(scalar)
        if let last, last.row >= 0, width == 0 || joins && isJoined(to: cells[last.row][last.column], scalar) {
            cells[last.row][last.column].unicodeScalars.append(scalar)
            return
        }
        if column + max(width, 1) > columns {
            column = 0
            lineFeed()
        }
        cells[row][column] = String(Character(scalar))
        if width == 2 { cells[row][column + 1] = "" }
        // The letters of a flag that are one cell each fill two together, as the flag itself.
        last = (row, column)
        column += joins && (0x1F1E6...0x1F1FF).contains(scalar.value) ? 2 : width
        if column - last!.column == 2 { cells[row][last!.column + 1] = "" }
    }

    private func isJoined(to text: String, _ scalar: Unicode.Scalar) -> Bool {
        let letters = 0x1F1E6...0x1F1FF as ClosedRange<UInt32>
        return text.unicodeScalars.last == "\u{200D}"
            || letters.contains(scalar.value) && text.unicodeScalars.map { letters.contains($0.value) } == [true]
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFF00...0xFF60, 0x1F300...0x1F64F,
            0x1F680...0x1F6FF, 0x1F900...0x1F9FF:
            return 2
        default: return 1
        }
    }
}

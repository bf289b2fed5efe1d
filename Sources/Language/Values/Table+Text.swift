import Basics

extension Table {
    /// Aligned columns under their names; numbers to the right. Rows and columns that don't fit are counted, not cut
    /// silently.
    ///
    /// - Parameters:
    ///   - width: columns of the terminal.
    ///   - rows: how many rows to show at most; the middle is left out.
    public func display(width: Int, rows: Int = 40) -> String {
        if columns.isEmpty { return "table without columns" }
        let shownRows =
            rowCount <= rows ? Array(0..<rowCount) : Array(0..<rows / 2) + Array(rowCount - rows / 2..<rowCount)
        var rendered: [[String]] = []
        var used = 0
        for column in columns {
            let cells = Self.cells(column, rows: shownRows, width: width)
            let cost = cells[0].displayWidth + (rendered.isEmpty ? 0 : 2)
            if used + cost > width, !rendered.isEmpty { break }
            used += cost
            rendered.append(cells)
        }
        var lines: [String] = []
        for line in 0...shownRows.count {
            if line == rows / 2 + 1, rowCount > rows { lines.append("…") }
            var text = rendered.map { $0[line] }.joined(separator: "  ")
            while text.hasSuffix(" ") { text.removeLast() }
            lines.append(text)
        }
        var notes: [String] = []
        if rowCount > rows { notes.append(Words.count(rowCount, "row")) }
        if rendered.count < columns.count {
            let hidden = columns[rendered.count...]
            let names = hidden.prefix(Self.mostHiddenNames).map { Self.line($0.name) }.joined(separator: ", ")
            let more = hidden.count - Self.mostHiddenNames
            notes.append("not shown: " + names + (more > 0 ? " and \(Words.count(more, "column")) more" : ""))
        }
        if !notes.isEmpty { lines.append("(" + notes.joined(separator: "; ") + ")") }
        return lines.joined(separator: "\n")
    }

    /// All rows and columns, nothing cut: columns that don't fit beside each other follow below, in blocks with the
    /// numbers of the rows.
    ///
    /// - Parameter width: columns of the terminal.
    public func wholeText(width: Int) -> String {
        let whole = display(width: .max, rows: .max)
        if columns.isEmpty || whole.split(separator: "\n").allSatisfy({ $0.displayWidth <= width }) { return whole }
        let rows = Array(0..<rowCount)
        let numbers = Self.cells(.init("", rows.map { .number(Double($0)) }), rows: rows, width: .max)
        let margin = numbers[0].displayWidth
        var blocks: [(first: Int, columns: [[String]])] = []
        var used = 0
        for (position, column) in columns.enumerated() {
            let cells = Self.cells(column, rows: rows, width: .max), cost = cells[0].displayWidth + 2
            if blocks.isEmpty || margin + used + cost > width {
                blocks.append((position, []))
                used = 0
            }
            blocks[blocks.count - 1].columns.append(cells)
            used += cost
        }
        return blocks.map { first, shown in
            let last = first + shown.count
            let heading = "columns \(first + 1)" + (last > first + 1 ? "…\(last)" : "") + " of \(columns.count)"
            let lines = (0...rowCount).map { line in
                var text = ([numbers] + shown).map { $0[line] }.joined(separator: "  ")
                while text.hasSuffix(" ") { text.removeLast() }
                return text
            }
            return ([heading] + lines).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    /// Whether ``display(width:rows:)`` shows all of it.
    public func isWhole(width: Int, rows: Int = 40) -> Bool {
        guard rowCount <= rows else { return false }
        let shown = Array(0..<rowCount)
        let widths = columns.map { Self.cells($0, rows: shown, width: .max)[0].displayWidth }
        return widths.allSatisfy { $0 <= Swift.max(8, width / 2) } && widths.reduce(-2) { $0 + $1 + 2 } <= width
    }

    /// How many columns that don't fit are named.
    private static let mostHiddenNames = 40

    /// The heading and the cells of one column, all of one width.
    private static func cells(_ column: Column, rows: [Int], width: Int) -> [String] {
        let isNumeric = column.values.allSatisfy { value in
            switch value {
            case .number, .none: true
            default: false
            }
        }
        let limit = width == .max ? Int.max : Swift.max(8, width / 2)
        let numbers = NumberColumn(
            column.values.lazy.compactMap { value in
                if case .number(let number) = value { number } else { nil }
            })
        let cells =
            [line(column.name).clipped(to: limit)]
            + rows.map { row in
                let value = column.values[row]
                if isNumeric, case .number(let number) = value { return numbers.text(number) }
                return value.isNone ? "" : Self.line(value.text).clipped(to: limit)
            }
        let columnWidth = cells.map(\.displayWidth).max() ?? 0
        return cells.map { $0.padded(to: columnWidth, right: isNumeric) }
    }

    private static func line(_ text: String) -> String {
        (text.contains(where: \.isNewline) ? text.split(whereSeparator: \.isNewline).joined(separator: " ⏎ ") : text)
            .visible
    }

    /// Comma-separated values with a heading line, quoted as RFC 4180 says; numbers keep every digit.
    public var csv: String {
        var result = columns.map { Self.csvCell($0.name) }.joined(separator: ",") + "\n"
        for row in 0..<rowCount {
            let line = columns.map { column in
                switch column.values[row] {
                case .number(let number): NumberText.exact(number)
                case .none, .unset: ""
                case let value: Self.csvCell(value.text)
                }
            }.joined(separator: ",")
            // An empty line would be none.
            result += (line.isEmpty && columns.count == 1 ? "\"\"" : line) + "\n"
        }
        return result
    }

    private static func csvCell(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else { return text }
        var quoted = "\""
        for character in text.unicodeScalars {
            if character == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "\""
    }
}

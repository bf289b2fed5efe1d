/// What a terminal shows after it was sent some text: line ends, cursor movements and erasing, colours ignored.
struct FakeTerminal {
    private(set) var lines: [[Character]] = [[]]
    private var row = 0, column = 0
    let columns: Int

    init(columns: Int) { self.columns = columns }

    /// The lines without what is empty at the end.
    var shown: [String] {
        var shown = lines.map { line in
            var line = line
            while line.last == " " { line.removeLast() }
            return String(line)
        }
        while shown.last?.isEmpty == true { shown.removeLast() }
        return shown
    }

    mutating func send(_ text: String) {
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\r": column = 0
            case "\n": (row, column) = (row + 1, 0)
            case "\u{1B}":
                rest = rest.dropFirst()
                let digits = rest.prefix { ("0"..."9").contains($0) || $0 == ";" }
                rest = rest.dropFirst(digits.count)
                let number = Int(String(String.UnicodeScalarView(digits)))
                switch rest.popFirst() {
                case "A": row = max(0, row - (number ?? 1))
                case "K": if row < lines.count { lines[row] = [] }
                case "J":
                    if row < lines.count { lines[row...] = [Array(lines[row].prefix(column))] }
                default: break
                }
            default:
                if column == columns { (row, column) = (row + 1, 0) }
                put(Character(scalar))
            }
            while lines.count <= row { lines.append([]) }
        }
    }

    private mutating func put(_ character: Character) {
        while lines.count <= row { lines.append([]) }
        while lines[row].count <= column { lines[row].append(" ") }
        lines[row][column] = character
        column += 1
    }

    /// As a terminal that becomes narrower: long lines are broken, and the cursor stays at its character.
    func narrowed(to columns: Int) -> FakeTerminal {
        var result = FakeTerminal(columns: columns)
        result.lines = []
        for (index, line) in lines.enumerated() {
            let pieces = max(1, (line.count + columns - 1) / columns)
            if index == row {
                result.row = result.lines.count + min(column, max(line.count - 1, 0)) / columns
                result.column = column - min(column, max(line.count - 1, 0)) / columns * columns
            }
            for piece in 0..<pieces { result.lines.append(Array(line.dropFirst(piece * columns).prefix(columns))) }
        }
        return result
    }
}

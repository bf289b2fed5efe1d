import Basics

/// How values are shown: `text` inside strings and by `print`, `summary` as an element of something else, `display`
/// as the value of a statement.
extension Value {
    /// As `print` and interpolation write it: strings without quotes.
    public var text: String {
        if case .string(let string) = self { return string }
        return summary
    }

    /// One line, as it could be typed where that is possible; long lists are shortened.
    public var summary: String {
        var room = Self.shownInAll
        return summary(depth: 0, &room)
    }

    /// As a statement's value prints at the prompt and in a transcript.
    ///
    /// - Parameter width: columns of the terminal.
    public func display(width: Int) -> String {
        switch self {
        case .table(let table): table.display(width: width)
        case .object(let object): object.display(width: width)
        case .list(let items): Self.list(items, width: width)
        case .string(let string): Self.quoted(string)
        default: summary
        }
    }

    /// Elements shown of a list or record inside a line.
    private static let shownElements = 12
    private static let shownDepth = 6
    /// Elements shown of a list of lists of lists: six levels of twelve would be three million.
    private static let shownInAll = 2_000

    private func summary(depth: Int, _ room: inout Int) -> String {
        room -= 1
        switch self {
        case .number(let number): return NumberText.shown(number)
        case .boolean(let boolean): return boolean ? "true" : "false"
        case .unset, .none: return "none"
        case .string(let string): return Self.quoted(string)
        case .range(let range): return range.text
        case .function(let function): return "function " + function.signature
        case .object(let object): return object.summary
        case .table(let table):
            return "table of \(Words.count(table.rowCount, "row")) × \(Words.count(table.columns.count, "column"))"
        case .list(let items):
            if depth == Self.shownDepth || room < 0 { return "[…]" }
            var texts: [String] = []
            for item in items.prefix(Self.shownElements) { texts.append(item.summary(depth: depth + 1, &room)) }
            if items.count > texts.count { texts.append("… (\(items.count) in all)") }
            return "[" + texts.joined(separator: ", ") + "]"
        case .record(let record):
            if depth == Self.shownDepth || room < 0 { return "{…}" }
            var texts: [String] = []
            for (key, value) in record.fields.prefix(Self.shownElements) {
                texts.append(
                    (Lexer.isName(key) ? key : Self.quoted(key)) + ": " + value.summary(depth: depth + 1, &room))
            }
            if record.count > texts.count { texts.append("… (\(record.count) in all)") }
            return "{" + texts.joined(separator: ", ") + "}"
        }
    }

    /// A list that fits goes on one line; a longer one gets a line an element.
    private static func list(_ items: [Value], width: Int) -> String {
        let line = Value.list(items).summary
        let isPlain = items.allSatisfy { item in
            if case .number = item { return true }
            return false
        }
        if line.displayWidth <= width || isPlain || items.count < 2 { return line.clipped(to: Swift.max(width, 20)) }
        let shown = 20
        var lines = items.prefix(shown).map { "  " + $0.summary.clipped(to: Swift.max(width - 3, 20)) + "," }
        if items.count > shown { lines.append("  … (\(items.count) in all)") }
        return "[\n" + lines.joined(separator: "\n") + "\n]"
    }

    /// A string as it would be typed.
    static func quoted(_ string: String) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "{": result += "\\{"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
                    result += "\\u{" + String(scalar.value, radix: 16) + "}"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}

/// Named columns of equal length, as read from a file of metrics.
public struct MetricsTable: Sendable {
    public internal(set) var columns: [MetricsColumn] = []
    public internal(set) var rowCount = 0
    /// How many lines of a log held no metrics and were passed over.
    public internal(set) var skippedLines = 0
    /// How many cells hold something.
    var filled = 0

    /// Lines that were read otherwise than they stand: how many, and the first of them.
    struct Lines: Sendable, Hashable {
        var count = 0
        var first = 0

        mutating func add(_ line: Int) {
            if count == 0 { first = line }
            count += 1
        }
    }
    var shortRows = Lines(), headersAgain = Lines(), badLines = Lines()
    var hasCutLine = false
    /// Names that stood twice in a JSON object, of which the last counted; of a document, without a line.
    var namedTwice: [(name: String, line: Int?)] = []
    /// Of columns of text that began with numbers, the first that is none.
    package struct FirstText: Sendable {
        package var location: String
        package var text: String
    }
    package internal(set) var firstTexts: [String: FirstText] = [:]
    var renamed: [(name: String, newName: String)] = []

    /// Whether the file is one of fields between separators, where an empty field of text is the empty text.
    public internal(set) var isSeparated = false

    public init() {}

    /// What was dropped, or read otherwise than it stands in the file: a sentence each.
    public var notes: [String] {
        var notes: [String] = []
        func lines(_ lines: Lines, _ one: String, _ several: String) {
            guard lines.count > 0 else { return }
            notes.append(
                lines.count == 1
                    ? "line \(lines.first) \(one)"
                    : "\(lines.count) lines \(several), the first of them line \(lines.first)")
        }
        lines(badLines, "is not JSON and is left out", "are not JSON and are left out")
        lines(shortRows, "has fewer fields than the header", "have fewer fields than the header")
        lines(headersAgain, "is the header once more", "are the header once more")
        if hasCutLine { notes.append("the last line is cut off") }
        if let (name, line) = namedTwice.first {
            let place = line.map { "line \($0)" } ?? "an object"
            notes.append("'\(name)' stands twice in \(place), and the last counts")
        }
        if let (name, newName) = renamed.first {
            notes.append("two columns are called '\(name)'; the second is '\(newName)' here")
        }
        let units = columns.compactMap { column in column.unit.map { "\($0) of '\(column.name)'" } }
        if !units.isEmpty {
            notes.append("units left out: " + units.prefix(4).joined(separator: ", ") + (units.count > 4 ? ", …" : ""))
        }
        return notes
    }

    /// The column of that name.
    public subscript(name: String) -> MetricsColumn? {
        columns.first { $0.name == name }
    }

    /// Whether the table is too large to be written down in full, and nearly all of it empty.
    ///
    /// A log of ten thousand different names has a hundred million cells.
    public var isNearlyEmpty: Bool {
        let cells = Double(rowCount) * Double(columns.count)
        return cells > 0x1p26 && Double(filled) < cells / 10
    }

    /// The columns of numbers.
    public var numericColumns: [MetricsColumn] { columns.filter { !$0.isText } }

    /// Makes all columns as long as there are rows; a row that an error broke off is dropped.
    mutating func evenOut() {
        for index in columns.indices {
            columns[index].evenOut(to: rowCount)
        }
    }
}

extension MetricsTable: Hashable {
    public static func == (a: MetricsTable, b: MetricsTable) -> Bool {
        a.columns == b.columns && a.rowCount == b.rowCount && a.skippedLines == b.skippedLines && a.notes == b.notes
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(columns)
        hasher.combine(rowCount)
    }
}

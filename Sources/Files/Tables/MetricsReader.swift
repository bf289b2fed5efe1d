/// Reads metrics piece by piece, as they arrive. What it drops or reads otherwise than it stands is in the table's
/// ``MetricsTable/notes``.
public struct MetricsReader {
    /// The rows read so far.
    public internal(set) var table = MetricsTable()
    /// How the file is written, once its first lines have told.
    public private(set) var format: MetricsFormat?
    /// Columns that began with numbers or words for nothing and turned out to hold text: their cells can only be had by
    /// reading once more, with these as ``textColumns``.
    public internal(set) var spoiledColumns: Set<String> = []

    /// The name of the file, for errors.
    let name: String
    /// What the name of the file promises, where its lines tell nothing.
    private let promised: MetricsFormat?
    /// How it is taken to be written if nothing tells.
    private let otherwise: MetricsFormat?
    /// Columns whose cells are taken as they stand.
    let textColumns: Set<String>
    private var decoder = MetricsText()
    /// Bytes that don't make a complete line yet, and the number of the line they begin.
    var pending: [UInt8] = []
    var line = 1
    /// The place of each column in the table, and how often a header has named it.
    var places: [String: Int] = [:]
    var namings: [String: Int] = [:]
    /// The last row in which each column was named.
    var rows: [Int] = []
    /// The columns of a row of fields, in order: a header that comes again may name others.
    var header: [Int] = []
    var hasHeader = false
    var lastComment: Substring?
    /// Whether what has come may be all there is for a while: a document is read as soon as it looks complete.
    var isFollowing = true

    /// The lines that decide about the format.
    private static let sample = 20

    /// - Parameters:
    ///   - name: The name of the file, for errors.
    ///   - format: How the file is written; `nil` finds out.
    ///   - promised: How it is written if its lines don't tell, or fit it as well as anything else.
    ///   - otherwise: How it is taken to be written if nothing tells.
    ///   - textColumns: Columns to be read as text, from an earlier reading's ``spoiledColumns``.
    public init(
        name: String, format: MetricsFormat? = nil, promised: MetricsFormat? = nil,
        otherwise: MetricsFormat? = nil, textColumns: Set<String> = []
    ) {
        self.name = name
        self.format = format
        self.promised = promised
        self.otherwise = otherwise
        self.textColumns = textColumns
    }

    /// Takes the next bytes of the file and reads the lines they complete.
    ///
    /// - Returns: How many rows were added.
    /// - Throws: ``MetricsError`` with the file and the line; the rows before it are in the table.
    @discardableResult
    public mutating func read(_ bytes: some Sequence<UInt8>) throws(MetricsError) -> Int {
        pending += decoder.decode(bytes)
        // Two lines tell a header from values.
        if format == nil, pending.count(where: { $0 == UInt8(ascii: "\n") }) < 2 { return 0 }
        return try readRecords(isEnd: false)
    }

    /// Reads the last line although no line break ends it. Nothing may be read afterwards.
    ///
    /// - Returns: How many rows were added.
    /// - Throws: ``MetricsError``, also when there are no rows at all.
    @discardableResult
    public mutating func finish() throws(MetricsError) -> Int {
        pending += decoder.finish()
        let added = try readRecords(isEnd: true)
        for column in table.columns where column.holdsOnlyWords { spoiledColumns.insert(column.name) }
        if table.rowCount == 0 {
            throw table.notes.isEmpty ? .empty(path: name) : .nothingRead(path: name, notes: table.notes)
        }
        return added
    }

    var location: String { "\(name):\(line)" }

    private mutating func readRecords(isEnd: Bool) throws(MetricsError) -> Int {
        let before = table.rowCount
        if format == nil { try recogniseFormat(isEnd: isEnd) }
        var start = 0
        defer {
            pending.removeFirst(start)
            table.evenOut()
        }
        if format == .jsonDocument {
            if try readDocument(isEnd: isEnd) { start = pending.count }
            return table.rowCount - before
        }
        while start < pending.count {
            start = readPlainRows(from: start)
            var end = recordEnd(from: start)
            let isCut = end == nil
            if isCut {
                guard isEnd else { break }
                end = pending.count
            }
            guard let end, start < pending.count else { break }
            let bytes = pending[start..<end]
            guard let record = String(validating: bytes, as: UTF8.self) else { throw .notText(location: location) }
            try read(record[...], isCut: isCut)
            line += bytes.count { $0 == UInt8(ascii: "\n") } + 1
            start = min(end + 1, pending.count)
        }
        return table.rowCount - before
    }

    private func recordEnd(from start: Int) -> Int? {
        if case .separated(let separator) = format {
            return CSVRecord.end(in: pending, from: start, separator: separator)
        }
        return pending[start...].firstIndex(of: UInt8(ascii: "\n"))
    }

    private mutating func recogniseFormat(isEnd: Bool) throws(MetricsError) {
        var telling: [(line: Int, text: Substring)] = []
        var start = 0, number = line
        // What follows the last line break may be half a line.
        while telling.count < Self.sample, start < pending.count,
            let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) ?? (isEnd ? pending.count : nil)
        {
            var text = Substring(decoding: pending[start..<end], as: UTF8.self)
            while text.last == "\r" { text.removeLast() }
            if !Self.isSilent(text) { telling.append((number, text)) }
            (start, number) = (end + 1, number + 1)
        }
        guard let first = telling.first else { return }
        format = MetricsFormat.recognise(telling.map(\.text), isWhole: isEnd, promised: promised) ?? otherwise
        if format == nil {
            throw .unknownFormat(location: "\(name):\(first.line)", line: String(first.text.trimmingBlanks))
        }
    }

    /// Whether a line is blank or a comment.
    static func isSilent(_ line: Substring) -> Bool {
        let text = line.trimmingBlanks
        return text.isEmpty || text.first == "#"
    }

    // MARK: Columns

    /// A column for a name of the header; a name that stood before gets a number.
    mutating func addNamed(_ name: String) -> Int {
        guard places[name] != nil else { return addColumn(name) }
        var number = namings[name] ?? 2
        while places["\(name)_\(number)"] != nil { number += 1 }
        namings[name] = number + 1
        table.renamed.append((name, "\(name)_\(number)"))
        return addColumn("\(name)_\(number)")
    }

    mutating func addColumn(_ name: String) -> Int {
        places[name] = table.columns.count
        rows.append(-1)
        table.columns.append(MetricsColumn(name: name, isText: textColumns.contains(name)))
        return table.columns.count - 1
    }

    mutating func spoil(_ name: String, _ value: MetricsValue) {
        guard spoiledColumns.insert(name).inserted else { return }
        switch value {
        case .text(let text): table.firstTexts[name] = .init(location: location, text: text)
        case .measured(let number, let unit):
            table.firstTexts[name] = .init(location: location, text: "\(DataColumns.text(number)) \(unit)")
        case .number, .missing: break
        }
    }

    /// Adds a row; columns it leaves out have a gap.
    ///
    /// - Parameter cells: The values as they stand in the file, for columns of text.
    mutating func append(
        _ pairs: [(key: String, value: MetricsValue)], cells: [Substring]? = nil
    ) {
        for (place, (key, value)) in pairs.enumerated() {
            let index = places[key] ?? addColumn(key)
            if rows[index] == table.rowCount, format == .jsonLines || format == .jsonDocument {
                table.namedTwice.append((key, format == .jsonLines ? line : nil))
            }
            rows[index] = table.rowCount
            if table.columns[index].isText, let cells {
                table.columns[index].append(
                    cells[place].isEmpty ? .missing : .text(String(cells[place])), at: table.rowCount)
                continue
            }
            if value != .missing { table.filled += 1 }
            let isWord = value == .missing && cells?[place].trimmingBlanks.isEmpty == false
            // With the blanks around it, as pandas has it.
            let kept = if case .text = value, let cells { MetricsValue.text(String(cells[place])) } else { value }
            if !table.columns[index].append(kept, at: table.rowCount, isWord: isWord) { spoil(key, value) }
        }
        table.rowCount += 1
    }
}

/// Reads metrics piece by piece, as they arrive.
public struct MetricsReader {
    /// The rows read so far.
    public private(set) var table = MetricsTable()
    /// How the file is written, once its first lines have told.
    public private(set) var format: MetricsFormat?

    /// The name of the file, for errors.
    private let name: String
    /// Bytes that don't make a complete line yet, and the number of the line they begin.
    private var pending: [UInt8] = []
    private var line = 1
    /// The place of each column in the table.
    private var places: [String: Int] = [:]
    private var hasHeader = false

    /// The lines that decide about the format.
    private static let sample = 20

    /// - Parameters:
    ///   - name: The name of the file, for errors.
    ///   - format: How the file is written; `nil` finds out.
    public init(name: String, format: MetricsFormat? = nil) {
        self.name = name
        self.format = format
    }

    /// Takes the next bytes of the file and reads the lines they complete.
    ///
    /// - Returns: How many rows were added.
    /// - Throws: ``MetricsError`` with the file and the line; the rows before it are in the table.
    @discardableResult
    public mutating func read(_ bytes: some Sequence<UInt8>) throws(MetricsError) -> Int {
        pending += bytes
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
        let added = try readRecords(isEnd: true)
        if table.rowCount == 0 { throw .empty(path: name) }
        return added
    }

    private var place: String { "\(name):\(line)" }

    private mutating func readRecords(isEnd: Bool) throws(MetricsError) -> Int {
        let before = table.rowCount
        if line == 1, pending.starts(with: [0xef, 0xbb, 0xbf]) { pending.removeFirst(3) }
        if format == nil { try recogniseFormat(isEnd: isEnd) }
        var start = 0
        defer {
            pending.removeFirst(start)
            table.evenOut()
        }
        while start < pending.count {
            var end = recordEnd(from: start)
            if end == nil {
                guard isEnd else { break }
                end = pending.count
            }
            guard let end else { break }
            let bytes = pending[start..<end]
            guard let record = String(validating: bytes, as: UTF8.self) else { throw .notText(place: place) }
            try read(record[...])
            line += bytes.count { $0 == UInt8(ascii: "\n") } + 1
            start = min(end + 1, pending.count)
        }
        return table.rowCount - before
    }

    private func recordEnd(from start: Int) -> Int? {
        if case .separated = format { return CSVRecord.end(in: pending, from: start) }
        return pending[start...].firstIndex(of: UInt8(ascii: "\n"))
    }

    private mutating func recogniseFormat(isEnd: Bool) throws(MetricsError) {
        let text = String(decoding: pending, as: UTF8.self)
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        // What follows the last line break may be half a line.
        if !isEnd { lines.removeLast() }
        let telling = lines.filter { !Self.isSilent($0) }.prefix(Self.sample)
        guard let first = telling.first else { return }
        format = MetricsFormat.recognise(Array(telling))
        if format == nil {
            let number = (lines.firstIndex { !Self.isSilent($0) } ?? 0) + line
            throw .unknownFormat(place: "\(name):\(number)", line: String(first.trimmingBlanks))
        }
    }

    /// Whether a line is blank or a comment.
    private static func isSilent(_ line: Substring) -> Bool {
        let text = line.trimmingBlanks
        return text.isEmpty || text.first == "#"
    }

    private mutating func read(_ record: Substring) throws(MetricsError) {
        guard let format, !Self.isSilent(record) else { return }
        switch format {
        case .numbers:
            let text = record.trimmingBlanks
            try append([("value", MetricsValue(text))])
        case .keyValues:
            let pairs = KeyValueLine.pairs(record)
            if pairs.isEmpty { table.skippedLines += 1 } else { try append(pairs) }
        case .jsonLines:
            do {
                try append(JSONLine.members(record))
            } catch let failure as JSONLine.Failure {
                throw MetricsError.badJSON(place: place, reason: failure.reason)
            } catch {
                throw error as? MetricsError ?? .badJSON(place: place, reason: "\(error)")
            }
        case .separated(let separator):
            var text = record
            while text.last == "\r" { text.removeLast() }
            guard let fields = CSVRecord.fields(text, separator: separator) else { throw .badQuotes(place: place) }
            try readFields(fields, decimalComma: separator == ";")
        }
    }

    private mutating func readFields(_ fields: [Substring], decimalComma: Bool) throws(MetricsError) {
        if !hasHeader {
            hasHeader = true
            let values = fields.map { MetricsValue($0, decimalComma: decimalComma) }
            let isHeader = values.contains { if case .text = $0 { true } else { false } }
            for (index, field) in fields.enumerated() {
                let name = isHeader ? String(field.trimmingBlanks) : ""
                addColumn(unique(name.isEmpty ? "column\(index + 1)" : name))
            }
            if isHeader { return }
        }
        guard fields.count <= table.columns.count else {
            throw .tooManyFields(place: place, count: fields.count, columns: table.columns.count)
        }
        try append(
            zip(table.columns, fields).map { ($0.name, MetricsValue($1, decimalComma: decimalComma)) })
    }

    private func unique(_ name: String) -> String {
        guard places[name] != nil else { return name }
        var number = 2
        while places["\(name)_\(number)"] != nil { number += 1 }
        return "\(name)_\(number)"
    }

    private mutating func addColumn(_ name: String) {
        places[name] = table.columns.count
        table.columns.append(MetricsColumn(name: name))
    }

    /// Adds a row; columns it leaves out have a gap.
    private mutating func append(_ pairs: [(key: String, value: MetricsValue)]) throws(MetricsError) {
        for (key, value) in pairs {
            if places[key] == nil { addColumn(key) }
            guard let index = places[key] else { continue }
            if !table.columns[index].append(value, at: table.rowCount), case .text(let text) = value {
                throw .notANumber(place: place, column: key, text: text)
            }
        }
        table.rowCount += 1
    }
}

/// Records: a document, rows of numbers, lines.
extension MetricsReader {
    /// - Returns: Whether the document was complete.
    mutating func readDocument(isEnd: Bool) throws(MetricsError) -> Bool {
        let last = pending.last { ![9, 10, 13, 32].contains($0) }
        if last == nil, table.rowCount > 0 { return true }
        guard isEnd || isFollowing && (last == UInt8(ascii: "}") || last == UInt8(ascii: "]")) else { return false }
        guard let text = String(validating: pending, as: UTF8.self) else { throw .notText(location: name) }
        let document: JSON
        do throws(JSONError) {
            document = try JSON(parsing: text)
        } catch {
            guard isEnd else { return false }
            throw .badDocument(path: name, reason: "\(error)")
        }
        guard let rows = JSONDocument.rows(document) else { throw .noRows(path: name) }
        for row in rows { append(row) }
        return true
    }

    /// Reads rows of nothing but numbers, as many as follow each other.
    ///
    /// - Returns: Where the first other row begins.
    mutating func readPlainRows(from start: Int) -> Int {
        guard case .separated(let separator)? = format, let mark = separator.asciiValue, separator != " ", hasHeader,
            !header.contains(where: { table.columns[$0].isText })
        else { return start }
        var row = PlainRow(separator: mark)
        var next = start
        let bytes = pending
        bytes.withUnsafeBufferPointer { bytes in
            while let end = row.read(bytes, from: next, count: header.count) {
                for (place, number) in zip(header, row.fields) {
                    guard let number else { continue }
                    table.filled += 1
                    if !table.columns[place].append(number, at: table.rowCount) {
                        spoil(table.columns[place].name, .number(number))
                    }
                }
                table.rowCount += 1
                line += 1
                next = end
            }
        }
        return next
    }

    mutating func read(_ record: Substring, isCut: Bool) throws(MetricsError) {
        guard let format else { return }
        if Self.isSilent(record) {
            guard case .separated(let separator) = format, record.trimmingBlanks.first == "#" else { return }
            lastComment = hasHeader ? nil : record.trimmingBlanks.dropFirst()
            // A row of a table may begin so, too.
            guard hasHeader, header.count > 1, CSVRecord.fields(record, separator: separator)?.count == header.count
            else { return }
        }
        switch format {
        case .jsonDocument: break
        case .numbers:
            let text = record.trimmingBlanks
            append([("value", MetricsValue(text))], cells: [text])
        case .keyValues:
            let pairs = KeyValueLine.pairs(record)
            if pairs.isEmpty { table.skippedLines += 1 } else { append(pairs) }
        case .jsonLines:
            let members: [(key: String, value: MetricsValue)]
            do throws(JSONError) {
                members = try JSONRow.members(record)
            } catch {
                if isCut { table.hasCutLine = true } else { table.badLines.add(line) }
                return
            }
            append(members)
        case .separated(let separator):
            var text = record
            while text.last == "\r" { text.removeLast() }
            guard let fields = CSVRecord.fields(text, separator: separator) else {
                guard isCut, hasHeader, !text.contains("\n") else { throw .badQuotes(location: location) }
                table.hasCutLine = true
                return
            }
            try readFields(fields, separator: separator, isCut: isCut)
        }
    }
}

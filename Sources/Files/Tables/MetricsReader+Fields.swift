/// Rows of fields between separators.
extension MetricsReader {
    mutating func readFields(_ fields: [Substring], separator: Character, isCut: Bool) throws(MetricsError) {
        let decimalComma = separator == ";" || separator == "\t"
        if !hasHeader {
            hasHeader = true
            table.isSeparated = true
            let values = fields.map { MetricsValue($0, decimalComma: decimalComma) }
            let isHeader = values.contains { if case .text = $0 { true } else { false } }
            var names = isHeader ? fields.map { String($0.trimmingBlanks) } : []
            // numpy.savetxt writes the names as a comment.
            if !isHeader, let comment = lastComment {
                let words = CSVRecord.fields(comment, separator: comment.contains(separator) ? separator : " ") ?? []
                if words.count == fields.count { names = words.map { String($0.trimmingBlanks) } }
            }
            for index in fields.indices {
                let name = index < names.count ? names[index] : ""
                header.append(addNamed(name.isEmpty ? "column\(index + 1)" : name))
            }
            if isHeader { return }
        }
        if isHeaderAgain(fields, decimalComma: decimalComma) {
            table.headersAgain.add(line)
            header = fields.enumerated().map { index, field in
                let name = String(field.trimmingBlanks)
                if index < header.count, table.columns[header[index]].name == name { return header[index] }
                return places[name] ?? addColumn(name.isEmpty ? "column\(index + 1)" : name)
            }
            return
        }
        var fields = fields
        while fields.count > header.count, fields.last?.trimmingBlanks.isEmpty == true { fields.removeLast() }
        guard fields.count <= header.count else {
            throw .tooManyFields(location: location, count: fields.count, columns: header.count)
        }
        if fields.count < header.count, header.count > 1 {
            if isCut { table.hasCutLine = true } else { table.shortRows.add(line) }
        }
        let columns = zip(header, fields).map { table.columns[$0.0].name }
        append(
            zip(columns, fields).map { ($0, MetricsValue($1, decimalComma: decimalComma)) }, cells: fields)
    }

    /// Whether a row names the columns once more, as programs write that go on with a file of theirs: all of them, or
    /// some of those that hold numbers.
    private func isHeaderAgain(_ fields: [Substring], decimalComma: Bool) -> Bool {
        guard table.rowCount > 0, let first = fields.first else { return false }
        let names = fields.map { $0.trimmingBlanks }
        func isName(_ index: Int) -> Bool { index < header.count && table.columns[header[index]].name == names[index] }
        if !isName(0), places[String(first.trimmingBlanks)] == nil { return false }
        if fields.count == header.count, fields.indices.allSatisfy(isName) { return true }
        let known = names.count { places[String($0)] != nil }
        let areTexts = fields.allSatisfy {
            if case .text = MetricsValue($0, decimalComma: decimalComma) { true } else { false }
        }
        return areTexts && known * 2 >= names.count
            && names.contains { places[String($0)].map { table.columns[$0].hasNumbers } ?? false }
    }
}

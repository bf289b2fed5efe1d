import FoundationEssentials
import Tensor

/// Tables on disk: CSV and TSV, JSON lines, and logs of one number per line.
public enum TableFile {
    public enum Format: String, Sendable, CaseIterable {
        case csv, tsv, jsonLines

        /// By suffix: `.tsv` and `.tab`, `.jsonl` and `.ndjson`; anything else is read as CSV.
        public init(_ url: URL) {
            switch url.pathExtension.lowercased() {
            case "tsv", "tab": self = .tsv
            case "jsonl", "ndjson": self = .jsonLines
            default: self = .csv
            }
        }
    }

    /// Reads a table. In CSV the first line names the columns unless it is all numbers; columns without names are
    /// called `column1`, `column2` …, a single one `value`. In JSON lines every line is an object (or a bare number),
    /// and the columns are the names that occur, in the order of their first occurrence; nested values stay JSON text.
    /// - Parameter isGrowing: whether somebody may be writing the last line still; an unfinished one is left out.
    /// - Throws: ``FileError`` naming the file and the line that doesn't fit.
    public static func read(
        _ url: URL, as format: Format? = nil, isGrowing: Bool = false
    ) throws(FileError) -> DataColumns {
        let contents = try FileContents.bytes(of: url)
        let format = format ?? Format(url)
        return try contents.withUnsafeBufferPointer { (buffer) throws(FileError) in
            let bytes = UnsafeRawBufferPointer(buffer)
            switch format {
            case .jsonLines: return try jsonLines(bytes, isGrowing: isGrowing, file: url.displayPath)
            case .csv: return try delimited(bytes, nil, isGrowing: isGrowing, file: url.displayPath)
            case .tsv: return try delimited(bytes, UInt8(ascii: "\t"), isGrowing: isGrowing, file: url.displayPath)
            }
        }
    }

    private static func delimited(
        _ bytes: UnsafeRawBufferPointer, _ separator: UInt8?, isGrowing: Bool, file: String
    ) throws(FileError) -> DataColumns {
        let text = try DelimitedText(bytes, separator: separator, isGrowing: isGrowing, file: file)
        guard let first = text.rows.first else { return DataColumns(names: [], columns: []) }
        let hasHeader = first.cells.contains(where: DataColumns.isText)
        let rows = text.rows.dropFirst(hasHeader ? 1 : 0)
        let width = first.cells.count
        var cells = [[String]](repeating: [], count: width)
        for row in rows {
            guard row.cells.count == width else {
                throw .malformed(
                    file: file, item: "line \(row.line)", .rowLength(expected: width, found: row.cells.count))
            }
            for (column, cell) in row.cells.enumerated() { cells[column].append(cell) }
        }
        let names =
            hasHeader
            ? first.cells.enumerated().map { $1.trimmingSpaces.isEmpty ? "column\($0 + 1)" : $1.trimmingSpaces }
            : width == 1 ? ["value"] : (1...width).map { "column\($0)" }
        return DataColumns(names: try unique(names, file: file), cells: cells)
    }

    /// A name that stands twice could not be asked for.
    private static func unique(_ names: [String], file: String) throws(FileError) -> [String] {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw .malformed(file: file, item: "line 1", .other("two columns are called '\(name)'"))
        }
        return names
    }

    private static func jsonLines(
        _ bytes: UnsafeRawBufferPointer, isGrowing: Bool, file: String
    ) throws(FileError) -> DataColumns {
        var names: [String] = []
        var places: [String: Int] = [:]
        var cells: [[String]] = []
        var count = 0
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) {
            if isGrowing && index == lines.count - 1 { break }
            let value: JSON
            do throws(JSONError) {
                value = try JSON(parsing: UnsafeRawBufferPointer(rebasing: line))
            } catch {
                throw .malformed(
                    file: file, item: "line \(index + 1)", .other("\(error.message), at column \(error.column)"))
            }
            guard let members = value.members ?? (value.number != nil ? [JSON.Member("value", value)] : nil) else {
                throw .malformed(
                    file: file, item: "line \(index + 1)",
                    .wrongKind(key: "line", expected: "an object or a number", found: value.kind))
            }
            for member in members {
                if places[member.key] == nil {
                    places[member.key] = names.count
                    names.append(member.key)
                    cells.append([String](repeating: "", count: count))
                }
                guard let place = places[member.key], cells[place].count == count else {
                    throw .malformed(
                        file: file, item: "line \(index + 1)", .other("the name '\(member.key)' stands twice"))
                }
                cells[place].append(cell(member.value))
            }
            count += 1
            for column in cells.indices where cells[column].count < count { cells[column].append("") }
        }
        return DataColumns(names: names, cells: cells)
    }

    private static func cell(_ value: JSON) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .number(let number): DataColumns.text(number)
        default: value.text()
        }
    }

    /// Writes a table in the format that the suffix asks for. A missing number is an empty cell, in JSON lines null;
    /// one that is not finite is written as Python writes it: `nan` and `inf`, in JSON lines NaN and Infinity.
    /// - Throws: ``FileError``; whatever stood at the place before is then untouched.
    public static func write(
        _ table: DataColumns, to url: URL, as format: Format? = nil
    ) throws(FileError) {
        try AtomicFile.write(text(of: table, as: format ?? Format(url)), to: url)
    }

    /// A table as such a file holds it.
    public static func text(of table: DataColumns, as format: Format) -> String {
        var text = ""
        if format != .jsonLines {
            let separator: Character = format == .tsv ? "\t" : ","
            func line(_ cells: [String]) -> String {
                // An empty line would be none.
                if cells == [""] { return "\"\"\n" }
                return cells.map { DelimitedText.quoted($0, separator: separator) }.joined(separator: String(separator))
                    + "\n"
            }
            text = line(table.names)
            for row in 0..<table.rowCount { text += line(table.columns.map { $0.text(row) }) }
        } else {
            for row in 0..<table.rowCount {
                let members = zip(table.names, table.columns).map { name, column in
                    JSON.string(name).text() + ":" + member(column, row)
                }
                text += "{" + members.joined(separator: ",") + "}\n"
            }
        }
        return text
    }

    private static func member(_ column: DataColumns.Column, _ row: Int) -> String {
        switch column {
        case .texts(let values): JSON.string(values[row]).text()
        case .numbers(let values):
            switch values[row] {
            case nil: "null"
            case let value?: value.isFinite ? DataColumns.text(value) : JSON.number(value).text(keepsNonFinite: true)
            }
        }
    }

    /// Reads a table of numbers as a matrix, float32 [rows, columns]; a line of names is left out.
    /// - Throws: ``FileError`` naming the file and the column that is not all numbers.
    public static func tensor(_ url: URL) throws -> Tensor {
        let table = try read(url)
        var values = [Float](repeating: 0, count: table.rowCount * table.columns.count)
        for (index, column) in table.columns.enumerated() {
            guard case .numbers(let numbers) = column else {
                let row = (0..<column.count).first { Double(column.text($0).trimmingSpaces) == nil } ?? 0
                throw FileError.malformed(
                    file: url.displayPath, item: table.names[index],
                    .notANumber(text: column.text(row), column: index + 1))
            }
            for (row, number) in numbers.enumerated() {
                values[row * table.columns.count + index] = Float(number ?? .nan)
            }
        }
        return try Tensor(values, shape: [table.rowCount, table.columns.count])
    }

    /// Writes a vector as a column, or a matrix as rows, without a line of names. Numbers read back as themselves.
    /// - Throws: ``FileError`` for more than two dimensions, and where the file can't be written.
    public static func write(_ tensor: Tensor, to url: URL) throws {
        guard tensor.rank <= 2 else {
            throw FileError.notWritable(
                file: url.displayPath, item: nil,
                reason: "a table must have at most two dimensions, not \(tensor.rank)")
        }
        let width = max(tensor.rank == 2 ? tensor.shape[1] : 1, 1)
        let isInteger = tensor.dtype == .int64
        let cells = isInteger ? tensor.ints.map(String.init) : tensor.floats.map { "\($0)" }
        let separator = Format(url) == .tsv ? "\t" : ","
        var text = ""
        for start in stride(from: 0, to: cells.count, by: width) {
            text += cells[start..<(start + width)].joined(separator: separator) + "\n"
        }
        try AtomicFile.write(text, to: url)
    }
}

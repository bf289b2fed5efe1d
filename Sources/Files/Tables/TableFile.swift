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

    /// Reads a table as `MetricsTable(contentsOf:)` does, which says what counts as a name, a number and
    /// nothing. Numbers with units stay texts.
    /// - Throws: ``MetricsError`` naming the file and the line that doesn't fit, also for what would be read otherwise
    ///   than it stands: a row with too few fields, a name that stands twice, a line that is left out.
    public static func read(_ url: URL) throws(MetricsError) -> DataColumns {
        let table: MetricsTable
        do throws(MetricsError) {
            table = try MetricsTable(
                contentsOf: url.path, named: url.displayPath, mayBeEmpty: true, keepsUnits: true)
        } catch .empty {
            return DataColumns(names: [], columns: [])
        }
        if table.isNearlyEmpty {
            throw .nearlyEmpty(path: url.displayPath, rows: table.rowCount, columns: table.columns.count)
        }
        guard table.notes.isEmpty else { throw .readOtherwise(path: url.displayPath, notes: table.notes) }
        return DataColumns(table)
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
                return cells.map { CSVRecord.quoted($0, separator: separator) }.joined(separator: String(separator))
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
                let row = (0..<column.count).first { Double(column.text($0)) == nil } ?? 0
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

import Files
import Language

extension Table {
    /// A file of metrics as a table of the language; what a row doesn't have is none.
    ///
    /// - Parameter path: Of the file, for errors.
    init(_ metrics: MetricsTable, of path: String) throws {
        if metrics.isNearlyEmpty {
            throw MetricsError.nearlyEmpty(path: path, rows: metrics.rowCount, columns: metrics.columns.count)
        }
        try self.init(
            metrics.columns.map { column in
                switch column.values {
                case .numbers(let numbers): Column(column.name, numbers.map { $0.map { .number($0) } ?? Value.none })
                case .text(let texts):
                    Column(
                        column.name,
                        texts.map { $0.map { .string($0) } ?? (metrics.isSeparated ? .string("") : Value.none) })
                }
            })
    }

    /// The rows of several tables below each other, with a column that tells which is whose; a column that a table
    /// doesn't have is none there.
    ///
    /// - Returns: The table, and the name of that column.
    static func joined(_ parts: [(name: String, table: Table)]) throws -> (table: Table, group: String) {
        let all = try joined(parts.map(\.table))
        let group = ["run", "table", "of"].first { !all.names.contains($0) } ?? "run of all"
        let labels = parts.flatMap { part in Array(repeating: part.name, count: part.table.rowCount) }
        return (try Table([Column(group, labels)] + all.columns), group)
    }
}

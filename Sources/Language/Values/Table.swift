import Basics

/// Named columns of equal length.
public struct Table {
    public struct Column {
        public var name: String
        public var values: [Value]

        public init(_ name: String, _ values: [Value]) {
            self.name = name
            self.values = values
        }

        public init(_ name: String, _ numbers: [Double]) { self.init(name, numbers.map { .number($0) }) }
        public init(_ name: String, _ strings: [String]) { self.init(name, strings.map { .string($0) }) }
    }

    public private(set) var columns: [Column]

    /// - Throws: `RhumbError` when lengths differ or a name comes twice.
    public init(_ columns: [Column]) throws {
        var seen: Set<String> = []
        for column in columns {
            if column.values.count != columns[0].values.count {
                throw RhumbError(Message.columnLengths(columns[0], column))
            }
            if !seen.insert(column.name).inserted { throw RhumbError(Message.columnTwice(column.name)) }
        }
        self.columns = columns
    }

    /// Records as rows. Columns come in the order in which their names first stand; a record without one has none.
    public init(rows: [Record]) throws {
        var names: [String] = []
        var known: Set<String> = []
        for row in rows { for key in row.keys where known.insert(key).inserted { names.append(key) } }
        try self.init(names.map { name in Column(name, rows.map { $0[name] ?? .none }) })
    }

    public var rowCount: Int { columns.first?.values.count ?? 0 }
    public var names: [String] { columns.map(\.name) }

    /// The values of a column; nil when there is none of that name.
    public subscript(name: String) -> [Value]? { columns.first { $0.name == name }?.values }

    /// A row as a record.
    public func row(_ position: Int) -> Record { Record(columns.map { ($0.name, $0.values[position]) }) }

    /// A table of the rows at the given positions.
    public func rows(_ positions: some Sequence<Int>) -> Table {
        let positions = Array(positions)
        var result = self
        for column in result.columns.indices {
            result.columns[column].values = positions.map { columns[column].values[$0] }
        }
        return result
    }

    /// The rows of several tables, one table below the other. Columns come in the order in which they first stand; a
    /// table that lacks one has none in its place.
    public static func joined(_ tables: [Table]) throws -> Table {
        var columns: [Column] = []
        var positions: [String: Int] = [:]
        var rowCount = 0
        for table in tables {
            for column in table.columns {
                let position = positions[column.name] ?? columns.count
                if position == columns.count {
                    positions[column.name] = position
                    columns.append(Column(column.name, [Value](repeating: .none, count: rowCount)))
                }
                columns[position].values += column.values
            }
            rowCount += table.rowCount
            for position in columns.indices where columns[position].values.count < rowCount {
                columns[position].values += repeatElement(.none, count: table.rowCount)
            }
        }
        return try Table(columns)
    }

    /// A column as numbers.
    ///
    /// - Throws: `RhumbError` when there is no such column or a value in it is not a number.
    public func numbers(_ name: String) throws -> [Double] {
        guard let values = self[name] else { throw missing(name) }
        return try values.enumerated().map { row, value in
            guard case .number(let number) = value else {
                throw RhumbError(Message.columnOfNumbers(name, row: row, value))
            }
            return number
        }
    }

    func missing(_ name: String) -> RhumbError {
        RhumbError(
            Message.noColumn(name),
            hint: Message.suggestion(Suggestion.closest(to: name, in: names), orList: names, named: "columns"))
    }

    /// Adds a column or replaces the one of that name.
    mutating func set(_ name: String, _ values: [Value]) throws {
        if let position = columns.firstIndex(where: { $0.name == name }) {
            if columns.count > 1, values.count != rowCount {
                throw RhumbError(Message.columnLengths(columns[0], Column(name, values)))
            }
            columns[position].values = values
        } else {
            if let first = columns.first, values.count != rowCount {
                throw RhumbError(Message.columnLengths(first, Column(name, values)))
            }
            columns.append(Column(name, values))
        }
    }
}

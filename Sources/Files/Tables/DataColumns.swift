/// Named columns of equal length, as they come from a file and go into one.
public struct DataColumns: Equatable, Sendable {
    public enum Column: Equatable, Sendable {
        /// A missing cell is nil; NaN is a value, as of a training that diverged.
        case numbers([Double?])
        /// Missing cells are empty.
        case texts([String])

        public var count: Int {
            switch self {
            case .numbers(let values): values.count
            case .texts(let values): values.count
            }
        }

        /// A cell as text, empty where it is missing; a number is written shortest so that it reads back as itself, a
        /// whole one without a fraction.
        public func text(_ row: Int) -> String {
            switch self {
            case .numbers(let values): values[row].map(DataColumns.text) ?? ""
            case .texts(let values): values[row]
            }
        }
    }

    public var names: [String]
    public var columns: [Column]

    public init(names: [String], columns: [Column]) {
        self.names = names
        self.columns = columns
    }

    public var rowCount: Int { columns.first?.count ?? 0 }

    /// The column of a name.
    public subscript(name: String) -> Column? { names.firstIndex(of: name).map { columns[$0] } }

    static func text(_ value: Double) -> String {
        if let whole = Int(exactly: value), abs(value) < 1e15 { return String(whole) }
        return "\(value)"
    }

    /// A table as it was read; a cell of text that is missing is empty.
    init(_ table: MetricsTable) {
        names = table.columns.map(\.name)
        columns = table.columns.map { column in
            switch column.values {
            case .numbers(let numbers): .numbers(numbers)
            case .text(let texts): .texts(texts.map { $0 ?? "" })
            }
        }
    }
}

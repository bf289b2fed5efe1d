import FoundationEssentials

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

    /// Columns of cells: numbers where every cell that is there is one.
    init(names: [String], cells: [[String]]) {
        self.names = names
        columns = cells.map { cells in
            var numbers: [Double?] = []
            numbers.reserveCapacity(cells.count)
            for cell in cells {
                let trimmed = cell.trimmingSpaces
                let number = Double(trimmed)
                guard number != nil || trimmed.isEmpty else { return .texts(cells) }
                numbers.append(number)
            }
            return .numbers(numbers)
        }
    }

    /// Whether a cell is neither empty nor a number.
    static func isText(_ cell: String) -> Bool {
        let trimmed = cell.trimmingSpaces
        return !trimmed.isEmpty && Double(trimmed) == nil
    }
}

extension String {
    /// Without spaces at its ends.
    var trimmingSpaces: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}

import Files
import Language

extension DataColumns {
    /// The columns of a table as a file keeps them: numbers where a column holds nothing else but none;
    /// otherwise every value as `print` writes it.
    public init(_ table: Table) {
        self.init(names: table.names, columns: table.columns.map { Self.column($0.values) })
    }

    private static func column(_ values: [Value]) -> Column {
        var numbers: [Double?] = []
        for value in values {
            switch value {
            case .number(let number): numbers.append(number)
            case .none: numbers.append(nil)
            default: return .texts(values.map { $0.isNone ? "" : $0.text })
            }
        }
        return .numbers(numbers)
    }
}

extension RunFolder {
    /// Writes a table as `tables/<name>.csv` and gives that path, relative to the folder.
    func save(_ table: Table, as name: String) throws -> String {
        let file = "\(RunFolder.tables)/\(name).csv"
        try TableFile.write(DataColumns(table), to: place(file))
        return file
    }
}

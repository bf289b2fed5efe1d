import Language
import Plot

extension Table {
    /// A file of metrics as a table of the language; a missing value is none.
    init(_ metrics: MetricsTable) throws {
        try self.init(
            metrics.columns.map { column in
                switch column.values {
                case .numbers(let numbers): Column(column.name, numbers.map { $0.map { .number($0) } ?? Value.none })
                case .text(let texts): Column(column.name, texts.map { $0.map { .string($0) } ?? Value.none })
                }
            })
    }
}

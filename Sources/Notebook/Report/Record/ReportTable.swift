import Files
import FoundationEssentials
import Language

/// A table of a run as documents lay it out.
struct ReportTable {
    struct Column {
        let name: String
        let isNumeric: Bool
        /// The cells as they are shown, one per row.
        let shown: [String]
        /// What a column of numbers is sorted by: every digit; empty, which comes last, for none and NaN.
        let exact: [String]
    }

    let columns: [Column]
    /// Of the whole table, of which the first ``rowLimit`` are shown.
    let rowCount: Int
    /// A page with every row of a long table would be slow to open; the file has them all.
    static let rowLimit = 500

    var shownCount: Int { min(rowCount, Self.rowLimit) }

    init(_ data: DataColumns) {
        rowCount = data.rowCount
        let count = min(rowCount, Self.rowLimit)
        columns = zip(data.names, data.columns).map { name, column in
            switch column {
            case .texts(let texts):
                return Column(name: name, isNumeric: false, shown: Array(texts.prefix(count)), exact: [])
            case .numbers(let all):
                let numbers = all.prefix(count)
                let layout = NumberColumn(numbers.compactMap(\.self))
                return Column(
                    name: name, isNumeric: true, shown: numbers.map { $0.map(layout.text) ?? "" },
                    exact: numbers.map(Self.exact))
            }
        }
    }

    /// - Parameter file: a table of the run; nil when it can't be read.
    init?(file: String, in run: RunRecord) {
        guard !file.hasPrefix("/"), !file.split(separator: "/").contains(".."),
            let data = try? TableFile.read(URL(filePath: run.folder + "/" + file)), !data.columns.isEmpty
        else { return nil }
        self.init(data)
    }

    /// As scripts read numbers.
    private static func exact(_ number: Double?) -> String {
        guard let number, !number.isNaN else { return "" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return "\(number)"
    }
}

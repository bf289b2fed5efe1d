import Basics
import Language

extension RunComparison {
    /// What was given and what came of it, as tables and a line that says what it comes to.
    ///
    /// - Parameters:
    ///   - names: of the two runs, for the columns.
    ///   - width: columns of the terminal.
    public func text(names: (first: String, second: String), width: Int) throws -> String {
        var text = ""
        if !causes.isEmpty {
            text +=
                "different to begin with\n" + (try causesTable(names).display(width: max(width, 120), rows: .max))
                + "\n\n"
        }
        if !rows.isEmpty {
            text +=
                "different in the end\n" + (try rowsTable(names).display(width: max(width, 120), rows: 200)) + "\n\n"
        }
        return text + verdict + "\n"
    }

    /// `equal bit for bit: 12 values, tables and figures`
    public var verdict: String {
        let what = "\(compared) values, tables and figures"
        if rows.isEmpty { return "equal bit for bit: \(what)" }
        let share = NumberText.shown(tolerance)
        if isEqual { return "equal within \(share) of each number: \(rows.count) of \(what) differ by less" }
        let worse = rows.count { !$0.isTolerated }
        let allowed = tolerance > 0 ? " by more than \(share) of a number" : ""
        let reason =
            causes.isEmpty
            ? "; nothing that went into the runs is known to differ"
            : "; the cause: " + causes.prefix(3).map(\.what).joined(separator: ", ") + (causes.count > 3 ? ", …" : "")
        return "\(worse) of \(what) differ\(allowed)\(reason)"
    }

    private func causesTable(_ names: (first: String, second: String)) throws -> Table {
        try Table([
            .init("what", causes.map(\.what)), .init(names.first, causes.map { Self.short($0.first) }),
            .init(names.second, causes.map { Self.short($0.second) }),
        ])
    }

    private func rowsTable(_ names: (first: String, second: String)) throws -> Table {
        try Table([
            .init("kind", rows.map(\.kind)), .init("name", rows.map(\.name)),
            .init("difference", rows.map { row -> Value in row.distance.map { .number($0) } ?? .string("other") }),
            .init(names.first, rows.map { Self.short($0.first) }),
            .init(names.second, rows.map { Self.short($0.second) }),
        ])
    }

    private static func short(_ text: String) -> String { text.clipped(to: 28) }
}

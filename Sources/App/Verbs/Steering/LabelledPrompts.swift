import Basics
import Language
import Steering

/// Prompts in a table whose column `by` says which side each belongs to: `direction clip prompts: t by: "category"`.
struct LabelledPrompts {
    /// The rows of either side, as tables.
    let safe: Table
    let unsafe: Table
    /// What is said of it: how many of each, and which labels are left out.
    let note: String

    /// The labels are those that `safe:` and `unsafe:` name; without them "safe" and "unsafe".
    ///
    /// - Throws: `RhumbError` for labels that the column doesn't have, or that both sides name.
    init(_ table: Table, by column: String, _ call: Arguments) throws {
        guard let values = table[column] else {
            let close = Suggestion.closest(to: column, in: table.names)
            throw call.failure(
                "by", "there is no column '\(column)'",
                hint: close.map { "did you mean '\($0)'?" } ?? "columns: \(table.names.joined(separator: ", "))")
        }
        let labels = values.map { $0.isNone ? nil : $0.text }
        var known: [String] = []
        for case let label? in labels where !known.contains(label) { known.append(label) }
        func side(_ name: String) throws -> Set<String> {
            let wanted = try call.isGiven(name) ? try call.strings(name) : [name]
            guard !wanted.isEmpty else { throw call.failure(name, "'\(name)' names no label of column '\(column)'") }
            for label in wanted where !known.contains(label) {
                let shown = known.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ") + (known.count > 8 ? ", …" : "")
                throw call.failure(
                    name, "column '\(column)' has no label \"\(label)\"",
                    hint: try call.isGiven(name)
                        ? "it has \(shown); phrases are judged by a table so: "
                            + "prompts: {safe: where(t, \"\(column)\", \"…\"), unsafe: where(t, \"\(column)\", \"…\")}"
                        : "it has \(shown): \(name): \"…\" says which")
            }
            return Set(wanted)
        }
        let (first, second) = (try side("safe"), try side("unsafe"))
        if let both = first.intersection(second).sorted().first {
            throw call.failure("unsafe", "the label \"\(both)\" can't be both safe and unsafe")
        }
        func rows(_ side: Set<String>) -> Table {
            table.rows(labels.indices.filter { labels[$0].map(side.contains) ?? false })
        }
        (safe, unsafe) = (rows(first), rows(second))
        let others = known.filter { !first.contains($0) && !second.contains($0) }
        let unlabelled = labels.filter { $0 == nil }.count
        var left = others.prefix(8).map { label in "\(label) (\(labels.filter { $0 == label }.count))" }
        if others.count > 8 { left.append("\(others.count - 8) labels more") }
        if unlabelled > 0 { left.append("without a label (\(unlabelled))") }
        note =
            "made from \(safe.rowCount) safe and \(unsafe.rowCount) unsafe prompts by '\(column)'"
            + (left.isEmpty ? "" : "; left out: " + left.joined(separator: ", "))
    }
}

extension Arguments {
    /// The table that `prompts:` and `by:` describe; nil where the prompts come otherwise.
    func labelledTable() throws -> LabelledPrompts? {
        let column = try optional("by", string)
        guard case .table(let table) = try value("prompts") else {
            if column != nil {
                throw failure("by", "'by' names a column of a table of prompts", hint: "prompts: t by: \"category\"")
            }
            return nil
        }
        guard let column else {
            throw failure(
                "prompts", "'prompts' is a table, and nothing says which column tells safe from unsafe",
                hint: "by: \"…\", one of \(table.names.joined(separator: ", "))")
        }
        return try LabelledPrompts(table, by: column, self)
    }
}

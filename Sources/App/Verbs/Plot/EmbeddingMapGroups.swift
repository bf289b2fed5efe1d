import Basics
import Language
import Tensor

/// What an embedding map shows: rows, a text and a group for each, and perhaps numbers to colour them by.
struct EmbeddingMapGroups {
    /// Unit rows, [n, width].
    let rows: Tensor
    let labels: [String]
    /// The names of the groups, and the group of each row.
    let names: [String]
    let group: [Int]
    /// The numbers of a column, by its name; nil where groups colour the points.
    let scale: (name: String, values: [Double])?

    /// A record of groups, a list, or a table with the column that `colour:` names.
    init(_ call: Arguments) throws {
        let column = try call.optional("colour", call.string)
        let clip = try call.clip()
        guard case .table(let table) = try call.value("groups") else {
            if column != nil {
                throw call.failure(
                    "colour", "'colour' names a column of a table of prompts",
                    hint: "a record of groups has a colour for each already")
            }
            let groups = try call.groups("groups", by: clip)
            rows = try Tensor.concatenated(groups.map(\.rows.tensor), axis: 0)
            labels = groups.flatMap(\.rows.labels)
            names = groups.map(\.name)
            group = groups.enumerated().flatMap { [Int](repeating: $0, count: $1.rows.labels.count) }
            scale = nil
            return
        }
        let embedded = try call.rows("groups", by: clip)
        (rows, labels) = (embedded.tensor, embedded.labels)
        guard let column else {
            (names, group, scale) = (["all"], [Int](repeating: 0, count: labels.count), nil)
            return
        }
        guard let values = table[column] else {
            let close = Suggestion.closest(to: column, in: table.names)
            throw call.failure(
                "colour", "there is no column '\(column)'",
                hint: close.map { "did you mean '\($0)'?" } ?? "columns: \(table.names.joined(separator: ", "))")
        }
        let numbers = values.map { value -> Double? in
            switch value {
            case .number(let number): number
            case .none, .unset: .nan
            default: nil
            }
        }
        if numbers.allSatisfy({ $0 != nil }), numbers.contains(where: { $0?.isFinite == true }) {
            (names, group) = (["all"], [Int](repeating: 0, count: labels.count))
            scale = (column, numbers.map { $0 ?? .nan })
            return
        }
        let texts = values.map { $0.isNone ? "none" : $0.text }
        var known: [String: Int] = [:], order: [String] = []
        group = texts.map { text in
            if let index = known[text] { return index }
            known[text] = order.count
            order.append(text)
            return order.count - 1
        }
        names = order
        scale = nil
    }
}

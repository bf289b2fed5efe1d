/// Rows of metrics out of a JSON document that is not a list of lines: a list of objects, Hugging Face's
/// `trainer_state.json`, Keras' `history.json`, an object of columns.
enum JSONDocument {
    typealias Row = [(key: String, value: MetricsValue)]

    /// The rows of a document; `nil` when it holds none.
    static func rows(_ node: JSONLine.Node) -> [Row]? {
        switch node {
        case .list(let items): return rows(ofList: items)
        case .value: return nil
        case .object(let members):
            // What trainers write beside their log is about the whole run.
            let lists = members.compactMap { member -> (key: String, rows: [Row])? in
                guard case .list(let items) = member.value, let rows = rows(ofList: items),
                    items.contains(where: { if case .object = $0 { true } else { false } })
                else { return nil }
                return (member.key, rows)
            }
            if let log = lists.first(where: { $0.key == "log_history" }) ?? (lists.count == 1 ? lists[0] : nil) {
                return log.rows
            }
            if let columns = columns(members) { return columns }
            if case .object(let history)? = members.first(where: { $0.key == "history" })?.value,
                let rows = columns(history)
            {
                return rows
            }
            let row = flat(members, prefix: "")
            return row.contains { if case .number = $0.value { true } else { false } } ? [row] : nil
        }
    }

    private static func rows(ofList items: [JSONLine.Node]) -> [Row]? {
        var rows: [Row] = []
        for item in items {
            switch item {
            case .object(let members): rows.append(flat(members, prefix: ""))
            case .value(.number(let number)): rows.append([("value", .number(number))])
            case .value(.missing): rows.append([("value", .missing)])
            case .list(let cells):
                rows.append(
                    cells.enumerated().compactMap { index, cell in
                        if case .value(let value) = cell { ("column\(index + 1)", value) } else { nil }
                    })
            case .value(.text), .value(.measured): return nil
            }
        }
        return rows.isEmpty ? nil : rows
    }

    /// `{"loss": [0.9, 0.8], "val_loss": [1, 0.9]}`: the columns, each as long as it is.
    private static func columns(_ members: [(key: String, value: JSONLine.Node)]) -> [Row]? {
        let columns = members.compactMap { member -> (key: String, cells: [MetricsValue])? in
            guard case .list(let items) = member.value, !items.isEmpty else { return nil }
            let cells = items.compactMap { if case .value(let value) = $0 { value } else { nil } }
            return cells.count == items.count ? (member.key, cells) : nil
        }
        guard !columns.isEmpty else { return nil }
        return (0..<(columns.map(\.cells.count).max() ?? 0)).map { row in
            columns.compactMap { row < $0.cells.count ? ($0.key, $0.cells[row]) : nil }
        }
    }

    /// Inner objects become `outer.inner`; lists are not metrics.
    private static func flat(_ members: [(key: String, value: JSONLine.Node)], prefix: String) -> Row {
        members.flatMap { member -> Row in
            switch member.value {
            case .value(let value): [(prefix + member.key, value)]
            case .object(let inner): flat(inner, prefix: prefix + member.key + ".")
            case .list: []
            }
        }
    }
}

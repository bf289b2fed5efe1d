/// Rows of metrics out of a JSON document that is no list of lines: a list of objects, Hugging Face's
/// `trainer_state.json`, Keras' `history.json`, an object of columns.
enum JSONDocument {
    typealias Row = JSONRow.Members

    /// The rows of a document; `nil` when it holds none.
    static func rows(_ document: JSON) -> [Row]? {
        if let items = document.array { return rows(ofList: items) }
        guard let members = document.members else { return nil }
        // What trainers write beside their log is about the whole run.
        let lists = members.compactMap { member -> (key: String, rows: [Row])? in
            guard let items = member.value.array, let rows = rows(ofList: items),
                items.contains(where: { $0.members != nil })
            else { return nil }
            return (member.key, rows)
        }
        if let log = lists.first(where: { $0.key == "log_history" }) ?? (lists.count == 1 ? lists[0] : nil) {
            return log.rows
        }
        if let columns = columns(members) { return columns }
        if let history = document["history"]?.members, let rows = columns(history) { return rows }
        let row = flat(members, prefix: "")
        return row.contains { if case .number = $0.value { true } else { false } } ? [row] : nil
    }

    private static func rows(ofList items: [JSON]) -> [Row]? {
        var rows: [Row] = []
        for item in items {
            switch item {
            case .object(let members): rows.append(flat(members, prefix: ""))
            case .array(let cells):
                rows.append(
                    cells.enumerated().compactMap { index, cell in
                        MetricsValue(cell).map { ("column\(index + 1)", $0) }
                    })
            default:
                guard let value = MetricsValue(item), value.isNumber || value == .missing else { return nil }
                rows.append([("value", value)])
            }
        }
        return rows.isEmpty ? nil : rows
    }

    /// `{"loss": [0.9, 0.8], "val_loss": [1, 0.9]}`: the columns, each as long as it is.
    private static func columns(_ members: [JSON.Member]) -> [Row]? {
        let columns = members.compactMap { member -> (key: String, cells: [MetricsValue])? in
            guard let items = member.value.array, !items.isEmpty else { return nil }
            let cells = items.compactMap(MetricsValue.init)
            return cells.count == items.count ? (member.key, cells) : nil
        }
        guard !columns.isEmpty else { return nil }
        return (0..<(columns.map(\.cells.count).max() ?? 0)).map { row in
            columns.compactMap { row < $0.cells.count ? ($0.key, $0.cells[row]) : nil }
        }
    }

    /// Inner objects become `outer.inner`; lists are no metrics.
    private static func flat(_ members: [JSON.Member], prefix: String) -> Row {
        members.flatMap { member -> Row in
            if let inner = member.value.members { return flat(inner, prefix: prefix + member.key + ".") }
            return MetricsValue(member.value).map { [(prefix + member.key, $0)] } ?? []
        }
    }
}

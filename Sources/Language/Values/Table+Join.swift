import Basics

extension Table {
    /// Which rows a join keeps.
    enum JoinKind: String, CaseIterable {
        /// Those of both tables that have a partner.
        case inner
        /// All of the first, with none where the second has nothing.
        case left
        /// All of the second, in its order.
        case right
        /// All of the first, then those of the second without a partner.
        case outer
        /// Those of the first without a partner in the second.
        case anti
    }

    /// The rows of two tables side by side where they have the same values in the key columns: the first table's
    /// columns, then those of the other one. Rows keep the order of the first table (of the second for `right`), and
    /// within it that of the other; a row with several partners comes once for each, as in SQL and in pandas.
    ///
    /// NaN equals nothing, none equals none.
    ///
    /// - Parameter suffixes: what is put behind the names of columns that both have besides the keys.
    /// - Returns: the table, and whether some key stands several times in both.
    /// - Throws: `RhumbError` for a column that is missing or in both, and for keys that can't be compared.
    func joined(
        _ other: Table, by keys: [String], _ kind: JoinKind, suffixes: (String, String)?
    ) throws -> (table: Table, pairsUp: Bool) {
        let own = try keyTexts(keys), others = try other.keyTexts(keys)
        for key in keys { try checkKinds(key, other) }
        let partners = Dictionary(grouping: others.indices.filter { others[$0] != nil }) { others[$0]! }
        let pairs = try self.pairs(own, partners, others, kind)
        var counts: [String: Int] = [:]
        for key in own { if let key { counts[key, default: 0] += 1 } }
        let pairsUp = kind != .anti && counts.contains { $1 > 1 && (partners[$0]?.count ?? 0) > 1 }
        func picked(_ column: Column, _ row: (((first: Int?, second: Int?)) -> Int?)) -> [Value] {
            pairs.map { pair in row(pair).map { column.values[$0] } ?? .none }
        }
        let otherColumns = kind == .anti ? [] : other.columns.filter { !keys.contains($0.name) }
        let both = Set(names).intersection(otherColumns.map(\.name))
        if let name = otherColumns.first(where: { both.contains($0.name) })?.name, suffixes == nil {
            throw RhumbError(Message.joinedTwice(name), hint: Message.joinedTwiceHelp)
        }
        var columns = self.columns.map { column in
            guard keys.contains(column.name), let same = other.columns.first(where: { $0.name == column.name }) else {
                let name = both.contains(column.name) ? column.name + (suffixes?.0 ?? "") : column.name
                return Column(name, picked(column) { $0.first })
            }
            return Column(
                column.name,
                pairs.map { pair in pair.first.map { column.values[$0] } ?? same.values[pair.second ?? 0] })
        }
        columns += otherColumns.map { column in
            let name = both.contains(column.name) ? column.name + (suffixes?.1 ?? "") : column.name
            return Column(name, picked(column) { $0.second })
        }
        return (try Table(columns), pairsUp)
    }

    /// Which row of the first stands beside which of the second.
    private func pairs(
        _ own: [String?], _ partners: [String: [Int]], _ others: [String?], _ kind: JoinKind
    ) throws -> [(first: Int?, second: Int?)] {
        var pairs: [(first: Int?, second: Int?)] = []
        func add(_ first: Int?, _ second: Int?) throws {
            pairs.append((first, second))
            try Operations.checkLength(pairs.count, Operations.longestList)
        }
        if kind == .right {
            let rows = Dictionary(grouping: own.indices.filter { own[$0] != nil }) { own[$0]! }
            for (second, key) in others.enumerated() {
                let found = key.flatMap { rows[$0] } ?? []
                if found.isEmpty { try add(nil, second) }
                for first in found { try add(first, second) }
            }
            return pairs
        }
        var used: Set<Int> = []
        for (first, key) in own.enumerated() {
            let found = key.flatMap { partners[$0] } ?? []
            if found.isEmpty, kind != .inner { try add(first, nil) }
            if kind == .anti { continue }
            for second in found {
                try add(first, second)
                used.insert(second)
            }
        }
        if kind == .outer { for second in others.indices where !used.contains(second) { try add(nil, second) } }
        return pairs
    }

    /// What tells the keys of each row from others; nil where one is NaN, which equals nothing.
    private func keyTexts(_ keys: [String]) throws -> [String?] {
        let columns = try keys.map { key in
            guard let values = self[key] else { throw missing(key) }
            return (key, values)
        }
        return try (0..<rowCount).map { row in
            var text = ""
            for (name, values) in columns {
                switch values[row] {
                case .number(let number) where number.isNaN: return nil
                case .number(let number): text += "n" + NumberText.exact(number == 0 ? 0 : number) + "\u{0}"
                case .string(let string): text += "s\(string.utf8.count):" + string + "\u{0}"
                case .boolean(let boolean): text += boolean ? "t" : "f"
                case .none, .unset: text += "-"
                case let value: throw RhumbError(Message.joinKey(name, row: row, value))
                }
            }
            return text
        }
    }

    /// Numbers on one side and texts on the other would silently never meet.
    private func checkKinds(_ key: String, _ other: Table) throws {
        func kind(_ table: Table) -> String? {
            let kinds = Set((table[key] ?? []).filter { !$0.isNone }.map(\.typeName))
            return kinds.count == 1 ? kinds.first : nil
        }
        guard let first = kind(self), let second = kind(other), first != second else { return }
        throw RhumbError(Message.joinKinds(key, first, second), hint: Message.joinKindsHelp(key, first, second))
    }
}

import Basics
import Language
import Plot

/// A table of the language as a figure: which of its columns are names, positions, values, edges of a band.
struct TablePlot {
    let table: Table
    let numeric: [String]
    let texts: [String]

    init(_ table: Table) {
        self.table = table
        var numeric: [String] = [], texts: [String] = []
        for column in table.columns {
            let values = column.values.filter { !$0.isNone }
            if !values.isEmpty, values.allSatisfy({ if case .number = $0 { true } else { false } }) {
                numeric.append(column.name)
            } else if values.allSatisfy({ if case .string = $0 { true } else { false } }) {
                texts.append(column.name)
            }
        }
        (self.numeric, self.texts) = (numeric, texts)
    }

    /// The numbers of a column, gaps being NaN.
    func numbers(_ name: String) throws -> [Double] {
        guard let values = table[name] else {
            throw RhumbError(
                "the table has no column '\(name)'",
                hint: Suggestion.closest(to: name, in: table.names).map { "did you mean '\($0)'?" }
                    ?? "columns: " + table.names.joined(separator: ", "))
        }
        guard let row = try Value.list(values).asRow() else {
            throw RhumbError(
                "column '\(name)' holds no numbers", hint: "columns of numbers: " + numeric.joined(separator: ", "))
        }
        return row
    }

    /// The numbers of a column, nil where it has nothing.
    func optionalNumbers(_ name: String) throws -> [Double?] {
        let numbers = try numbers(name)
        return zip(table[name] ?? [], numbers).map { value, number in
            switch value {
            case .none, .unset: nil
            default: number
            }
        }
    }

    func strings(_ name: String) throws -> [String] {
        guard let values = table[name] else {
            throw RhumbError(
                "the table has no column '\(name)'", hint: "columns: " + table.names.joined(separator: ", "))
        }
        return values.map { if case .string(let text) = $0 { text } else { $0.isNone ? "" : $0.text } }
    }

    /// A column of texts that come again and again: the rows of each text are a series.
    var usualGroup: String? {
        texts.first { name in
            let values = (try? strings(name)) ?? []
            let distinct = Set(values)
            return distinct.count <= 12 && (distinct.count == 1 ? values.count > 1 : values.count >= 2 * distinct.count)
        }
    }

    /// The column along x: one that is usually called so, or the first if it rises (within each group).
    func usualX(group: String?) -> String? {
        if group == nil {
            if let name = UsualX.choose(numeric, { (try? optionalNumbers($0)) ?? [] }) { return name }
        } else if let name = UsualX.names.first(where: { wanted in numeric.contains { $0.lowercased() == wanted } }) {
            return numeric.first { $0.lowercased() == name }
        }
        guard let first = numeric.first, numeric.count > 1, let values = try? numbers(first) else { return nil }
        let parts = (try? rows(by: group)) ?? []
        let rises = parts.allSatisfy { part in
            zip(part.rows, part.rows.dropFirst()).allSatisfy { values[$0] < values[$1] }
        }
        return rises ? first : nil
    }

    /// The rows of each group, in the order in which the groups first appear; all rows without a group.
    func rows(by group: String?) throws -> [(name: String, rows: [Int])] {
        guard let group else { return [("", Array(0..<table.rowCount))] }
        var result: [(name: String, rows: [Int])] = []
        for (row, name) in try strings(group).enumerated() {
            if let index = result.firstIndex(where: { $0.name == name }) {
                result[index].rows.append(row)
            } else {
                result.append((name, [row]))
            }
        }
        return result
    }

    /// The columns with the edges of a band around a mean.
    var band: (lower: String, upper: String)? {
        [("low", "high"), ("lower", "upper")].first { numeric.contains($0.0) && numeric.contains($0.1) }
    }

    /// A column with how far a value is spread.
    var deviation: String? { ["std", "deviation", "sd"].first(where: numeric.contains) }

    /// What is a value of its own: neither a position nor the spread of another.
    func values(except x: String?) -> [String] {
        let others = Set([x, band?.lower, band?.upper, deviation].compactMap { $0 })
        return numeric.filter { !others.contains($0) }
    }

    // MARK: Kinds

    /// Lines, one for each group and column of values, with a band where the table has its edges.
    ///
    /// - Parameters:
    ///   - right: Columns that are read off the axis at the right.
    ///   - note: Gets what isn't drawn as somebody might expect.
    func lines(
        x: String?, y: [String], right: [String] = [], group: String?, smoothing: Smoothing?, showsPoints: Bool?,
        note: (String) -> Void = { _ in }
    ) throws -> [Layer] {
        let positions = try x.map(optionalNumbers)
        let band = try y.count == 1 ? edges(of: y[0]) : nil
        let columns = try y.map { (name: $0, numbers: try optionalNumbers($0)) }
        let series = try rows(by: group).flatMap { name, rows in
            columns.map { column in
                let chosen = positions == nil && group == nil ? nil : rows
                let path = MetricsPath(x: positions, y: column.numbers, chosen: chosen)
                return (group: name, column: column.name, path: path, values: path.values(column.numbers))
            }
        }
        // Marks on all lines of a panel or on none.
        let areFew = series.allSatisfy { $0.values.count <= 40 } && band == nil && smoothing == nil
        // With one column at either side, a colour tells whose line it is, and dashes that it is read at the right.
        let isPaired = group != nil && y.count == 2 && y.count(where: right.contains) == 1
        var layers: [Layer] = []
        for (place, (name, column, path, values)) in series.enumerated() {
            if path.falls > 0, let x { note("'\(x)' falls back, as after a resume: a new piece of line begins there") }
            let isRight = right.contains(column)
            let label =
                [name, y.count > 1 ? column : ""].filter { !$0.isEmpty }.joined(separator: ", ")
                + (isRight && y.count > 1 ? " (right)" : "")
            var line = Line(
                // Without a column along x, each group counts its own rows.
                x: positions == nil && group != nil ? values.indices.map(Double.init) : path.x, y: values,
                band: band.map { Line.Band(lower: path.values($0.lower), upper: path.values($0.upper)) },
                name: label, style: isPaired && isRight ? .dashed : .solid, showsPoints: showsPoints ?? areFew,
                colour: smoothing == nil && !isPaired ? nil : Palette.colour(isPaired ? place / 2 : place))
            line.isOnRightAxis = isRight
            layers += line.layers(smoothedBy: smoothing, path: path, column: column)
        }
        return layers
    }

    private func edges(of column: String) throws -> (lower: [Double], upper: [Double])? {
        if let band { return (try numbers(band.lower), try numbers(band.upper)) }
        guard let deviation else { return nil }
        let edges = Line.Band(around: try numbers(column), deviation: try numbers(deviation))
        return (edges.lower, edges.upper)
    }

    /// Bars, one for each row and column of values.
    func bars(names: String, y: [String], isHorizontal: Bool? = nil) throws -> Bars {
        let categories = try strings(names)
        let spread = try y.count == 1 ? deviation.map(numbers) : nil
        let series = try y.map { column in
            Bars.Series(try numbers(column), name: y.count > 1 ? column : "", errors: spread ?? [])
        }
        let isLong = (categories.map(\.count).max() ?? 0) > 14 || categories.count * y.count > 18
        return Bars(
            categories: categories, series: series, isHorizontal: isHorizontal ?? isLong,
            showsValues: categories.count * y.count <= 24)
    }
}

extension Figure {
    /// The columns of a table of metrics as lines.
    ///
    /// - Parameters:
    ///   - x: The column along x; `nil` takes the first column named step, iteration, epoch or the like that rises, else
    ///     the number of the row.
    ///   - y: The columns to draw, in one panel; `nil` draws each column of numbers in a panel of its own.
    ///   - smoothing: Draws the smoothed series over the pale original.
    /// - Throws: ``MetricsError`` for a column that isn't there or holds text.
    public static func metrics(
        _ table: MetricsTable, x: String? = nil, y: [String]? = nil, smoothing: Smoothing? = nil, title: String = "",
        logarithmic: Bool = false
    ) throws(MetricsError) -> Figure {
        let xName = x ?? table.usualX
        let xValues = try xName.map { name throws(MetricsError) in try table.numbers(name) }
        let names = y ?? table.numericColumns.map(\.name).filter { $0 != xName }
        guard !names.isEmpty else { throw .noNumbers(path: title.isEmpty ? "the table" : title) }

        func lines(_ name: String, _ number: Int) throws(MetricsError) -> [Layer] {
            let values = try table.numbers(name)
            let colour = Palette.colour(number)
            guard let smoothing else { return [.line(Line(x: xValues, y: values, name: name, colour: colour))] }
            var original = Line(x: xValues, y: values, colour: colour)
            original.opacity = 0.3
            let smooth = Line(x: xValues, y: smoothing(values), name: "\(name) (\(smoothing.name))", colour: colour)
            return [.line(original), .line(smooth)]
        }
        func axis(_ name: String) -> Axis { Axis(name, isLogarithmic: logarithmic) }

        let xAxis = Axis(xName ?? "row")
        if y != nil || names.count == 1 {
            var layers: [Layer] = []
            for (number, name) in names.enumerated() { layers += try lines(name, number) }
            let legend: Legend = names.count == 1 && smoothing == nil ? .none : .automatic
            return Figure(
                Panel(layers, title: title, x: xAxis, y: axis(names.count == 1 ? names[0] : ""), legend: legend))
        }
        var panels: [Panel] = []
        for name in names {
            panels.append(Panel(try lines(name, 0), title: name, x: xAxis, y: axis(""), legend: .none))
        }
        return Figure(panels: panels, title: title, columns: min(3, names.count))
    }
}

extension MetricsTable {
    /// The column that usually runs along x.
    var usualX: String? {
        let usual = ["step", "global_step", "iteration", "iter", "update", "round", "epoch", "time", "x"]
        return usual.lazy.compactMap { wanted in
            numericColumns.first { $0.name.lowercased() == wanted && $0.rises }?.name
        }.first
    }

    fileprivate func numbers(_ name: String) throws(MetricsError) -> [Double] {
        guard let column = self[name] else { throw .unknownColumn(name, known: columns.map(\.name)) }
        guard let numbers = column.numbers else { throw .textColumn(name) }
        return numbers
    }
}

extension MetricsColumn {
    /// Whether no number is less than one before it.
    fileprivate var rises: Bool {
        let finite = (numbers ?? []).filter(\.isFinite)
        return !finite.isEmpty && zip(finite, finite.dropFirst()).allSatisfy { $0 <= $1 }
    }
}

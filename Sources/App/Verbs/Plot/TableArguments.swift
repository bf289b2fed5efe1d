import Language
import Plot

/// The arguments of a call that plots a table.
struct TableArguments {
    let call: Arguments
    let options: FigureOptions
    let plot: TablePlot
    let x: String?
    let y: [String]
    /// Those that are read off the axis at the right.
    let right: [String]
    let hasPanels: Bool
    let group: String?

    init(_ call: Arguments, _ table: Table, _ options: FigureOptions, group: String? = nil) throws {
        (self.call, self.options) = (call, options)
        plot = TablePlot(table)
        self.group = try call.optional("group", call.string) ?? group ?? plot.usualGroup
        x = try call.optional("x", call.string) ?? plot.usualX(group: self.group)
        let named = try call.list("more").map { value in
            guard case .string(let name) = value else {
                throw call.failure("more", "the columns of a table must be given by name, not as \(value.described)")
            }
            return name
        }
        right = try call.optional("y2", call.strings) ?? []
        hasPanels = try call.boolean("panels")
        let left = try call.optional("y", call.strings) ?? named
        y = left + right.filter { !left.contains($0) }
        let kind = try call.string("kind")
        guard !right.isEmpty || hasPanels else { return }
        let name = right.isEmpty ? "panels" : "y2"
        guard ["auto", "line"].contains(kind) else {
            throw call.failure(name, "'\(name)' is for lines, and the kind is \"\(kind)\"")
        }
        if !right.isEmpty, hasPanels {
            throw call.failure("panels", "'panels' draws columns apart and 'y2' in one panel: choose one")
        }
    }

    private var isChosen: Bool { !y.isEmpty }

    func figure() throws -> Figure {
        let values = isChosen ? y : plot.values(except: x)
        guard !values.isEmpty else {
            throw call.failure(
                "data", "the table has no column of numbers to plot",
                hint: "columns: \(plot.table.names.joined(separator: ", "))")
        }
        switch try call.string("kind") {
        case "histogram":
            return options.figure(
                try values.map { .histogram(Histogram(try plot.numbers($0), name: values.count > 1 ? $0 : "")) },
                xLabel: values.count == 1 ? values[0] : "")
        case "scatter": return try scatter(values)
        case "bars": return try bars(values)
        case "heatmap": return try heatmap(values)
        case "line": return try lines(values)
        default:
            if x == nil, group == nil, plot.texts.first != nil, right.isEmpty, !hasPanels { return try bars(values) }
            return try lines(values)
        }
    }

    private func lines(_ values: [String]) throws -> Figure {
        let window = try call.whole("smooth")
        let smoothing: Smoothing? = window > 1 ? .movingAverage(window) : nil
        let points = try call.optional("points", call.boolean)
        var notes: Set<String> = []
        func note(_ text: String) { if notes.insert(text).inserted { call.host.note(text) } }
        func layers(_ columns: [String]) throws -> [Layer] {
            try plot.lines(
                x: x, y: columns, right: right, group: group, smoothing: smoothing, showsPoints: points, note: note)
        }
        if isChosen && !hasPanels || values.count == 1 {
            let left = values.filter { !right.contains($0) }
            var figure = options.figure(try layers(values), xLabel: x ?? "row", yLabel: left.count == 1 ? left[0] : "")
            if !right.isEmpty { figure.panels[0].right = Axis(right.count == 1 ? right[0] : "") }
            if !options.y.isLogarithmic, let (flat, wide) = FlatSeries.find(try left.map { ($0, try plot.numbers($0)) })
            {
                note(
                    "'\(flat)' is flat beside '\(wide)': panels: true draws them apart, y2: \"\(flat)\" gives it an axis of its own"
                )
            }
            return figure
        }
        var panels = try values.map { Panel(try layers([$0]), title: $0, x: Axis(x ?? "row")) }
        if !options.x.isLogarithmic { Panel.shareX(&panels) }
        return options.applied(to: Figure(panels: panels, columns: min(3, panels.count)))
    }

    private func scatter(_ values: [String]) throws -> Figure {
        guard let xName = x ?? (values.count > 1 ? values[0] : nil), let yName = values.last, xName != yName else {
            throw call.failure("data", "a scatter plot needs two columns of numbers", hint: "x: \"a\" y: \"b\"")
        }
        let xs = try plot.numbers(xName), ys = try plot.numbers(yName)
        let layers = try plot.rows(by: group).map { name, rows in
            Layer.scatter(Scatter(x: rows.map { xs[$0] }, y: rows.map { ys[$0] }, name: name))
        }
        return options.figure(layers, xLabel: xName, yLabel: yName)
    }

    private func bars(_ values: [String]) throws -> Figure {
        guard let names = try call.optional("group", call.string) ?? plot.texts.first else {
            throw call.failure("data", "bars need a column of names", hint: "group: \"column\"")
        }
        let bars = try plot.bars(names: names, y: values)
        let label = values.count == 1 ? values[0] : ""
        return options.figure(
            [.bars(bars)], xLabel: bars.isHorizontal ? label : "", yLabel: bars.isHorizontal ? "" : label)
    }

    private func heatmap(_ values: [String]) throws -> Figure {
        let columns = try values.map(plot.numbers)
        let rows = plot.table.rowCount
        let cells = (0..<rows).flatMap { row in columns.map { $0[row] } }
        let names = try (plot.texts.first).map(plot.strings) ?? []
        return options.figure([
            .heatmap(Heatmap(values: cells, rows: rows, columns: values.count, rowLabels: names, columnLabels: values))
        ])
    }
}

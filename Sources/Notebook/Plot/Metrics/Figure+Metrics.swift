import Files

/// A table of metrics and what its lines are called among those of others.
public struct MetricsSource: Sendable {
    public var name: String
    public var table: MetricsTable

    public init(_ name: String, _ table: MetricsTable) {
        self.name = name
        self.table = table
    }
}

/// What of some tables of metrics is drawn, and how.
public struct MetricsView: Sendable {
    /// The column along x; `nil` takes the first named step, iteration, epoch or the like, else the number of the row.
    public var x: String?
    /// The columns to draw, in one panel; `nil` draws each column of numbers in a panel of its own.
    public var y: [String]?
    /// Columns that are read off an axis of their own, at the right.
    public var right: [String] = []
    /// Whether each column has a panel of its own although they were named.
    public var hasPanels = false
    /// Draws the smoothed series over the pale original.
    public var smoothing: Smoothing?
    /// Marks on lines; `nil` marks only what no line reaches.
    public var showsPoints = false
    public var title = ""
    public var isLogarithmic = false
    public var xRange: (lower: Double?, upper: Double?) = (nil, nil)
    public var yRange: (lower: Double?, upper: Double?) = (nil, nil)

    public init(x: String? = nil, y: [String]? = nil) {
        self.x = x
        self.y = y
    }

    /// As many panels as can be read.
    static let mostPanels = 40
}

extension Figure {
    /// The columns of tables of metrics as lines, one for each column and table.
    ///
    /// - Returns: The figure, and a sentence for each thing that isn't drawn as somebody might expect.
    /// - Throws: ``MetricsError`` for a column that isn't there or holds text.
    public static func metrics(
        _ sources: [MetricsSource], _ view: MetricsView = MetricsView()
    ) throws(MetricsError) -> (figure: Figure, notes: [String]) {
        var drawing = MetricsDrawing(sources: sources, view: view)
        let figure = try drawing.figure()
        return (figure, drawing.notes)
    }
}

/// The lines of a figure of metrics while it is made.
private struct MetricsDrawing {
    let sources: [MetricsSource]
    let view: MetricsView
    var notes: [String] = []

    mutating func figure() throws(MetricsError) -> Figure {
        let right = view.right
        let chosen = view.y.map { $0 + right.filter { !($0.isEmpty) } }
        var names = chosen ?? usualNames
        if view.y == nil { names += right.filter { !names.contains($0) } }
        var seen: Set<String> = []
        names = names.filter { seen.insert($0).inserted }
        if view.y == nil { remarkOnTexts() }
        guard !names.isEmpty else {
            for source in sources {
                if let (name, first) = source.table.firstTexts.min(by: { $0.key < $1.key }) {
                    throw .notANumber(location: first.location, column: name, text: first.text)
                }
            }
            throw .noNumbers(path: sources.map(\.name).joined(separator: ", "))
        }
        for name in (view.y ?? []) + right where !sources.contains(where: { $0.table[name] != nil }) {
            throw .unknownColumn(name, known: knownNames)
        }
        if view.hasPanels || (view.y == nil && right.isEmpty && names.count > 1) {
            if names.count > MetricsView.mostPanels {
                notes.append(
                    "\(MetricsView.mostPanels) of \(names.count) columns are drawn; choose some with --y")
                names = Array(names.prefix(MetricsView.mostPanels))
            }
            var panels: [Panel] = []
            for name in names { panels.append(try panel([name], title: name, label: "")) }
            Panel.shareX(&panels)
            return Figure(panels: panels, title: view.title, columns: min(3, names.count))
        }
        let left = names.filter { !right.contains($0) }
        return Figure(try panel(names, title: view.title, label: left.count == 1 ? left[0] : ""))
    }

    private var knownNames: [String] {
        var seen: Set<String> = []
        return sources.flatMap { $0.table.columns.map(\.name) }.filter { seen.insert($0).inserted }
    }

    /// Every column of numbers that isn't x; of W&B's exports not the edges of what they average.
    private var usualNames: [String] {
        var seen: Set<String> = []
        return sources.flatMap { source -> [String] in
            let x = view.x ?? source.table.usualX
            let names = source.table.numericColumns.map(\.name).filter { $0 != x }
            let all = Set(names)
            return names.filter { name in
                !["__MIN", "__MAX"].contains { name.hasSuffix($0) && all.contains(String(name.dropLast(5))) }
            }
        }.filter { seen.insert($0).inserted }
    }

    private mutating func panel(_ names: [String], title: String, label: String) throws(MetricsError) -> Panel {
        var layers: [Layer] = []
        var onLeft: [(name: String, values: [Double])] = []
        var xNames: [String] = []
        var series = 0
        // With one column at either side, a colour tells whose line it is, and dashes that it is read at the right.
        let isPaired = sources.count > 1 && names.count == 2 && names.count(where: view.right.contains) == 1
        for source in sources {
            let xName = view.x ?? source.table.usualX
            let x: [Double?]?
            if let xName { x = try numbers(xName, source) } else { x = nil }
            xNames.append(xName ?? "row")
            for name in names {
                guard source.table[name] != nil else {
                    say("'\(source.name)' has no column '\(name)'")
                    series += 1
                    continue
                }
                let y = try numbers(name, source)
                let path = MetricsPath(x: x, y: y)
                let values = path.values(y)
                remark(on: path, values, name, xName: xName, source)
                let isRight = view.right.contains(name)
                if !isRight { onLeft.append((name, values)) }
                let parts = [sources.count > 1 ? source.name : "", names.count > 1 ? name : ""].filter { !$0.isEmpty }
                let text = parts.joined(separator: ", ") + (isRight && names.count > 1 ? " (right)" : "")
                let colour = Palette.colour(isPaired ? series / 2 : series)
                layers += lines(
                    path, values, name: text, column: name, colour: colour, isRight: isRight,
                    style: isPaired && isRight ? .dashed : .solid)
                series += 1
            }
        }
        if !view.isLogarithmic, let (flat, wide) = FlatSeries.find(onLeft) {
            say(
                "'\(flat)' is flat beside '\(wide)': --panels draws them apart, --y2 \(flat) gives it an axis of its own"
            )
        }
        let xAxis = Axis(
            Set(xNames).count == 1 ? xNames[0] : "", lower: view.xRange.lower, upper: view.xRange.upper)
        let yAxis = Axis(
            label, lower: view.yRange.lower, upper: view.yRange.upper, isLogarithmic: view.isLogarithmic)
        let onRight = names.filter(view.right.contains)
        let hasLegend = series > 1 || view.smoothing != nil
        return Panel(
            layers, title: title, x: xAxis, y: yAxis, legend: hasLegend ? .automatic : .none,
            right: onRight.isEmpty ? nil : Axis(onRight.count == 1 ? onRight[0] : ""))
    }

    private func lines(
        _ path: MetricsPath, _ values: [Double], name: String, column: String, colour: Colour, isRight: Bool,
        style: Line.Style
    ) -> [Layer] {
        var line = Line(x: path.x, y: values, name: name, style: style, showsPoints: view.showsPoints, colour: colour)
        line.isOnRightAxis = isRight
        return line.layers(smoothedBy: view.smoothing, path: path, column: column)
    }

    private func numbers(_ name: String, _ source: MetricsSource) throws(MetricsError) -> [Double?] {
        guard let column = source.table[name] else {
            throw .unknownColumn(name, known: source.table.columns.map(\.name))
        }
        guard case .numbers(let numbers) = column.values else {
            if let first = source.table.firstTexts[name] {
                throw .notANumber(location: first.location, column: name, text: first.text)
            }
            throw .textColumn(name)
        }
        return numbers
    }

    // MARK: Notes

    private mutating func say(_ note: String) { if !notes.contains(note) { notes.append(note) } }

    /// Columns that would be drawn but for a text among their numbers.
    private mutating func remarkOnTexts() {
        for source in sources {
            for column in source.table.columns where column.isText {
                guard let first = source.table.firstTexts[column.name] else { continue }
                say("'\(column.name)' is not drawn: \(first.location) has '\(first.text.shortened)' for a number")
            }
        }
    }

    private mutating func remark(
        on path: MetricsPath, _ values: [Double], _ name: String, xName: String?, _ source: MetricsSource
    ) {
        let location = sources.count > 1 ? " of '\(source.name)'" : ""
        if path.falls > 0, let xName {
            say("'\(xName)'\(location) falls back, as after a resume: a new piece of line begins there")
        }
        if path.borrowed > 0, let xName {
            say("values without a '\(xName)'\(location) stand at the one before")
        }
        if view.isLogarithmic, !view.right.contains(name) {
            let count = values.count { $0 <= 0 }
            if count > 0 {
                say("\(count) of '\(name)'\(location) aren't positive and have no place on a logarithmic axis")
            }
        }
    }
}

extension MetricsTable {
    /// The column that usually runs along x.
    public var usualX: String? {
        UsualX.choose(numericColumns.map(\.name)) { name in
            if case .numbers(let numbers)? = self[name]?.values { numbers } else { [] }
        }
    }
}

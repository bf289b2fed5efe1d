import Language
import Plot

/// The options that all verbs which make a figure share: texts, axes, lines across the plot, size.
struct FigureOptions {
    let title: String
    let x: Axis
    let y: Axis
    let references: [ReferenceLine]
    let legend: Legend
    let size: FigureSize?

    static var parameters: [Parameter] {
        [
            .option("title", .string, default: "", help: "over the plot"),
            .option(
                "xlabel", .optional(.string), default: .none,
                help: "under the x axis; by default what is known of the data"),
            .option(
                "ylabel", .optional(.string), default: .none,
                help: "beside the y axis; by default what is known of the data"),
            .option(
                "xrange", .optional(interval), default: .none,
                help: "ends of the x axis: 0..10, or [0, none] to fix one end"),
            .option("yrange", .optional(interval), default: .none, help: "ends of the y axis"),
            .option("log", .choice(["none", "x", "y", "xy"]), default: "none", help: "axes with a logarithmic scale"),
            .option(
                "hline", .optional(line), default: .none,
                help: "horizontal lines at values, or by name: {\"threshold\": 0.5}"),
            .option("vline", .optional(line), default: .none, help: "vertical lines"),
            .option(
                "legend", .choice(Legend.allCases.map(\.rawValue)), default: "auto",
                help: "where the names of the series stand; auto finds room"),
            .option(
                "size", .optional(.list(of: .number(in: 60...4000))), default: .none,
                help: "width and height in 1/96 inch (a PNG has two pixels for each)"),
        ]
    }

    private static let interval = ValueType.either([.range, .list()])
    private static let line = ValueType.either([.number(), .list(of: .number()), .record])

    init(_ call: Arguments) throws {
        title = try call.string("title")
        let log = try call.string("log")
        x = try Self.axis(call, label: "xlabel", range: "xrange", isLogarithmic: log.contains("x"))
        y = try Self.axis(call, label: "ylabel", range: "yrange", isLogarithmic: log.contains("y"))
        references =
            try Self.lines(call, "hline", .horizontal) + Self.lines(call, "vline", .vertical)
        legend = Legend(rawValue: try call.string("legend")) ?? .automatic
        size = try call.optional("size", call.numbers).map { numbers in
            guard numbers.count == 2 else {
                throw call.failure(
                    "size", "'size' must be a width and a height, not \(numbers.count) numbers",
                    hint: "size: [640, 400]")
            }
            return FigureSize(width: numbers[0], height: numbers[1])
        }
    }

    private static func axis(
        _ call: Arguments, label: String, range: String, isLogarithmic: Bool
    ) throws -> Axis {
        var axis = Axis(try call.optional(label, call.string) ?? "", isLogarithmic: isLogarithmic)
        switch try call.value(range) {
        case .range(let range): (axis.lower, axis.upper) = (range.start, range.stop)
        case .list(let ends):
            let numbers = ends.map { end -> Double? in if case .number(let number) = end { number } else { nil } }
            guard ends.count == 2, zip(ends, numbers).allSatisfy({ $0.isNone || $1 != nil }) else {
                throw call.failure(
                    range, "'\(range)' must be two numbers, or none for an open end", hint: "\(range): [0, 1]")
            }
            (axis.lower, axis.upper) = (numbers[0], numbers[1])
        default: break
        }
        return axis
    }

    private static func lines(
        _ call: Arguments, _ name: String, _ direction: ReferenceLine.Direction
    ) throws -> [ReferenceLine] {
        switch try call.value(name) {
        case .none, .unset: return []
        case .record(let record):
            return try record.fields.map { label, value in
                guard case .number(let number) = value else {
                    throw call.failure(name, "the line '\(label)' must be at a number, not \(value.described)")
                }
                return ReferenceLine(direction, at: number, label: label)
            }
        default: return try call.numbers(name).map { ReferenceLine(direction, at: $0) }
        }
    }

    /// A figure of one panel.
    ///
    /// - Parameters:
    ///   - xLabel: What is known of the x axis, unless the call says something else.
    ///   - yLabel: The same for the y axis.
    func figure(_ layers: [Layer], xLabel: String = "", yLabel: String = "") -> Figure {
        var panel = Panel(layers, title: title, x: x, y: y, references: references, legend: legend)
        if panel.x.label.isEmpty { panel.x.label = xLabel }
        if panel.y.label.isEmpty { panel.y.label = yLabel }
        return Figure(panel, size: size)
    }

    /// These options on a figure that was made elsewhere: each panel gets the axes, a single one the title.
    func applied(to figure: Figure) -> Figure {
        var figure = figure
        for index in figure.panels.indices {
            let old = figure.panels[index]
            var panel = old
            panel.x = Self.merged(x, over: old.x)
            panel.y = Self.merged(y, over: old.y)
            panel.references += references
            if legend != .automatic { panel.legend = legend }
            figure.panels[index] = panel
        }
        if !title.isEmpty {
            if figure.panels.count == 1 { figure.panels[0].title = title } else { figure.title = title }
        }
        figure.size = size ?? figure.size
        return figure
    }

    private static func merged(_ new: Axis, over old: Axis) -> Axis {
        var axis = old
        if !new.label.isEmpty { axis.label = new.label }
        axis.lower = new.lower ?? old.lower
        axis.upper = new.upper ?? old.upper
        axis.isLogarithmic = new.isLogarithmic || old.isLogarithmic
        return axis
    }
}

import Language
import Plot
import Tensor

/// `scatter`, `histogram`, `bars`, `heatmap`: figures of one kind with the options that only it has.
enum ChartVerbs {
    static var all: [Verb] { [scatter, histogram, bars, heatmap] }

    static var scatter: Verb {
        Verb(
            "scatter", family: "figures", summary: "draw points, with names and groups",
            parameters: [
                Parameter("data", .any, help: "positions along x; or a matrix of two columns"),
                Parameter("y", .optional(.any), default: .none, help: "positions along y"),
                .option("labels", .optional(.list(of: .string)), default: .none, help: "a text beside each point"),
                .option(
                    "groups", .optional(.list(of: .string)), default: .none,
                    help: "the group of each point: each has a colour, a shape and a place in the legend"),
            ] + FigureOptions.parameters,
            result: "a figure",
            details:
                "Texts stand where they cover neither each other nor the points; one that has no room is left out.",
            examples: [
                .init("scatter [1, 2, 3] [2, 1, 3] labels: [\"a\", \"b\", \"c\"]", gives: "figure 3 points"),
                .init("scatter (randn [50, 2] seed: 1) title: \"noise\"", gives: "figure \"noise\": 50 points"),
                .init("scatter [1, 2, 3, 4] [2, 1, 3, 2] groups: [\"safe\", \"safe\", \"unsafe\", \"unsafe\"]"),
            ],
            seeAlso: ["plot", "embedding_map"]
        ) { call in
            let options = try FigureOptions(call)
            let (x, y) = try positions(call)
            for name in ["labels", "groups"] {
                guard let texts = try call.optional(name, call.strings), texts.count != x.count else { continue }
                throw call.failure(name, "\(x.count) points need \(x.count) \(name), not \(texts.count)")
            }
            return .object(
                FigureValue(
                    options.applied(
                        to: .scatter(
                            x: x, y: y, labels: try call.optional("labels", call.strings) ?? [],
                            groups: try call.optional("groups", call.strings) ?? []))))
        }
    }

    private static func positions(_ call: Arguments) throws -> ([Double], [Double]) {
        if try call.value("y").isNone {
            guard case .matrix(let values, let rows, 2) = try DrawableData(call.value("data")) else {
                throw call.failure(
                    "data", "'data' of 'scatter' must be a row of numbers beside 'y', or a matrix of two columns")
            }
            return ((0..<rows).map { values[$0 * 2] }, (0..<rows).map { values[$0 * 2 + 1] })
        }
        guard let x = try call.value("data").asRow() else {
            throw try call.refusal("data", expected: "a row of numbers")
        }
        guard let y = try call.value("y").asRow() else {
            throw try call.refusal("y", expected: "a row of numbers")
        }
        guard x.count == y.count else {
            throw call.failure("y", "\(x.count) positions along x and \(y.count) along y don't pair up")
        }
        return (x, y)
    }

    static var histogram: Verb {
        Verb(
            "histogram", family: "figures", summary: "draw how often values occur",
            parameters: [
                Parameter("data", .any, help: "numbers, a tensor, or a record with a row for each group"),
                .option(
                    "bins", .optional(.either([.whole(in: 1...500), .list(of: .number())])), default: .none,
                    help: "how many, or their edges; by default the rule of Freedman and Diaconis"),
                .option(
                    "measure", .optional(.choice(Histogram.Measure.allCases.map(\.rawValue))), default: .none,
                    help:
                        "count, fraction (heights add up to 1) or density (area 1); by default count, for groups density"
                ),
            ] + FigureOptions.parameters,
            result: "a figure; groups share their bins",
            examples: [
                .init("histogram (randn [500] seed: 1) bins: 20", gives: "figure 1 histogram"),
                .init(
                    "histogram {safe: randn([200], seed: 1), unsafe: randn([200], seed: 2)} xlabel: \"z · v\"",
                    gives: "figure 2 histograms"),
            ],
            seeAlso: ["plot", "bars"]
        ) { call in
            let options = try FigureOptions(call)
            var bins = Histogram.Bins.automatic
            if let count = try call.value("bins").whole {
                bins = .count(count)
            } else if let edges = try call.optional("bins", call.numbers) {
                bins = .edges(edges)
            }
            let measure = try call.optional("measure", call.string).flatMap(Histogram.Measure.init)
            let groups: [PlotData.Series]
            switch try DrawableData(call.value("data")) {
            case .numbers(let values), .matrix(let values, _, _): groups = [.init("", values)]
            case .groups(let given): groups = given
            case .named(_, let values): groups = [.init("", values)]
            default:
                throw call.failure(
                    "data",
                    "'data' of 'histogram' must be numbers or a record of rows, not \(try call.value("data").described)",
                    hint: "of a table take a column: histogram t.reward")
            }
            return .object(
                FigureValue(
                    options.figure(
                        groups.map {
                            .histogram(
                                Histogram(
                                    $0.values, name: $0.name, bins: bins,
                                    measure: measure ?? (groups.count > 1 ? .density : .count)))
                        })))
        }
    }

    static var bars: Verb {
        Verb(
            "bars", family: "figures", summary: "draw bars, several for each name and with error bars if wanted",
            parameters: [
                Parameter("data", .any, help: "a record {name: number}, a record of rows {series: [...]}, or a table"),
                .option(
                    "names", .optional(.list(of: .string)), default: .none, help: "a name for each bar of a series"),
                .option(
                    "errors", .optional(.any), default: .none,
                    help: "how far error bars reach: numbers, or a record of rows like the data"),
                .option(
                    "horizontal", .optional(.boolean), default: .none,
                    help: "bars to the right; by default for long names"),
                .option(
                    "values", .optional(.boolean), default: .none,
                    help: "write each value; by default when there is room"),
            ] + FigureOptions.parameters,
            result: "a figure",
            examples: [
                .init("bars {weapon: 0.76, horror: 0.68}", gives: "figure 2 bars"),
                .init(
                    """
                    bars {before: [0.7, 0.4], after: [0.8, 0.6]} names: ["single", "two"]
                         errors: {before: [0.04, 0.05], after: [0.03, 0.05]} yrange: [0, 1]
                    """, gives: "figure 4 bars"),
            ],
            seeAlso: ["plot", "histogram"]
        ) { call in
            let options = try FigureOptions(call)
            var bars = try bars(call)
            if let isHorizontal = try call.optional("horizontal", call.boolean) { bars.isHorizontal = isHorizontal }
            if let shows = try call.optional("values", call.boolean) { bars.showsValues = shows }
            return .object(FigureValue(options.figure([.bars(bars)])))
        }
    }

    private static func bars(_ call: Arguments) throws -> Bars {
        let names = try call.optional("names", call.strings)
        var bars: Bars
        switch try DrawableData(call.value("data")) {
        case .table(let table):
            let plot = TablePlot(table)
            guard let column = plot.texts.first else {
                throw call.failure("data", "the table has no column of names for the bars")
            }
            return try plot.bars(names: column, y: plot.values(except: nil))
        case .named(let keys, let values): bars = Bars(categories: names ?? keys, series: [.init(values)])
        case .groups(let groups):
            let count = groups[0].values.count
            bars = Bars(
                categories: names ?? (0..<count).map { "\($0)" }, series: groups.map { .init($0.values, name: $0.name) }
            )
        case .numbers(let values):
            bars = Bars(categories: names ?? values.indices.map { "\($0)" }, series: [.init(values)])
        default:
            throw try call.refusal("data", expected: "a record or a table")
        }
        switch try DrawableData(call.value("errors")) {
        case .numbers(let errors)? where !errors.isEmpty || bars.series.isEmpty: bars.series[0].errors = errors
        case .named(_, let errors)?: bars.series[0].errors = errors
        case .groups(let groups)?:
            for group in groups {
                guard let index = bars.series.firstIndex(where: { $0.name == group.name }) else {
                    throw call.failure("errors", "there is no series '\(group.name)' for these errors")
                }
                bars.series[index].errors = group.values
            }
        default: break
        }
        let longest = bars.categories.map(\.count).max() ?? 0
        bars.isHorizontal = longest > 18
        bars.showsValues = bars.categories.count * bars.series.count <= 12
        return bars
    }

    static var heatmap: Verb {
        Verb(
            "heatmap", family: "figures", summary: "draw a matrix as coloured cells",
            parameters: [
                Parameter("data", .any, help: "a matrix, or a table (its columns of numbers)"),
                .option("rows", .optional(.list(of: .string)), default: .none, help: "a name for each row"),
                .option("columns", .optional(.list(of: .string)), default: .none, help: "a name for each column"),
                .option(
                    "values", .optional(.boolean), default: .none,
                    help: "write each value; by default when there is room"),
                .option(
                    "colours", .optional(.choice(ColourMap.allCases.map(\.rawValue))), default: .none,
                    help: "by default diverging around 0 for values of both signs, else sequential"),
                .option(
                    "limits", .optional(.list(of: .number())), default: .none,
                    help: "the values of the first and the last colour"),
                .option("label", .string, default: "", help: "beside the colour bar"),
            ] + FigureOptions.parameters,
            result: "a figure; the first row stands at the top",
            examples: [
                .init(
                    "heatmap [[1, 0.2], [0.2, 1]] rows: [\"dog\", \"cat\"] columns: [\"dog\", \"cat\"]",
                    gives: "figure heatmap 2×2"),
                .init("heatmap (randn [8, 12] seed: 1) limits: [-3, 3]", gives: "figure heatmap 8×12"),
            ],
            seeAlso: ["plot", "similarity"]
        ) { call in
            let options = try FigureOptions(call)
            var heatmap: Heatmap
            switch try DrawableData(call.value("data")) {
            case .matrix(let values, let rows, let columns):
                heatmap = Heatmap(values: values, rows: rows, columns: columns)
            case .numbers(let values): heatmap = Heatmap(values: values, rows: 1, columns: values.count)
            case .table(let table):
                let plot = TablePlot(table)
                let columns = try plot.numeric.map(plot.numbers)
                heatmap = Heatmap(
                    values: (0..<table.rowCount).flatMap { row in columns.map { $0[row] } }, rows: table.rowCount,
                    columns: columns.count, rowLabels: try plot.texts.first.map(plot.strings) ?? [],
                    columnLabels: plot.numeric)
            default:
                throw try call.refusal("data", expected: "a matrix or a table")
            }
            if let rows = try call.optional("rows", call.strings) { heatmap.rowLabels = rows }
            if let columns = try call.optional("columns", call.strings) { heatmap.columnLabels = columns }
            heatmap.showsValues = try call.optional("values", call.boolean)
            heatmap.colourMap = try call.optional("colours", call.string).flatMap(ColourMap.init)
            heatmap.label = try call.string("label")
            if let limits = try call.optional("limits", call.numbers) {
                guard limits.count == 2, limits[0] < limits[1] else {
                    throw call.failure("limits", "'limits' must be two rising numbers", hint: "limits: [-1, 1]")
                }
                (heatmap.lower, heatmap.upper) = (limits[0], limits[1])
            }
            return .object(FigureValue(options.figure([.heatmap(heatmap)])))
        }
    }
}

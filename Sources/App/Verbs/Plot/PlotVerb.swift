import Basics
import Language
import Plot

/// `plot`: a figure of whatever it is given.
enum PlotVerb {
    static var plot: Verb {
        Verb(
            "plot", family: "figures", summary: "draw data in the way that suits it, or as asked",
            parameters: [
                Parameter("data", .any, help: "numbers, a tensor, a table, a record, images or figures"),
                .rest(
                    "more", .any,
                    help: "columns of a table by name; or further rows of numbers: the first then runs along x"),
                .option(
                    "kind", .choice(["auto", "line", "scatter", "histogram", "bars", "heatmap"]), default: "auto",
                    help: "what to draw; auto looks at the data"),
                .option("x", .optional(.any), default: .none, help: "positions along x: a table's column, or numbers"),
                .option(
                    "y", .optional(.either([.string, .list(of: .string)])), default: .none,
                    help: "a table's columns to draw, in one panel"),
                .option(
                    "y2", .optional(.either([.string, .list(of: .string)])), default: .none,
                    help: "a table's columns with an axis of their own, at the right"),
                .option("panels", .boolean, default: false, help: "a panel for each of the columns that y names"),
                .option(
                    "group", .optional(.string), default: .none,
                    help: "a table's column of texts; the rows of each make a series"),
                .option(
                    "points", .optional(.boolean), default: .none, help: "marks on lines; by default for few values"),
                .option(
                    "smooth", .whole(in: 0...100_000), default: 0,
                    help: "also draw the mean of so many neighbouring values, over the pale original"),
            ] + FigureOptions.parameters,
            result: "a figure: shown, stored with its gnuplot script, saved by `save`",
            details: """
                | data | drawn as |
                |---|---|
                | numbers, a tensor of one dimension | a line; a histogram for many whole numbers of few different \
                values |
                | two rows of numbers | a line where the first rises, else points |
                | a record of rows, `{a: [...], b: [...]}` | a line for each |
                | a record of numbers, `{a: 1, b: 2}` | bars |
                | a matrix | points for two columns, else a heatmap |
                | a table with low and high (or std) | lines with bands, one for each group |
                | a table with a column of names | bars |
                | another table | its columns of numbers, one panel each |
                | a record of tables, `{a: t, b: u}` | a line for each: two runs in one figure |
                | images, figures | a grid |

                Where a column of a table has nothing (none), the line joins the values on either side; nan, as of a \
                training
                that diverged, leaves a gap. Where x falls back, as after a resume, a new piece of line begins.
                """,
            examples: [
                .init("plot [1, 4, 2, 3] title: \"four numbers\"", gives: "figure \"four numbers\": 1 line"),
                .init("x = linspace(0, 6, 60)\nplot x (sin x) xlabel: \"angle\"", gives: "figure 1 line"),
                .init("plot {before: [0.7, 0.6, 0.4], after: [0.8, 0.7, 0.6]}", gives: "figure 2 lines"),
                .init(
                    "plot {weapon: 0.76, horror: 0.68, insult: 0.6} ylabel: \"unsafe share\"", gives: "figure 3 bars"),
                .init("plot (randn [20, 30] seed: 1)", gives: "figure heatmap 20×30"),
                .init(
                    "t = table {step: [1, 2, 3], reward: [0.1, 0.3, 0.4], kl: [1e-6, 3e-6, 4e-6]}\nplot t \"reward\" smooth: 3",
                    gives: "figure 2 lines"),
                .init(
                    "t = table {step: [1, 2, 3], reward: [0.1, 0.3, 0.4], kl: [1e-6, 3e-6, 4e-6]}\nplot t y: \"reward\" y2: \"kl\"",
                    gives: "figure 2 lines"),
            ],
            seeAlso: ["scatter", "histogram", "bars", "heatmap", "grid", "embedding_map"]
        ) { call in .object(FigureValue(try figure(call))) }
    }

    private static func figure(_ call: Arguments) throws -> Figure {
        let options = try FigureOptions(call)
        guard let data = try DrawableData(call.value("data")) else {
            throw try refusal(call)
        }
        let more = try call.list("more")
        switch data {
        case .table, .tables: break
        case .numbers: try refuseColumns(call)
        default:
            try refuseColumns(call)
            guard more.isEmpty else {
                throw call.failure(
                    "more", "rows beside \(try call.value("data").described) have no effect",
                    hint: "a table says what its x axis is: table({alpha: …, loss: …}) |> plot x: \"alpha\"")
            }
        }
        switch data {
        case .table(let table): return try TableArguments(call, table, options).figure()
        case .tables(let tables):
            let (table, group) = try Table.joined(tables)
            return try TableArguments(call, table, options, group: group).figure()
        case .images(let images):
            return options.applied(to: try GridVerb.figure(of: images, captions: nil, columns: nil))
        case .figures(let figures):
            return options.applied(to: figures.count == 1 ? figures[0] : .grid(figures))
        case .numbers(let first): return try rows([first] + furtherRows(more, call), call, options)
        case .groups(let groups): return try ofGroups(groups, call, options)
        case .named(let names, let values):
            return options.applied(to: try .automatic(for: .named(names, values)))
        case .matrix(let values, let rows, let columns):
            return try ofMatrix(values, rows, columns, call, options)
        }
    }

    private static func refusal(_ call: Arguments) throws -> RhumbError {
        let data = try call.value("data")
        guard case .record(let record) = data else {
            return call.failure(
                "data", "can't plot \(data.described)",
                hint:
                    "numbers, a tensor of one or two dimensions, a table, a record of numbers or of rows, images, figures"
            )
        }
        // As the trainers of Hugging Face keep their log.
        let log = record.fields.first { _, value in
            guard case .list(let items) = value, !items.isEmpty else { return false }
            return items.allSatisfy { if case .record = $0 { true } else { false } }
        }
        return call.failure(
            "data", "can't plot this record",
            hint: log.map {
                "the rows of '\($0.0)' are a table: table(RECORD.\($0.0)) |> plot; or load the file as: \"table\""
            }
                ?? "numbers, a tensor of one or two dimensions, a table, a record of numbers or of rows, images, figures"
        )
    }

    /// What names columns says nothing of data that has none.
    private static func refuseColumns(_ call: Arguments) throws {
        for name in ["y", "y2", "group"] where try !call.value(name).isNone {
            throw call.failure(
                name, "'\(name)' names columns of a table, and 'data' is \(try call.value("data").described)")
        }
        if try call.boolean("panels") {
            throw call.failure(
                "panels", "'panels' is for columns of a table, and 'data' is \(try call.value("data").described)",
                hint: "figures side by side: grid [plot(a), plot(b)]")
        }
    }

    private static func furtherRows(_ more: [Value], _ call: Arguments) throws -> [[Double]] {
        try more.map { value in
            guard let row = try value.asRow() else {
                throw try call.refusal("more", expected: "rows of numbers", value)
            }
            return row
        }
    }

    /// One row, or positions with the rows that stand over them.
    private static func rows(_ rows: [[Double]], _ call: Arguments, _ options: FigureOptions) throws -> Figure {
        let kind = try call.string("kind")
        if kind == "histogram" { return options.figure(rows.map { .histogram(Histogram($0)) }) }
        var positions: [Double]? = rows.count > 1 ? rows[0] : nil
        if try !call.value("x").isNone {
            guard let given = try call.value("x").asRow() else {
                throw try call.refusal("x", expected: "a row of numbers")
            }
            positions = given
        }
        let firstIsX = try rows.count > 1 && call.value("x").isNone
        let series = firstIsX ? Array(rows.dropFirst()) : rows
        if kind == "heatmap" { throw call.failure("kind", "a heatmap needs a matrix") }
        if kind == "bars" {
            return options.figure([
                .bars(Bars(categories: series[0].indices.map { "\($0)" }, series: series.map { .init($0) }))
            ])
        }
        if kind == "auto", series.count == 1 {
            let data = positions.map { PlotData.pairs(x: $0, y: series[0]) } ?? .numbers(series[0])
            let figure = try Figure.automatic(for: data)
            guard case .line = figure.panels[0].layers[0] else { return options.applied(to: figure) }
        }
        return options.figure(
            try series.enumerated().flatMap { try layers(x: positions, y: $1, name: "", place: $0, call, kind: kind) })
    }

    private static func ofGroups(
        _ groups: [PlotData.Series], _ call: Arguments, _ options: FigureOptions
    ) throws -> Figure {
        let kind = try call.string("kind")
        if kind == "histogram" {
            return options.figure(groups.map { .histogram(Histogram($0.values, name: $0.name)) })
        }
        let positions = try call.value("x").asRow()
        return options.figure(
            try groups.enumerated().flatMap { place, group in
                try layers(x: positions, y: group.values, name: group.name, place: place, call, kind: kind)
            })
    }

    private static func ofMatrix(
        _ values: [Double], _ rows: Int, _ columns: Int, _ call: Arguments, _ options: FigureOptions
    ) throws -> Figure {
        switch try call.string("kind") {
        case "heatmap": return options.figure([.heatmap(Heatmap(values: values, rows: rows, columns: columns))])
        case "histogram": return options.figure([.histogram(Histogram(values))])
        case "line":
            let positions = try call.value("x").asRow()
            return options.figure(
                try (0..<rows).flatMap { row in
                    try layers(
                        x: positions, y: Array(values[row * columns..<(row + 1) * columns]), name: "row \(row)",
                        place: row, call, kind: "line")
                })
        default: return options.applied(to: try .automatic(for: .matrix(values, rows: rows, columns: columns)))
        }
    }

    /// A series as points or as a line, smoothed if asked for.
    ///
    /// - Parameter place: which series of the figure it is: a line and the smoothed one over it have one colour.
    private static func layers(
        x: [Double]?, y: [Double], name: String, place: Int, _ call: Arguments, kind: String
    ) throws -> [Layer] {
        if kind == "scatter" { return [.scatter(Scatter(x: x ?? y.indices.map(Double.init), y: y, name: name))] }
        let window = try call.whole("smooth")
        let showsPoints = try call.optional("points", call.boolean) ?? (y.count <= 40 && window == 0)
        var line = Line(x: x, y: y, name: name, showsPoints: showsPoints)
        if window > 1 { line.colour = Palette.colour(place) }
        return line.layers(smoothedBy: window > 1 ? .movingAverage(window) : nil)
    }
}

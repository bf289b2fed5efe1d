import ArgumentParser
import Foundation
import Notebook
import Plot
import Verbs

struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Plot files of metrics: CSV, TSV, JSON and JSON lines, key=value logs, one number per line.",
        discussion: """
            The figure is shown in a terminal that can, and always written to a file, with the gnuplot script that \
            draws it beside it. Without --y every column of numbers gets a panel of its own; several files are a line \
            each.
            Where a column has nothing, the line joins the values on either side; NaN, as of a training that diverged, \
            leaves a gap. Where x falls back, as after a resume, a new piece of line begins.
            """)

    @Argument(
        help: "The files; '-' reads standard input.",
        completion: .file(extensions: ["csv", "tsv", "jsonl", "ndjson", "json", "log", "txt"]))
    var files: [String]

    @Option(help: ArgumentHelp("Column along x; by default step, iteration, epoch or the like.", valueName: "column"))
    var x: String?

    @Option(help: ArgumentHelp("Columns to draw together, separated by commas.", valueName: "columns"))
    var y: String?

    @Option(help: ArgumentHelp("Columns with an axis of their own, at the right.", valueName: "columns"))
    var y2: String?

    @Flag(help: "A panel of its own for each of the columns.")
    var panels = false

    @Flag(help: "A mark on every value.")
    var points = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Ends of the x axis: 0,100, or 0, with one end open.", valueName: "low,high"))
    var xlim: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Ends of the y axis.", valueName: "low,high"))
    var ylim: String?

    @Option(help: ArgumentHelp("Also draw the mean of this many neighbouring values.", valueName: "count"))
    var smooth = 0

    @Flag(help: "A logarithmic y axis.")
    var log = false

    @Option(help: ArgumentHelp("Title of the figure.", valueName: "text"))
    var title: String?

    @Option(
        help: ArgumentHelp("The figure's file: .png, .svg or .pdf; by default NAME-plot.png here.", valueName: "file"),
        completion: .file())
    var out: String?

    @Flag(help: "Draw anew whenever the file grows, until Ctrl-C.")
    var watch = false

    @Option(help: ArgumentHelp("Seconds between two looks at a watched file.", valueName: "seconds"))
    var every = 1.0

    func validate() throws {
        if smooth < 0 { throw ValidationError("'--smooth' must be at least 0, not \(smooth)") }
        if !(every >= 0.1) { throw ValidationError("'--every' must be at least 0.1 seconds, not \(every)") }
        if files.isEmpty { throw ValidationError("'rhumb plot' needs a file") }
        if watch, files.contains("-") { throw ValidationError("'--watch' follows a file, not standard input") }
        if watch, files.count > 1 { throw ValidationError("'--watch' follows one file, not \(files.count)") }
        if panels, y2 != nil {
            throw ValidationError("'--panels' draws columns apart and '--y2' in one panel: choose one")
        }
        _ = try limits(xlim, "--xlim")
        _ = try limits(ylim, "--ylim")
    }

    /// `0,100`, `0,` or `,100`; `0..100` as in the language.
    private func limits(_ text: String?, _ option: String) throws -> (lower: Double?, upper: Double?) {
        guard let text else { return (nil, nil) }
        let parts = text.replacing("..", with: ",").split(separator: ",", omittingEmptySubsequences: false)
            .map { String($0).trimmingCharacters(in: .whitespaces) }
        let ends = parts.map { $0.isEmpty ? nil : Double($0) }
        guard parts.count == 2, zip(parts, ends).allSatisfy({ $0.isEmpty || $1?.isFinite == true }) else {
            throw ValidationError("'\(option)' must be two numbers, or one with the other end open: \(option) 0,1")
        }
        return (ends[0], ends[1])
    }

    private func columns(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { String($0).trimmingCharacters(in: .whitespaces) }.filter {
            !$0.isEmpty
        }
    }

    func run() throws {
        let columns = columns(y)
        var view = MetricsView(x: x, y: columns.isEmpty ? nil : columns)
        view.right = self.columns(y2)
        view.hasPanels = panels
        view.showsPoints = points
        view.smoothing = smooth > 1 ? .movingAverage(smooth) : nil
        view.isLogarithmic = log
        view.xRange = try limits(xlim, "--xlim")
        view.yRange = try limits(ylim, "--ylim")
        let plot = try QuickPlot(paths: files, view: view, title: title, output: out)
        let terminal = Terminal.detect()
        Gnuplot.stop { Interrupt.isRequested }
        // Ctrl-C ends reading at once, and a gnuplot at work in an orderly way.
        guard watch else { return show(try plot.run(on: terminal, willDraw: Interrupts.install)) }
        Interrupts.install()
        let isTerminal = terminal.graphics != .none && ProcessInfo.processInfo.environment["TERM"] != "dumb"
        try plot.watch(on: terminal, every: every, isInterrupted: { Interrupt.isRequested }) { result in
            // From the top of a cleared screen each time, so that the picture stands still.
            show(result, after: isTerminal ? "\u{1b}[H\u{1b}[J" : "")
        }
    }

    private func show(_ result: QuickPlot.Result, after clear: String = "") {
        print(clear + (result.drawing.isEmpty ? "" : result.drawing + "\n") + result.remark.visible)
        fflush(nil)
    }
}

import ArgumentParser
import Glibc
import Notebook
import Plot
import Verbs

struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot", abstract: "Plot a file of metrics: CSV, TSV, JSON lines, key=value logs, one number a line.",
        discussion: """
            The figure is shown in a terminal that can, and always written to a file, with the gnuplot script that draws it \
            beside it. Without --y every column of numbers gets a panel of its own.
            """)

    @Argument(help: "The file; '-' reads standard input.", completion: .file(extensions: ["csv", "tsv", "jsonl", "ndjson", "log", "txt"]))
    var file: String

    @Option(help: ArgumentHelp("Column along x; by default step, iteration, epoch or the like.", valueName: "column"))
    var x: String?

    @Option(help: ArgumentHelp("Columns to draw together, separated by commas.", valueName: "columns"))
    var y: String?

    @Option(help: ArgumentHelp("Also draw the mean of this many neighbouring values.", valueName: "count"))
    var smooth = 0

    @Flag(help: "A logarithmic y axis.")
    var log = false

    @Option(help: ArgumentHelp("Title of the figure.", valueName: "text"))
    var title: String?

    @Option(help: ArgumentHelp("The figure's file: .png, .svg or .pdf; by default NAME-plot.png here.", valueName: "file"), completion: .file())
    var out: String?

    @Flag(help: "Draw anew whenever the file grows, until Ctrl-C.")
    var watch = false

    @Option(help: ArgumentHelp("Seconds between two looks at a watched file.", valueName: "seconds"))
    var every = 1.0

    func validate() throws {
        if smooth < 0 { throw ValidationError("'--smooth' takes a number of values, not \(smooth)") }
        if !(every >= 0.1) { throw ValidationError("'--every' takes at least 0.1 seconds, not \(every)") }
        if watch, file == "-" { throw ValidationError("'--watch' follows a file, not standard input") }
    }

    func run() throws {
        let columns = (y ?? "").split(separator: ",").map(String.init)
        let plot = try QuickPlot(
            path: file, x: x, y: columns, smooth: smooth, isLogarithmic: log, title: title, output: out)
        let terminal = Terminal.detect()
        guard watch else {
            return show(try plot.run(on: terminal))
        }
        Interrupts.install()
        let isTerminal = terminal.graphics != .none
        try plot.watch(on: terminal, every: every, isInterrupted: { Interrupt.isRequested }) { result in
            // From the top of a cleared screen each time, so that the picture stands still.
            show(result, after: isTerminal ? "\u{1b}[H\u{1b}[J" : "")
        }
    }

    private func show(_ result: QuickPlot.Result, after clear: String = "") {
        print(clear + (result.drawing.isEmpty ? "" : result.drawing + "\n") + result.remark)
        fflush(nil)
    }
}

import Foundation
import Language
import Plot

/// A file of metrics as a figure, in the terminal and on disk: what `rhumb plot` does.
package struct QuickPlot {
    /// The file, or `-` for standard input.
    package let path: String
    /// Where the figure is written: the stem of its files, and their kind.
    package let output: (stem: String, format: OutputFormat)
    private let x: String?
    private let y: [String]?
    private let smoothing: Smoothing?
    private let isLogarithmic: Bool
    private let title: String?

    /// - Parameters:
    ///   - y: The columns to draw, in one panel; empty draws each column of numbers in a panel of its own.
    ///   - smooth: How many neighbouring values the smoothed line is the mean of; 0 or 1 for none.
    ///   - output: The figure's file; by default `NAME-plot.png` in the current folder.
    /// - Throws: `VerbError` for an output of an unknown kind.
    package init(
        path: String, x: String? = nil, y: [String] = [], smooth: Int = 0, isLogarithmic: Bool = false,
        title: String? = nil, output: String? = nil
    ) throws {
        self.path = path
        self.x = x
        self.y = y.isEmpty ? nil : y
        smoothing = smooth > 1 ? .movingAverage(smooth) : nil
        self.isLogarithmic = isLogarithmic
        self.title = title
        let name = path == "-" ? "metrics" : URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        let url = URL(fileURLWithPath: output ?? name + "-plot.png")
        let suffix = url.pathExtension.lowercased()
        guard let format = OutputFormat(rawValue: suffix.isEmpty ? "png" : suffix) else {
            throw VerbError("a figure can't be written as '.\(suffix)'", hint: "a figure is written as .png, .svg or .pdf")
        }
        self.output = ((suffix.isEmpty ? url : url.deletingPathExtension()).relativePath, format)
    }

    private var name: String { path == "-" ? "standard input" : path }

    /// What is left of a run: what to print, and the files that were written.
    package struct Result {
        /// The figure as the terminal shows it; empty when it shows none.
        package let drawing: String
        /// A line about the figure and its file.
        package let remark: String
    }

    /// Reads the whole file and draws it.
    package func run(on terminal: Terminal) throws -> Result {
        let table = try MetricsTable(contentsOf: path == "-" ? "/dev/stdin" : path)
        return try draw(table, on: terminal, fitsScreen: false)
    }

    /// Draws the rows read so far.
    private func draw(_ table: MetricsTable, on terminal: Terminal, fitsScreen: Bool) throws -> Result {
        let figure = try Figure.metrics(
            table, x: x, y: y, smoothing: smoothing, title: title ?? (y?.count == 1 ? "" : name),
            logarithmic: isLogarithmic)
        var formats = [output.format]
        if output.format != .png, terminal.graphics != .none, terminal.graphics != .blocks { formats.append(.png) }
        let drawn = try figure.draw(formats)
        let files = try drawn.only(output.format).write(to: output.stem)
        let drawing = terminal.inline(figure, png: drawn[.png] ?? [], fitsScreen: fitsScreen)
        var remark = "\(name): \(table.rowCount) rows"
        if table.skippedLines > 0 { remark += ", \(table.skippedLines) lines without metrics" }
        let folder = FileManager.default.currentDirectoryPath + "/"
        let shown = files.images[0].hasPrefix(folder) ? String(files.images[0].dropFirst(folder.count)) : files.images[0]
        return Result(drawing: drawing, remark: remark + "; \(shown)")
    }

    /// Draws the file each time it has grown, until somebody interrupts.
    ///
    /// - Parameters:
    ///   - interval: Seconds between two looks at the file.
    ///   - isInterrupted: Asked several times a second.
    ///   - show: Gets each new picture, and a remark while the file has nothing to draw yet.
    package func watch(
        on terminal: Terminal, every interval: Double = 1, isInterrupted: () -> Bool, show: (Result) -> Void
    ) throws {
        let follower = MetricsFollower(path)
        var said = ""
        while !isInterrupted() {
            let change = try follower.poll()
            if change == .nothing || follower.table.rowCount == 0 {
                let waiting = follower.table.rowCount == 0 ? "\(name): waiting for the first row" : said
                if waiting != said { show(Result(drawing: "", remark: waiting)) }
                said = waiting
            } else {
                let result = try draw(follower.table, on: terminal, fitsScreen: true)
                said = result.remark
                show(result)
            }
            let start = Date()
            while !isInterrupted(), Date().timeIntervalSince(start) < interval { usleep(50_000) }
        }
    }
}

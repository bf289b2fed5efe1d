import Basics
import Files
import Foundation
import Language
import Plot

/// Files of metrics as a figure, in the terminal and on disk: what `rhumb plot` does.
package struct QuickPlot {
    /// The files, or `-` for standard input.
    package let paths: [String]
    /// Where the figure is written: the stem of its files, and their kind.
    package let output: (stem: String, format: OutputFormat)
    private var view: MetricsView
    private let title: String?

    /// - Parameters:
    ///   - view: What is drawn; its title is made here.
    ///   - title: Of the figure; by default the file.
    ///   - output: The figure's file; by default `NAME-plot.png` in the current folder, by the first file.
    /// - Throws: `RhumbError` for an output of an unknown kind.
    package init(paths: [String], view: MetricsView = MetricsView(), title: String? = nil, output: String? = nil) throws
    {
        self.paths = paths
        self.view = view
        self.title = title
        let first = paths.first ?? "-"
        let name = first == "-" ? "metrics" : URL(fileURLWithPath: first).deletingPathExtension().lastPathComponent
        let url = URL(fileURLWithPath: output ?? name + "-plot.png")
        let suffix = url.pathExtension.lowercased()
        guard let format = OutputFormat(rawValue: suffix.isEmpty ? "png" : suffix) else {
            throw RhumbError(
                "a figure can't be written as '.\(suffix)'", hint: "a figure is written as .png, .svg or .pdf")
        }
        self.output = ((suffix.isEmpty ? url : url.deletingPathExtension()).relativePath, format)
    }

    private var names: [String] { paths.map { $0 == "-" ? "standard input" : $0 } }

    /// What is left of a run: what to print, and the files that were written.
    package struct Result {
        /// The figure as the terminal shows it; empty when it shows none.
        package let drawing: String
        /// A line about the figure and its file, and one for each thing worth knowing.
        package let remark: String
    }

    /// Reads the whole files and draws them.
    ///
    /// - Parameter willDraw: Called when everything is read.
    package func run(on terminal: Terminal, willDraw: () -> Void = {}) throws -> Result {
        let tables = try zip(paths, names).map { path, name in
            try refuseFolder(path)
            return try MetricsTable(contentsOf: path == "-" ? "/dev/stdin" : path, named: name)
        }
        willDraw()
        return try draw(tables, on: terminal, fitsScreen: false)
    }

    /// - Throws: `RhumbError` that names the files of metrics in a folder.
    private func refuseFolder(_ path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return }
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted().filter {
            ["csv", "tsv", "jsonl", "ndjson", "json", "log"].contains(
                URL(fileURLWithPath: $0).pathExtension.lowercased())
        }
        throw RhumbError(
            "'\(path)' is a folder",
            hint: files.isEmpty
                ? "name a file of metrics in it"
                : "name a file in it: " + files.prefix(6).joined(separator: ", ") + (files.count > 6 ? ", …" : ""))
    }

    /// Draws the rows read so far.
    private func draw(_ tables: [MetricsTable], on terminal: Terminal, fitsScreen: Bool) throws -> Result {
        var view = view
        view.title = title ?? (view.y?.count == 1 || paths.count > 1 ? "" : names[0])
        let labels = PathLabels.telling(names)
        let (figure, notes) = try figure(zip(labels, tables).map { MetricsSource($0, $1) }, view)
        var formats = [output.format]
        if output.format != .png, terminal.graphics != .none, terminal.graphics != .blocks { formats.append(.png) }
        let drawn = try figure.draw(formats)
        let files = try drawn.only(output.format).write(to: output.stem)
        let drawing = terminal.inline(figure, png: drawn[.png] ?? [], fitsScreen: fitsScreen)
        var lines = zip(names, tables).map { name, table in
            "\(name): \(table.rowCount) rows"
                + (table.skippedLines > 0 ? ", \(table.skippedLines) lines without metrics" : "")
        }
        let folder = FileManager.default.currentDirectoryPath + "/"
        let shown =
            files.images[0].hasPrefix(folder) ? String(files.images[0].dropFirst(folder.count)) : files.images[0]
        lines[lines.count - 1] += "; \(shown)"
        for (name, table) in zip(names, tables) { lines += table.notes.map { "\(name): \($0)" } }
        return Result(drawing: drawing, remark: (lines + notes).joined(separator: "\n"))
    }

    /// - Throws: `RhumbError` that names the column that was probably meant.
    private func figure(_ sources: [MetricsSource], _ view: MetricsView) throws -> (figure: Figure, notes: [String]) {
        do throws(MetricsError) {
            let made = try Figure.metrics(sources, view)
            return made
        } catch {
            guard case .unknownColumn(let name, let known) = error else { throw error }
            throw RhumbError(
                "there is no column '\(name)'",
                hint: Self.meant(name, among: known).map { "did you mean '\($0)'?" }
                    ?? "columns: " + known.prefix(30).joined(separator: ", ") + (known.count > 30 ? ", …" : ""))
        }
    }

    /// The column that a name is close to, or the only one that it is a part of.
    private static func meant(_ name: String, among columns: [String]) -> String? {
        if let close = Suggestion.closest(to: name, in: columns) { return close }
        let whole = columns.filter { $0.lowercased().contains(name.lowercased()) }
        return whole.count == 1 ? whole[0] : nil
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
        let follower = MetricsFollower(paths[0])
        var said = ""
        while !isInterrupted() {
            let change = try follower.poll()
            if change == .nothing || follower.table.rowCount == 0 {
                let waiting = follower.table.rowCount == 0 ? "\(names[0]): waiting for the first row" : said
                if waiting != said { show(Result(drawing: "", remark: waiting)) }
                said = waiting
            } else {
                let result = try draw([follower.table], on: terminal, fitsScreen: true)
                said = result.remark
                show(result)
            }
            let start = Date()
            while !isInterrupted(), Date().timeIntervalSince(start) < interval { usleep(50_000) }
        }
    }
}

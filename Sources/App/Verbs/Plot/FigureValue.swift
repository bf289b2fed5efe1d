import Basics
import Language
import Plot
import Report

/// A figure in the language.
final class FigureValue: ObjectValue {
    let figure: Figure
    /// The points that a page shows; nil for figures that are no map.
    let map: PointMap?
    /// The width of a figure as text: fits the usual terminal and a transcript.
    static let textColumns = 78
    /// The widths for narrower terminals, the greatest first.
    static let narrowColumns = [58, 46, 38, 30]
    private var drawn: DrawnFigure?

    init(_ figure: Figure, map: PointMap? = nil) { (self.figure, self.map) = (figure, map) }

    var typeName: String { "figure" }

    /// `figure "Safety of prompts": 2 lines`
    var summary: String { "figure " + (title.isEmpty ? "" : "\"\(title)\": ") + FigureText.contents(of: figure) }

    private var title: String { FigureText.title(of: figure) }

    /// PNG, SVG, the gnuplot script, and the figure as text, plain and in colours.
    func attachment() throws -> Attachment? {
        let drawn = try draw()
        var forms: [(type: String, bytes: [UInt8])] = []
        if let png = drawn[.png] { forms.append((MediaType.png, png)) }
        if let svg = drawn[.svg] { forms.append((MediaType.svg, svg)) }
        forms.append((MediaType.gnuplot, Array(drawn.script.utf8)))
        for (type, depth) in [
            (MediaType.text, ColourDepth.none), (MediaType.ansi256, .indexed), (MediaType.ansi, .full),
        ] {
            forms.append((type, Array(try figure.text(columns: Self.textColumns, depth: depth).utf8)))
        }
        for columns in Self.narrowColumns {
            let text = try figure.text(columns: columns, rows: 16, depth: .indexed)
            forms.append((MediaType.narrow(MediaType.ansi256, columns: columns), Array(text.utf8)))
        }
        return Attachment(title: FigureText.description(of: figure), forms: forms)
    }

    /// Drawn once: the figure doesn't change.
    private func draw() throws -> DrawnFigure {
        if let drawn { return drawn }
        let result = try Self.interruptibly { () throws(PlotError) in try figure.draw([.png, .svg]) }
        drawn = result
        return result
    }

    /// An interrupt of gnuplot is one of the code that draws.
    static func interruptibly<Result>(_ body: () throws(PlotError) -> Result) throws -> Result {
        do throws(PlotError) {
            return try body()
        } catch {
            throw error == .interrupted ? Interruption() : error
        }
    }

    var memberNames: [String] { ["title", "script", "panels"] }

    func member(_ name: String) throws -> Value? {
        switch name {
        case "title": .string(title)
        case "script": .string(try figure.script(formats: [.png, .svg]))
        case "panels": .list(figure.panels.map { .object(FigureValue(Figure($0))) })
        default: nil
        }
    }

    func isEqual(to other: Value) -> Bool { other.object(as: FigureValue.self)?.figure == figure }
}

extension Value {
    /// The figure this value is, if it is one.
    package var figure: Figure? { object(as: FigureValue.self)?.figure }
}

/// The forms an attachment can have.
enum MediaType {
    static let png = "image/png"
    static let svg = "image/svg+xml"
    static let gnuplot = "text/x-gnuplot"
    static let text = "text/plain"
    /// Text with escape sequences for colours: any colour, or xterm's 256.
    static let ansi = "text/x-ansi"
    static let ansi256 = "text/x-ansi; colours=256"

    /// The same for a narrower terminal.
    static func narrow(_ type: String, columns: Int) -> String { type + "; columns=\(columns)" }
}

/// What a figure shows, in words: for summaries, and for readers who can't see it.
enum FigureText {
    static func title(of figure: Figure) -> String {
        let title = figure.panels.count == 1 && figure.title.isEmpty ? figure.panels[0].title : figure.title
        return title.replacing("\n", with: " ")
    }

    /// `2 lines`, `3 panels`, `heatmap 5×5`
    static func contents(of figure: Figure) -> String {
        guard figure.panels.count == 1 else { return "\(figure.panels.count) panels" }
        var counts: [(kind: String, count: Int)] = []
        for layer in figure.panels[0].layers {
            let (kind, count) = describe(layer)
            if let index = counts.firstIndex(where: { $0.kind == kind }) {
                counts[index].count += count
            } else {
                counts.append((kind, count))
            }
        }
        return counts.map { kind, count in
            kind.contains("×") ? kind : Words.count(count, kind)
        }.joined(separator: ", ")
    }

    private static func describe(_ layer: Layer) -> (kind: String, count: Int) {
        switch layer {
        case .line: ("line", 1)
        case .scatter(let scatter): ("point", scatter.x.count)
        case .arrow: ("arrow", 1)
        case .histogram: ("histogram", 1)
        case .bars(let bars): ("bar", bars.categories.count * bars.series.count)
        case .heatmap(let heatmap): ("heatmap \(heatmap.rows)×\(heatmap.columns)", 1)
        case .images(let grid): ("image", grid.images.count)
        }
    }

    /// Title, contents, and what the axes mean.
    static func description(of figure: Figure) -> String {
        var text = title(of: figure)
        text += (text.isEmpty ? "" : ": ") + contents(of: figure)
        if figure.panels.count == 1 {
            let panel = figure.panels[0]
            if !panel.y.label.isEmpty { text += ", \(panel.y.label)" }
            if !panel.x.label.isEmpty { text += " against \(panel.x.label)" }
        }
        return text
    }
}

import Console
import Files
import FoundationEssentials
import Language
import Notebook
import Report

/// The long work of a cell as one output of it that is replaced in place: a bar, the numbers, the curve of the metric,
/// the latest pictures.
///
/// Work that follows other work in the same cell takes its place. What stands there at the end stays in the notebook.
struct ProgressDisplay {
    /// Seconds between two drawings, and between two pictures.
    private static let redrawInterval = 0.25, pictureInterval = 2.0
    /// Work shorter than this shows nothing at all.
    private static let delay = 0.4
    private static let columns = 100

    private var pace = Pace()
    private var last: StepProgress?
    private var lastDrawn = 0.0
    private var picture: (of: LivePictures, html: String, since: Double)?
    /// Whether anything was shown.
    private(set) var isVisible = false
    /// Whether what is shown is not the latest.
    private var isStale = false

    /// What to show now; nil when there is nothing new, or it came too soon.
    mutating func update(_ progress: StepProgress, now: Double) -> MediaBundle? {
        if pace.note(progress, now: now), !isVisible { lastDrawn = now + Self.delay - Self.redrawInterval }
        (last, isStale) = (progress, true)
        takePicture(progress.pictures, now: now)
        let isOver = progress.total.map { progress.done >= $0 } ?? false
        if isOver { pace.end() }
        guard now - lastDrawn >= Self.redrawInterval else { return nil }
        return draw(now)
    }

    /// The cell is over: what to show in the end, where anything was shown.
    mutating func finish(now: Double) -> MediaBundle? { isVisible && isStale ? draw(now) : nil }

    private mutating func draw(_ now: Double) -> MediaBundle? {
        guard let last else { return nil }
        (lastDrawn, isVisible, isStale) = (now, true, false)
        let text = ProgressText(palette: Palette(isOn: false))
        let isOver = last.total.map { last.done >= $0 } ?? false
        let line =
            isOver
            ? "\(last.label)  \(last.done) in \(ProgressText.clock(pace.elapsed))  \(last.detail)".visible
            : text.line(last, pace, width: Self.columns, hasBar: false)
        var lines = [line]
        if let part = last.part, !isOver { lines.append(text.line(part, width: Self.columns)) }
        if let curve = last.curve, let line = text.line(curve, width: Self.columns) { lines.append(line) }
        var bundle = MediaBundle(lines.joined(separator: "\n"))
        let bar = last.total.map { "<progress value=\"\(last.done)\" max=\"\(max($0, 1))\"></progress>\n" } ?? ""
        let rest = lines.map { "<div><code style=\"white-space: pre\">\(HTML.escaped($0))</code></div>\n" }.joined()
        bundle.add("text/html", bar + rest + (picture?.html ?? ""))
        return bundle
    }

    private mutating func takePicture(_ pictures: LivePictures?, now: Double) {
        guard let pictures, pictures !== picture?.of else { return }
        if let picture, now - picture.since < Self.pictureInterval { return }
        guard let png = try? pictures.sheet?.png(), let drawn = Picture(png) else { return }
        let html = drawn.html(alternative: "the latest pictures", isPixelated: true)
        picture = (pictures, html, now)
    }
}

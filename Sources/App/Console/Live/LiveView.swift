import Language
import Notebook

/// A picture between lines of text.
package struct LivePicture {
    /// What to write into each line.
    package let lines: [String]
    /// Columns that it takes.
    package let width: Int
    /// What takes it away where writing over it does not.
    package let erasing: String

    package init(lines: [String], width: Int, erasing: String = "") {
        self.lines = lines
        self.width = width
        self.erasing = erasing
    }
}

/// Shows long work while it goes on: its latest pictures, a bar, the part under way, the curve of its metric.
///
/// On a terminal that is drawn in place, a few times a second, and is gone when the work is over. Elsewhere a plain
/// line appears now and then, so that a log shows that something happens.
package struct LiveView {
    package enum Kind: Sendable {
        /// Lines now and then, for a log.
        case log
        /// One line, drawn in place.
        case bar
        /// Everything.
        case full
    }

    /// Pictures as lines, at most so many columns and rows; nil where none can be shown.
    package typealias Preview = (_ sheet: PictureSheet, _ columns: Int, _ rows: Int) -> LivePicture?

    /// Seconds between two drawings in place, and between two pictures.
    static let redrawInterval = 0.2, pictureInterval = 2.0
    /// Work shorter than this shows nothing at all.
    static let delay = 0.3
    /// Seconds between two plain lines of work that has taken so many: ten at first, more for what takes hours.
    static func lineInterval(after elapsed: Double) -> Double { min(max(10, elapsed / 20), 300) }

    private let kind: Kind
    private let palette: Palette
    private let preview: Preview
    private var pace = Pace()
    private var lastDrawn = 0.0
    private var block = ScreenBlock()
    private var part: StepProgress.Part?
    /// The pictures shown, how they look, for what size of terminal, and since when.
    private var shown: (pictures: LivePictures, look: LivePicture?, columns: Int, rows: Int, since: Double)?

    package init(_ kind: Kind, palette: Palette, preview: @escaping Preview = { _, _, _ in nil }) {
        self.kind = kind
        self.palette = palette
        self.preview = preview
    }

    /// What to write for a step; empty when there is nothing new to show.
    ///
    /// - Parameters:
    ///   - now: seconds on any clock that only moves forward.
    ///   - columns: of the terminal, now.
    ///   - rows: of the terminal, now.
    package mutating func update(_ progress: StepProgress, now: Double, columns: Int, rows: Int = 24) -> String {
        if pace.note(progress, now: now) {
            part = nil
            // Work that follows other work takes its place on the screen.
            lastDrawn = kind == .log || block.isVisible ? now : now + Self.delay - Self.redrawInterval
        }
        if let total = progress.total, progress.done >= total { return finish(columns: columns) }
        let interval = kind == .log ? Self.lineInterval(after: pace.elapsed) : Self.redrawInterval
        guard now - lastDrawn >= interval else { return "" }
        lastDrawn = now
        let text = ProgressText(palette: palette)
        if kind == .log {
            // While no step is over, its parts are what there is to tell.
            let part = progress.done == pace.firstDone ? progress.part : nil
            let line = text.line(progress, pace, width: columns - 1, hasBar: false)
            return (part.map { (line + text.line($0, width: columns)).clipped(to: columns - 1) } ?? line) + "\n"
        }
        part = progress.part ?? part
        let erasing = kind == .full ? takePictures(progress.pictures, now: now, columns: columns, rows: rows) : ""
        return erasing + block.draw(lines(progress, text, columns: columns), columns: columns)
    }

    private func lines(_ progress: StepProgress, _ text: ProgressText, columns: Int) -> [ScreenBlock.Line] {
        let width = columns - 1
        let look = shown?.look
        var lines = (look?.lines ?? []).map { ScreenBlock.Line($0, width: look?.width) }
        lines.append(.init(text.line(progress, pace, width: width, hasBar: true)))
        guard kind == .full else { return lines }
        if let part { lines.append(.init(text.line(part, width: width))) }
        if let line = progress.curve.flatMap({ text.line($0, width: width) }) { lines.append(.init(line)) }
        return lines
    }

    /// Has new pictures laid out, unless the last ones came a moment ago; and the present ones when the terminal's size
    /// has changed.
    ///
    /// - Returns: what takes the former ones away.
    private mutating func takePictures(_ pictures: LivePictures?, now: Double, columns: Int, rows: Int) -> String {
        guard let pictures = pictures ?? shown?.pictures else { return "" }
        if let shown {
            let isSame = shown.pictures === pictures && shown.columns == columns && shown.rows == rows
            guard !isSame, now - shown.since >= Self.pictureInterval || shown.columns != columns else { return "" }
        }
        let erasing = shown?.look?.erasing ?? ""
        let look = pictures.sheet.flatMap { preview($0, columns - 1, rows / 2) }
        shown = (pictures, look, columns, rows, now)
        return erasing
    }

    /// Takes everything off the screen so that something else can be written; the next step draws it again.
    package mutating func clear(columns: Int) -> String {
        block.isVisible ? (shown?.look?.erasing ?? "") + block.erase(columns: columns) : ""
    }

    /// Somebody else has written below; what was drawn stays there.
    package mutating func forget() { block.forget() }

    /// Ends the work: the next step starts a new bar.
    package mutating func finish(columns: Int) -> String {
        defer { (part, shown) = (nil, nil) }
        pace.end()
        return clear(columns: columns)
    }
}

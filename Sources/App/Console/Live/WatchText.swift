import Basics
import Language
import Notebook

/// What a look at a run's folder says, in lines.
package struct WatchText {
    let palette: Palette
    /// Columns that a line may take.
    let width: Int

    package init(palette: Palette, width: Int) {
        self.palette = palette
        self.width = width
    }

    /// Title, how the run stands, and its cell.
    package func top(_ glance: RunWatcher.Glance) -> [String] {
        let code = glance.code.isEmpty ? [] : [palette.accent(("  " + glance.code.visible).clipped(to: width))]
        return [heading(glance), state(glance)] + problem(glance) + code
    }

    /// The work of the cell, and the last lines of the transcript.
    ///
    /// - Parameter tail: lines of the transcript, at most.
    package func bottom(_ glance: RunWatcher.Glance, tail: Int) -> [String] {
        var lines = work(glance)
        let transcript = glance.transcript.suffix(tail)
        if !transcript.isEmpty {
            lines.append(palette.dim("transcript"))
            lines += transcript.map { palette.dim(("  " + Transcript.withoutEscapes($0).visible).clipped(to: width)) }
        }
        return lines
    }

    /// `A short training  runs/short-20250131-142501`
    func heading(_ glance: RunWatcher.Glance) -> String {
        let title = glance.manifest.title.visible.clipped(to: width)
        let room = width - title.displayWidth - 2
        return palette.strong(title) + (room > 3 ? "  " + palette.dim(glance.folder.visible.clipped(to: room)) : "")
    }

    /// `running  0:42  cell 2 of 3  0:31`, and at the end `complete  1:58  3 of 3 cells`
    func state(_ glance: RunWatcher.Glance) -> String {
        let count = glance.manifest.cells.count
        var facts = [ProgressText.clock(glance.seconds)]
        if let cell = glance.cell {
            facts.append("cell \(cell.number) of \(count)")
            if glance.cellSeconds > 0 { facts.append(ProgressText.clock(glance.cellSeconds)) }
        } else {
            facts.append(Words.count(count, "cell"))
        }
        let word: String
        let painted: (String) -> String
        switch glance.state {
        case .running: (word, painted) = ("running", palette.accent)
        case .dead: (word, painted) = ("killed", palette.bad)
        case .over(.complete): (word, painted) = ("complete", palette.good)
        case .over(let status): (word, painted) = (status.rawValue, palette.bad)
        }
        let rest = ("  " + facts.joined(separator: "  ")).clipped(to: max(1, width - word.count))
        return painted(word) + rest
    }

    /// What went wrong, and what to do.
    private func problem(_ glance: RunWatcher.Glance) -> [String] {
        var lines: [String] = []
        if glance.state == .dead { lines.append("  its process has ended without finishing it") }
        if let failure = glance.manifest.failure, glance.state.isOver {
            lines += failure.message.split(separator: "\n").map { "  " + $0 } + ["  " + failure.location]
        }
        if glance.state == .dead || glance.state == .over(.interrupted) {
            lines.append("  to go on: rhumb run --resume \(glance.folder)")
        }
        return lines.map { $0.visible.clipped(to: width) }
    }

    private func work(_ glance: RunWatcher.Glance) -> [String] {
        guard let live = glance.progress else { return [] }
        let text = ProgressText(palette: palette)
        var lines = [text.line(live.progress, live.pace, width: width, hasBar: palette.isOn)]
        if let part = live.progress.part { lines.append(text.line(part, width: width)) }
        if let line = live.progress.curve.flatMap({ text.line($0, width: width) }) { lines.append(line) }
        return lines
    }
}

/// A run's course as lines of a log: one for each thing that changes, and one for its work now and then.
package struct WatchLog {
    private var hasBegun = false
    private var cell: Int?
    private var done: (label: String, count: Int)?
    private var lastWork = 0.0

    package init() {}

    /// The new lines.
    ///
    /// - Parameter now: seconds on any clock that only moves forward.
    package mutating func lines(_ glance: RunWatcher.Glance, now: Double, width: Int) -> [String] {
        let text = WatchText(palette: Palette(isOn: false), width: width)
        var lines = hasBegun ? [] : [text.heading(glance)]
        hasBegun = true
        if glance.state.isOver { return lines + text.top(glance).dropFirst() + text.bottom(glance, tail: 0) }
        if let number = glance.cell?.number, number != cell {
            cell = number
            lastWork = now
            let count = glance.manifest.cells.count
            lines.append(
                "cell \(number) of \(count)\(glance.code.isEmpty ? "" : "  ")\(glance.code.visible)".clipped(to: width))
        }
        if let live = glance.progress, now - lastWork >= LiveView.lineInterval(after: live.pace.elapsed),
            done?.label != live.progress.label || done?.count != live.progress.done
        {
            (done, lastWork) = ((live.progress.label, live.progress.done), now)
            lines.append(
                ProgressText(palette: Palette(isOn: false)).line(live.progress, live.pace, width: width, hasBar: false))
        }
        return lines
    }
}

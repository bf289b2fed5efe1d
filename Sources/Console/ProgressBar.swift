import Language

/// One line that says how far long work has come, drawn by hand so that it is the same on every terminal.
///
/// On a terminal the line is redrawn in place, at most ten times a second, and is gone when the work is over. Elsewhere
/// a plain line appears now and then, so that a log shows that something happens.
package struct ProgressBar {
    /// Seconds between two redraws on a terminal.
    static let redrawInterval = 0.1
    /// Work shorter than this shows no bar at all.
    static let delay = 0.3
    /// Seconds between two plain lines.
    static let lineInterval = 10.0

    private let isTerminal: Bool
    private let palette: Palette
    private var label: String?
    private var started = 0.0
    /// Where the count stood when the bar was first seen; resumed work does not start at 0.
    private var firstDone = 0
    private var lastDrawn = 0.0
    private var isVisible = false

    package init(isTerminal: Bool, palette: Palette) {
        self.isTerminal = isTerminal
        self.palette = palette
    }

    /// What to write for a step; empty when there is nothing new to show.
    ///
    /// - Parameter now: seconds on any clock that only moves forward.
    package mutating func update(_ progress: StepProgress, now: Double, width: Int) -> String {
        var output = ""
        if progress.label != label || progress.done < firstDone {
            output = clear()
            label = progress.label
            started = now
            firstDone = progress.done
            lastDrawn = isTerminal ? now + Self.delay - Self.redrawInterval : now
        }
        if let total = progress.total, progress.done >= total { return output + finish() }
        guard now - lastDrawn >= (isTerminal ? Self.redrawInterval : Self.lineInterval) else { return output }
        lastDrawn = now
        let line = text(progress, now: now, width: width - 1)
        guard isTerminal else { return output + line + "\n" }
        isVisible = true
        return output + "\r\u{1B}[2K" + line
    }

    /// Takes the bar off the screen so that something else can be written; the next step draws it again.
    package mutating func clear() -> String {
        guard isVisible else { return "" }
        isVisible = false
        return "\r\u{1B}[2K"
    }

    /// Ends the work: the next step starts a new bar.
    package mutating func finish() -> String {
        label = nil
        return clear()
    }

    private func text(_ progress: StepProgress, now: Double, width: Int) -> String {
        let elapsed = now - started
        let steps = Double(progress.done - firstDone)
        let rate = elapsed > 0 && steps > 0 ? steps / elapsed : nil
        var facts: [String] = []
        if let total = progress.total {
            facts.append("\(progress.done)/\(total)")
            if let rate { facts.append("ETA " + Self.clock(Double(total - progress.done) / rate)) }
        } else {
            facts += ["\(progress.done)", Self.clock(elapsed)]
        }
        if let rate { facts.insert(Self.rateText(rate), at: 1) }
        if !progress.detail.isEmpty { facts.append(progress.detail) }
        let tail = facts.joined(separator: "  ")
        guard isTerminal, let total = progress.total, total > 0 else {
            return "\(progress.label)  \(tail)".clipped(to: width)
        }
        let cells = min(30, width - progress.label.displayWidth - tail.displayWidth - 4)
        guard cells >= 8 else { return "\(progress.label)  \(tail)".clipped(to: width) }
        let filled = min(cells, max(0, cells * progress.done / total))
        let bar =
            palette.accent(String(repeating: "━", count: filled))
            + palette.dim(String(repeating: "─", count: cells - filled))
        return "\(progress.label)  \(bar)  \(tail)"
    }

    /// `12.3/s`, or the time of one step when that is more than a second.
    static func rateText(_ rate: Double) -> String {
        rate >= 1 ? shortNumber(rate) + "/s" : shortNumber(1 / rate) + " s each"
    }

    /// Three significant digits.
    private static func shortNumber(_ number: Double) -> String {
        if number >= 100 { return String(Int(number.rounded())) }
        let scale = number >= 10 ? 10.0 : 100.0
        let scaled = Int((number * scale).rounded())
        let digits = number >= 10 ? 1 : 2
        let fraction = String(scaled % Int(scale))
        return "\(scaled / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// `0:07`, `12:30`, `3:04:05`
    static func clock(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 359_999).rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let minutes = "\(whole / 60 % 60)", rest = two(whole % 60)
        return whole < 3600 ? "\(minutes):\(rest)" : "\(whole / 3600):\(two(whole / 60 % 60)):\(rest)"
    }
}

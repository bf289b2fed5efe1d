import Basics
import Language
import Notebook

/// The lines that say how far long work has come, drawn by hand so that they are the same on every terminal.
package struct ProgressText {
    let palette: Palette

    package init(palette: Palette) { self.palette = palette }

    private static let widestBar = 30, narrowestBar = 8, widestCurve = 60

    /// `train  ━━━━━───  12/40  2.31 s each  ETA 1:05  loss 0.31`; no bar where there is no room or it is not wanted.
    package func line(_ progress: StepProgress, _ pace: Pace, width: Int, hasBar: Bool) -> String {
        let progress = StepProgress(
            progress.label.visible, done: progress.done, total: progress.total, detail: progress.detail.visible)
        let rate = pace.rate(progress)
        var facts: [String] = []
        if let total = progress.total {
            facts.append("\(progress.done)/\(total)")
            if let rate { facts += [Self.rateText(rate), "ETA " + Self.clock(Double(total - progress.done) / rate)] }
        } else {
            facts.append("\(progress.done)")
            if let rate { facts.append(Self.rateText(rate)) }
            facts.append(Self.clock(pace.elapsed))
        }
        var tail = facts.joined(separator: "  ")
        func room() -> Int { width - progress.label.displayWidth - tail.displayWidth - 2 }
        // The numbers of the step are the first to go where there is not room for everything.
        if !progress.detail.isEmpty, !hasBar || room() >= progress.detail.displayWidth + 2 {
            tail += "  " + progress.detail
        }
        guard hasBar, let total = progress.total, total > 0, room() - 2 >= Self.narrowestBar else {
            return "\(progress.label)  \(tail)".clipped(to: width)
        }
        let cells = min(Self.widestBar, room() - 2)
        let filled = min(cells, max(0, cells * progress.done / total))
        let bar =
            palette.accent(String(repeating: "━", count: filled))
            + palette.dim(String(repeating: "─", count: cells - filled))
        return "\(progress.label)  \(bar)  \(tail)"
    }

    /// `  round 13: sample  3/8`
    package func line(_ part: StepProgress.Part, width: Int) -> String {
        palette.dim("  \(part.label.visible)  \(part.done)/\(part.total)".clipped(to: width))
    }

    /// `  reward  ▁▂▃▅▆█  0.431`; nil where there are not two values to compare.
    package func line(_ curve: StepProgress.Curve, width: Int) -> String? {
        guard curve.values.count > 1, let last = curve.values.last else { return nil }
        let name = curve.name.visible
        let value = NumberText.brief(last)
        let room = min(Self.widestCurve, width - name.displayWidth - value.displayWidth - 6)
        guard room > 1 else { return "  \(name)  \(value)".clipped(to: width) }
        return "  \(name)  \(palette.accent(Sparkline.text(curve.thinned(to: room).values)))  \(value)"
    }

    /// `12.3/s`, or the time of one step when that is more than a second.
    static func rateText(_ rate: Double) -> String {
        rate >= 1 ? shortNumber(rate) + "/s" : shortNumber(1 / rate) + " s each"
    }

    /// Three significant digits.
    private static func shortNumber(_ number: Double) -> String {
        let number = min(number, 1e12)
        if number >= 100 { return String(Int(number.rounded())) }
        let scale = number >= 10 ? 10.0 : 100.0
        let scaled = Int((number * scale).rounded())
        let digits = number >= 10 ? 1 : 2
        let fraction = String(scaled % Int(scale))
        return "\(scaled / Int(scale))." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// `0:07`, `12:30`, `3:04:05`
    package static func clock(_ seconds: Double) -> String {
        let whole = seconds.isNaN ? 0 : Int(min(max(seconds, 0), 359_999).rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let minutes = "\(whole / 60 % 60)"
        let rest = two(whole % 60)
        return whole < 3600 ? "\(minutes):\(rest)" : "\(whole / 3600):\(two(whole / 60 % 60)):\(rest)"
    }
}

/// Numbers as a line of bars.
package enum Sparkline {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// One character a value, from the lowest to the highest; a space for one that is not finite.
    package static func text(_ values: [Double]) -> String {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else {
            return String(repeating: " ", count: values.count)
        }
        return String(
            values.map { value in
                guard value.isFinite else { return " " }
                // Halves first, since the difference of two large numbers need not be finite.
                let share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5
                return bars[min(Int(share * Double(bars.count)), bars.count - 1)]
            })
    }
}

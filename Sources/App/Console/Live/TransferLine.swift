import Basics
import Glibc
import Language
import Notebook

/// How far a transfer of bytes has come, on standard error: in place on a terminal, else a line now and then.
package final class TransferLine {
    private let isLive: Bool
    private let palette: Palette
    private var block = ScreenBlock()
    private var started = 0.0, firstDone = 0, lastDone = 0, lastShown = 0.0
    private var isUnderWay = false

    private static let widestBar = 30, narrowestBar = 8

    /// - Parameters:
    ///   - wantsColour: false for `--no-color`.
    ///   - wantsLive: false for `--no-live`.
    package init(wantsColour: Bool, wantsLive: Bool) {
        let screen = Screen(descriptor: STDERR_FILENO)
        (isLive, palette) = (screen.isTerminal && wantsLive, Palette(isOn: screen.hasColour && wantsColour))
    }

    /// - Parameters:
    ///   - label: what is transferred.
    ///   - done: bytes that are there.
    ///   - total: bytes in all.
    package func show(_ label: String, done: Int, total: Int) {
        let now = Stopwatch.now()
        // What was begun anew counts anew.
        if !isUnderWay || done < lastDone {
            (started, firstDone, lastShown, isUnderWay) = (now, done, isLive ? 0 : now, true)
        }
        lastDone = done
        let interval = isLive ? LiveView.redrawInterval : LiveView.lineInterval(after: now - started)
        guard now - lastShown >= interval else { return }
        lastShown = now
        let columns = Screen.width(of: STDERR_FILENO)
        let text = line(label, done, total, seconds: now - started, width: columns - 1)
        ConsoleFront.remark(isLive ? block.draw([.init(text)], columns: columns) : text + "\n")
    }

    /// Takes it off the screen; what follows begins anew.
    package func end() {
        if block.isVisible { ConsoleFront.remark(block.erase(columns: Screen.width(of: STDERR_FILENO))) }
        isUnderWay = false
    }

    /// `unet/model.safetensors  ━━━━━───  1.20 GB of 3.44 GB  45.1 MB/s  ETA 0:50`
    private func line(_ label: String, _ done: Int, _ total: Int, seconds: Double, width: Int) -> String {
        var facts = ["\(Words.bytes(done)) of \(Words.bytes(total))"]
        let rate = seconds > 0 ? Double(done - firstDone) / seconds : 0
        if rate >= 1 {
            facts.append(Words.bytes(Int(rate)) + "/s")
            facts.append("ETA " + ProgressText.clock(Double(total - done) / rate))
        }
        let tail = facts.joined(separator: "  ")
        // The end of a path tells more than its beginning.
        let room = max(8, width - tail.displayWidth - Self.narrowestBar - 4)
        let label = label.visible.displayWidth > room ? "…" + label.visible.suffix(room - 1) : label.visible
        let cells = min(Self.widestBar, width - label.displayWidth - tail.displayWidth - 4)
        guard isLive, cells >= Self.narrowestBar, total > 0 else { return "\(label)  \(tail)".clipped(to: width) }
        let filled = min(cells, Int(Double(cells) * Double(done) / Double(total)))
        return label + "  " + palette.accent(String(repeating: "━", count: filled))
            + palette.dim(String(repeating: "─", count: cells - filled)) + "  " + tail
    }
}

import Glibc
import Language
import Notebook

/// Shows a run that another process works on: drawn in place at a terminal, as lines of a log elsewhere.
package final class WatchConsole {
    private let screen: Screen
    private let palette: Palette
    private let preview: LiveView.Preview
    private let isLive: Bool
    private let output = TextOutput(descriptor: STDOUT_FILENO)
    private var block = ScreenBlock()
    private var log = WatchLog()
    private var look: (pictures: LivePictures, picture: LivePicture?, columns: Int, rows: Int)?

    package init(_ appearance: Appearance) {
        screen = Screen(descriptor: STDOUT_FILENO, wantsColour: appearance.wantsColour)
        palette = Palette(isOn: screen.hasColour)
        preview = screen.hasColour ? appearance.preview : { _, _, _ in nil }
        isLive = screen.isTerminal && appearance.wantsLive
    }

    /// Lines of the transcript, at most, and lines above it.
    private static let transcriptLines = 8, otherLines = 9

    /// The run as it stands, once.
    package func showOnce(_ glance: RunWatcher.Glance) {
        let width = screen.isTerminal ? Screen.width() - 1 : Screen.width()
        let text = WatchText(palette: palette, width: width)
        write(text.top(glance) + text.bottom(glance, tail: Self.transcriptLines))
    }

    /// The run as it stands now, and for good when it is over.
    package func show(_ glance: RunWatcher.Glance) {
        guard isLive else { return write(log.lines(glance, now: Stopwatch.now(), width: Screen.width())) }
        let size = Screen.size()
        let text = WatchText(palette: palette, width: size.columns - 1)
        if glance.state.isOver {
            output.write(clear(columns: size.columns))
            return write(text.top(glance) + text.bottom(glance, tail: 0))
        }
        let erasing = takePictures(glance.pictures, size)
        let pictures = (look?.picture?.lines ?? []).map { ScreenBlock.Line($0, width: look?.picture?.width) }
        let room = size.rows - pictures.count - Self.otherLines
        let lines =
            text.top(glance).map { ScreenBlock.Line($0) } + pictures
            + text.bottom(glance, tail: max(0, min(Self.transcriptLines, room))).map { ScreenBlock.Line($0) }
        output.write(erasing + block.draw(Array(lines.prefix(size.rows - 1)), columns: size.columns))
        output.flush()
    }

    /// Lays out new pictures.
    ///
    /// - Returns: what takes the former ones away.
    private func takePictures(_ pictures: LivePictures?, _ size: (columns: Int, rows: Int)) -> String {
        guard let pictures else { return "" }
        if let look, look.pictures === pictures, look.columns == size.columns, look.rows == size.rows { return "" }
        let erasing = look?.picture?.erasing ?? ""
        let picture = pictures.sheet.flatMap { preview($0, size.columns - 1, size.rows / 2) }
        look = (pictures, picture, size.columns, size.rows)
        return erasing
    }

    /// Nobody watches any more.
    package func end() {
        output.write(clear(columns: Screen.width()))
        output.flush()
    }

    private func clear(columns: Int) -> String {
        block.isVisible ? (look?.picture?.erasing ?? "") + block.erase(columns: columns) : ""
    }

    private func write(_ lines: [String]) {
        output.write(lines.map { $0 + "\n" }.joined())
        output.flush()
    }
}

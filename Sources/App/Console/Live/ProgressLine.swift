import Glibc
import Language
import Notebook

/// A progress bar on standard error, for work outside a session.
package final class ProgressLine {
    private var view: LiveView

    /// - Parameter wantsLive: false for `--no-live`.
    package init(wantsLive: Bool = true) {
        let screen = Screen(descriptor: STDERR_FILENO)
        view = LiveView(screen.isTerminal && wantsLive ? .bar : .log, palette: Palette(isOn: screen.hasColour))
    }

    package func show(_ progress: StepProgress) {
        ConsoleFront.remark(view.update(progress, now: Stopwatch.now(), columns: Screen.width(of: STDERR_FILENO)))
    }

    package func end() { ConsoleFront.remark(view.finish(columns: Screen.width(of: STDERR_FILENO))) }
}

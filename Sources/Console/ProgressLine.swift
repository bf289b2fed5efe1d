import Glibc
import Language
import Notebook

/// A progress bar on standard error, for work outside a session.
package final class ProgressLine {
    private let screen = Screen(descriptor: STDERR_FILENO)
    private var bar: ProgressBar

    package init() { bar = ProgressBar(isTerminal: screen.isTerminal, palette: Palette(isOn: screen.hasColour)) }

    package func show(_ progress: StepProgress) {
        ConsoleFront.remark(bar.update(progress, now: Stopwatch.now(), width: Screen.width(of: STDERR_FILENO)))
    }

    package func end() { ConsoleFront.remark(bar.finish()) }
}

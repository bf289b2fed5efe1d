import FoundationEssentials
import Glibc
import Language
import Notebook

/// Shows a session's events on standard output, and what is not the program's output on standard error.
package class ConsoleFront: Front {
    /// How a figure or picture looks in this terminal; an empty string when it can't be shown.
    package typealias Drawing = (Attachment) -> String

    let output: Screen
    let errors: Screen
    private let draw: Drawing
    private var progress: ProgressBar
    private let outputText = TextOutput(descriptor: STDOUT_FILENO)
    private let errorText = TextOutput(descriptor: STDERR_FILENO)

    package init(wantsColour: Bool = true, draw: @escaping Drawing) {
        output = Screen(descriptor: STDOUT_FILENO, wantsColour: wantsColour)
        errors = Screen(descriptor: STDERR_FILENO, wantsColour: wantsColour)
        self.draw = draw
        progress = ProgressBar(isTerminal: errors.isTerminal, palette: Palette(isOn: errors.hasColour))
    }

    package var width: Int { Screen.width() }

    package func poll() { outputText.flushIfDue() }

    package func receive(_ event: Event) {
        if case .progress(let step) = event {
            remark(progress.update(step, now: Stopwatch.now(), width: Screen.width(of: STDERR_FILENO)))
            return
        }
        remark(progress.clear())
        switch event {
        case .text(let text): write(text)
        case .value(_, let display, _): write(display + "\n")
        case .note(let note): remark(Palette(isOn: errors.hasColour).dim(note) + "\n")
        case .figure(let attachment, let saved): show(attachment, saved)
        case .error(let diagnostic): remark(diagnostic.text(colour: errors.hasColour) + "\n")
        case .progress: break
        }
    }

    private func show(_ attachment: Attachment, _ saved: SavedFigure?) {
        if output.isTerminal {
            let drawing = draw(attachment)
            if !drawing.isEmpty { write(drawing.hasSuffix("\n") ? drawing : drawing + "\n") }
        }
        guard let saved else { return }
        let title = saved.title.isEmpty ? "figure" : saved.title
        write(Palette(isOn: output.hasColour).dim("\(title): \(saved.displayPath)") + "\n")
    }

    /// The code has ended, so that whatever stands half-drawn goes.
    package func finish() {
        remark(progress.finish())
        outputText.flush()
    }

    func write(_ text: String) { outputText.write(text) }

    /// Writes to standard error where there is no front.
    package static func remark(_ text: String) {
        let errors = TextOutput(descriptor: STDERR_FILENO)
        errors.write(text)
        errors.flush()
    }

    /// Standard error, after everything written before.
    func remark(_ text: String) {
        if text.isEmpty { return }
        outputText.flush()
        errorText.write(text)
        errorText.flush()
    }
}

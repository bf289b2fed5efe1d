import FoundationEssentials
import Glibc
import Language
import Notebook

/// What a front may make of a terminal.
package struct Appearance {
    /// How a figure or picture looks in this terminal; an empty string when it can't be shown.
    package typealias Drawing = (Attachment) -> String

    /// False for `--no-color`.
    let wantsColour: Bool
    /// False for `--no-live`.
    let wantsLive: Bool
    let draw: Drawing
    let preview: LiveView.Preview

    package init(
        wantsColour: Bool = true, wantsLive: Bool = true, draw: @escaping Drawing,
        preview: @escaping LiveView.Preview = { _, _, _ in nil }
    ) {
        self.wantsColour = wantsColour
        self.wantsLive = wantsLive
        self.draw = draw
        self.preview = preview
    }
}

/// Shows a session's events on standard output, and what is not the program's output on standard error.
package class ConsoleFront: Front {
    let output: Screen
    let errors: Screen
    private let draw: Appearance.Drawing
    private var live: LiveView
    private var hasForgotten = false
    /// The program that shows what is longer than the screen; the prompt's alone.
    var pager: String?
    /// Whether a table that is cut says how to see it whole, which takes a prompt to type at.
    var offersWhole = false
    /// What a question for help has got so far.
    private var gathered: String?
    private let outputText = TextOutput(descriptor: STDOUT_FILENO)
    private let errorText = TextOutput(descriptor: STDERR_FILENO)

    /// - Parameter isBrief: whether a bar is all that is shown of long work.
    package init(_ appearance: Appearance, isBrief: Bool = false) {
        output = Screen(descriptor: STDOUT_FILENO, wantsColour: appearance.wantsColour)
        errors = Screen(descriptor: STDERR_FILENO, wantsColour: appearance.wantsColour)
        draw = appearance.draw
        let kind: LiveView.Kind =
            !errors.isTerminal || !appearance.wantsLive ? .log : isBrief || !output.isTerminal ? .bar : .full
        // Half blocks are colours too.
        let preview = errors.hasColour ? appearance.preview : { _, _, _ in nil }
        live = LiveView(kind, palette: Palette(isOn: errors.hasColour), preview: preview)
    }

    package var width: Int { Screen.width() }

    package var scrolls: Bool { output.isTerminal && pager.map(Pager.scrolls) ?? false }

    package func poll() { outputText.flushIfDue() }

    package func receive(_ event: Event) {
        if case .progress(let step) = event {
            let size = Screen.size(of: STDERR_FILENO)
            makeWay()
            remark(live.update(step, now: Stopwatch.now(), columns: size.columns, rows: size.rows))
            return
        }
        makeWay()
        remark(live.clear(columns: Screen.width(of: STDERR_FILENO)))
        switch event {
        // A program's own bytes reach a file or a pipe as they are.
        case .text(let text):
            let shown = output.isTerminal ? text.visible : text
            if gathered == nil { write(shown) } else { gathered?.append(shown) }
        case .value(let value, let display, _):
            var isTable = false
            if case .table = value { isTable = scrolls }
            page(display.visible + "\n", isTable: isTable)
            if offersWhole, case .table(let table) = value, !table.isWhole(width: width),
                display == table.display(width: width)
            {
                write(Palette(isOn: output.hasColour).dim("all of it: show _") + "\n")
            }
        case .note(let note): remark(Palette(isOn: errors.hasColour).dim(note.visible) + "\n")
        case .figure(let attachment, let saved): show(attachment, saved)
        case .error(let diagnostic): remark(diagnostic.text(colour: errors.hasColour) + "\n")
        case .progress: break
        }
    }

    private func show(_ attachment: Attachment, _ saved: SavedFigure?) {
        if output.isTerminal || output.isDumb {
            let drawing = draw(attachment)
            if !drawing.isEmpty { write(drawing.hasSuffix("\n") ? drawing : drawing + "\n") }
        }
        guard let saved else { return }
        let title = saved.title.isEmpty ? "figure" : saved.title
        write(Palette(isOn: output.hasColour).dim("\(title): \(saved.displayPath)".visible) + "\n")
    }

    /// A second Ctrl-C is answered at once, below whatever is drawn, which therefore stays where it is.
    private func makeWay() {
        if Interrupt.count >= 2, !hasForgotten { live.forget() }
        hasForgotten = Interrupt.count >= 2
    }

    /// Keeps the text that comes until the code has ended, to show it in one piece.
    func gather() { gathered = pager == nil ? nil : "" }

    /// Shows a text, in the pager where it is longer than the screen, and where it is a table wider than that.
    private func page(_ text: String, isTable: Bool = false) {
        let size = Screen.size()
        let isWide = isTable && text.split(separator: "\n").contains { $0.displayWidth > size.columns }
        guard let pager, output.isTerminal, isWide || Pager.isLong(text, columns: size.columns, rows: size.rows) else {
            return write(text)
        }
        outputText.flush()
        if !Pager.show(text, in: pager, sideways: isWide) { write(text) }
    }

    /// The code has ended, so that whatever stands half-drawn goes.
    package func finish() {
        if let text = gathered {
            gathered = nil
            if !text.isEmpty { page(text) }
        }
        makeWay()
        remark(live.finish(columns: Screen.width(of: STDERR_FILENO)))
        outputText.flush()
    }

    package func pause(_ session: Session, at place: Place) -> PauseEnd? {
        guard isatty(STDIN_FILENO) == 1, output.isTerminal || output.isDumb else { return nil }
        return BreakpointPrompt(session, self, place).run()
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

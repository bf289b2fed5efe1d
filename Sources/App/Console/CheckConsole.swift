import Language
import Notebook

/// Shows how checks of recipes end, a line each, and nothing of what the recipes print.
package final class CheckConsole: ConsoleFront, RunFront {
    private let nameWidth: Int
    private(set) var passed = 0
    package private(set) var failed = 0
    private let clock = Stopwatch()
    /// Places of breakpoints that the recipe under way has passed.
    private var breakpoints: [String] = []

    /// - Parameter names: of everything that will be checked, for the columns.
    package init(names: [String], _ appearance: Appearance) {
        nameWidth = names.map(\.visible.displayWidth).max() ?? 0
        super.init(appearance, isBrief: true)
    }

    package var hasColour: Bool { output.hasColour }

    package override func receive(_ event: Event) {
        if case .progress = event { super.receive(event) }
    }

    /// A check asks nobody.
    package override func pause(_ session: Session, at place: Place) -> PauseEnd? {
        breakpoints.append(place.span.description)
        return .goesOn
    }

    package func willShow(_ prose: Recipe.Prose) {}
    package func willRun(_ cell: Recipe.Cell) {}
    package func didRun(_ cell: Manifest.Cell) {}
    package func didRepeat(cells: Int, seconds: Double) {}

    /// Says that a recipe is running, where that can be taken back.
    package func begin(_ name: String) {
        guard output.isTerminal else { return }
        write("  …   \(name.visible)")
        finish()
    }

    /// The line of a recipe that has ended.
    ///
    /// - Parameters:
    ///   - cells: how many ran, and how many there are.
    ///   - problem: why it failed; nil when it passed.
    package func end(_ name: String, cells: (done: Int, all: Int), seconds: Double, problem: String?) {
        finish()
        let palette = Palette(isOn: output.hasColour)
        let verdict = problem == nil ? palette.good("pass") : palette.bad("FAIL")
        let count = cells.done == cells.all ? "\(cells.all)" : "\(cells.done) of \(cells.all)"
        let noun = cells.all == 1 ? "cell " : "cells"
        let line =
            "\(verdict)  \(name.visible.padded(to: nameWidth))  \(Self.right(count, 8)) \(noun)  \(Self.right(Self.time(seconds), 7))"
        write((output.isTerminal ? "\r\u{1b}[K" : "") + line + "\n")
        for place in Set(breakpoints).sorted() {
            write("      " + palette.warning("a breakpoint is left in: \(place.visible)") + "\n")
        }
        breakpoints = []
        if let problem {
            failed += 1
            write(problem.split(separator: "\n").map { "      " + $0 + "\n" }.joined())
        } else {
            passed += 1
        }
        finish()
    }

    /// The last line: what it came to.
    package func conclude() {
        let palette = Palette(isOn: output.hasColour)
        var counts = ["\(passed) passed"]
        if failed > 0 { counts.append("\(failed) failed") }
        let text = counts.joined(separator: ", ")
        write("\n\(failed == 0 ? palette.good(text) : palette.bad(text)), \(Self.time(clock.seconds))\n")
        finish()
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// `2.3 s`, and minutes as a clock: `12:05`.
    private static func time(_ seconds: Double) -> String {
        guard seconds < 99.95 else { return ProgressText.clock(seconds) }
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }
}

import FoundationEssentials
import Glibc

/// What the place the output goes to can show.
package struct Screen: Sendable, Equatable {
    /// Someone is looking: progress bars and inline pictures make sense.
    package var isTerminal: Bool
    /// ANSI colours are understood and wanted.
    package var hasColour: Bool
    /// Someone is looking, at a terminal that knows no escape sequences: figures are drawn as plain text.
    package var isDumb = false

    package init(isTerminal: Bool, hasColour: Bool) {
        self.isTerminal = isTerminal
        self.hasColour = hasColour
    }

    /// For a file descriptor, respecting `NO_COLOR` and `TERM=dumb`.
    ///
    /// - Parameter wantsColour: false for `--no-color`.
    package init(
        descriptor: Int32, wantsColour: Bool = true, environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        isTerminal = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
        isDumb = isatty(descriptor) == 1 && !isTerminal
        hasColour = isTerminal && wantsColour && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Columns of the terminal at a file descriptor; where there is none, as many as `COLUMNS` says, else 100.
    package static func width(of descriptor: Int32 = STDOUT_FILENO) -> Int { size(of: descriptor).columns }

    /// Columns and rows of the terminal at a file descriptor; where there is none, the columns that `COLUMNS` asks for,
    /// else 100, and 24 rows.
    package static func size(of descriptor: Int32 = STDOUT_FILENO) -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else {
            let wanted = getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 0
            return ((20...100_000).contains(wanted) ? wanted : 100, 24)
        }
        return (Int(size.ws_col), size.ws_row > 1 ? Int(size.ws_row) : 24)
    }
}

/// ANSI colours by what they mean; nothing where there is no colour.
package struct Palette: Sendable {
    let isOn: Bool

    package init(isOn: Bool) { self.isOn = isOn }

    package func dim(_ text: String) -> String { painted(text, "2") }
    package func strong(_ text: String) -> String { painted(text, "1") }
    package func emphasis(_ text: String) -> String { painted(text, "3") }
    package func accent(_ text: String) -> String { painted(text, "36") }
    package func good(_ text: String) -> String { painted(text, "32") }
    package func warning(_ text: String) -> String { painted(text, "33") }
    package func bad(_ text: String) -> String { painted(text, "31") }

    private func painted(_ text: String, _ code: String) -> String {
        isOn && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

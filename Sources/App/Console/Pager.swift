import Basics
import Glibc
import Notebook

/// The program that long texts are shown in at a terminal: `RHUMB_PAGER`, or `PAGER`, or less.
enum Pager {
    /// Nil where none is wanted: the variable is empty, `none` or `cat`.
    static func command(environment: [String: String]) -> String? {
        let wanted = (environment["RHUMB_PAGER"] ?? environment["PAGER"] ?? "less").trimmingSpace
        return ["", "none", "cat"].contains(wanted) ? nil : wanted
    }

    /// Whether a text has more rows than a screen, the prompt's own among them.
    static func isLong(_ text: String, columns: Int, rows: Int) -> Bool {
        var count = 1
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            count += max(1, (line.count + columns - 1) / max(columns, 1))
            if count > rows { return true }
        }
        return false
    }

    /// Whether it is less, which cuts long lines and moves sideways along them.
    static func scrolls(_ command: String) -> Bool {
        let program = command.split(separator: " ").first?.split(separator: "/").last
        return program == "less"
    }

    /// Shows a text, and waits until the reader has enough of it.
    ///
    /// - Parameter sideways: whether lines are cut at the screen's edge and the arrow keys move along them, in less.
    /// - Returns: false where the program can't be started: nothing was shown.
    static func show(_ text: String, in command: String, sideways: Bool = false) -> Bool {
        // As git has it: less ends where all fits on the screen, and leaves what it showed.
        // Where lines are cut it must stay, or what is beside the screen is never seen.
        let options = sideways ? " -S -+F '-Psarrow keys move, q leaves'" : ""
        guard let stream = popen("LESS=\"${LESS-FRX}\" \(command)\(options)", "w") else { return false }
        fputs(text, stream)
        let status = pclose(stream)
        // Ctrl-C was the pager's.
        Interrupt.clear()
        let code = (status >> 8) & 0xFF
        return status != -1 && code != 126 && code != 127
    }
}

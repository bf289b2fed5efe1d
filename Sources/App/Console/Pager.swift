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

    /// Shows a text, and waits until the reader has enough of it.
    ///
    /// - Returns: false where the program can't be started: nothing was shown.
    static func show(_ text: String, in command: String) -> Bool {
        // As git has it: less ends where all fits on the screen, and leaves what it showed.
        guard let stream = popen("LESS=\"${LESS-FRX}\" \(command)", "w") else { return false }
        fputs(text, stream)
        let status = pclose(stream)
        // Ctrl-C was the pager's.
        Interrupt.clear()
        let code = (status >> 8) & 0xFF
        return status != -1 && code != 126 && code != 127
    }
}

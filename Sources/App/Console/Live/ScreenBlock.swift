import Language
import Notebook

/// Lines at the bottom of what a terminal shows that are drawn over themselves, and taken away without a trace.
///
/// The cursor stays in the last of them.
struct ScreenBlock {
    struct Line: Equatable {
        var text: String
        /// Columns, which a text with colours or a picture in it does not tell.
        var width: Int

        /// - Parameter width: nil for a text that has no escapes but those of colours.
        init(_ text: String, width: Int? = nil) {
            self.text = text
            self.width = width ?? Transcript.withoutEscapes(text).displayWidth
        }
    }

    private var drawn: [Line] = []
    /// Of the terminal when they were drawn.
    private var columns = 0

    var isVisible: Bool { !drawn.isEmpty }

    /// What to write so that these lines stand there; empty when they do already. Lines that stay are not written
    /// again.
    mutating func draw(_ lines: [Line], columns: Int) -> String {
        if drawn.isEmpty || lines.count != drawn.count || columns != self.columns {
            let cleared = erase(columns: columns)
            (drawn, self.columns) = (lines, columns)
            // Room is made before anything is drawn, since scrolling would take a picture along.
            let room = lines.count - 1
            return cleared + String(repeating: "\n", count: room) + Self.up(room)
                + lines.map(Self.text).joined(separator: "\n")
        }
        guard let first = lines.indices.first(where: { lines[$0] != drawn[$0] }) else { return "" }
        defer { drawn = lines }
        return Self.up(lines.count - 1 - first)
            + lines.indices[first...].map { lines[$0] == drawn[$0] ? "" : Self.text(lines[$0]) }.joined(separator: "\n")
    }

    /// Takes the lines off the screen.
    ///
    /// - Parameter columns: of the terminal now; one that became narrower has broken long lines.
    mutating func erase(columns: Int) -> String {
        guard !drawn.isEmpty else { return "" }
        let rows = drawn.reduce(0) { $0 + max(1, ($1.width + max(columns, 1) - 1) / max(columns, 1)) }
        drawn = []
        return Self.up(rows - 1) + "\r\u{1B}[J"
    }

    /// Leaves the lines where they are, as ordinary output.
    mutating func forget() { drawn = [] }

    private static func text(_ line: Line) -> String { "\r\u{1B}[2K" + line.text }

    private static func up(_ rows: Int) -> String { rows > 0 ? "\u{1B}[\(rows)A" : "" }
}

extension Source {
    /// The text in the one style of the language: an indentation of four, a statement a line, single spaces, lines of
    /// at most 120 columns. Line breaks, blank lines (one at a time) and comments stay where they are, and what stands
    /// below each other on neighbouring lines goes on doing so.
    ///
    /// Formatting what it gives changes nothing more. Syntax, words and comments are those of the text: this is checked
    /// each time.
    ///
    /// - Throws: `Diagnostic` where the text does not follow the grammar.
    public func formatted() throws(Diagnostic) -> String {
        var current = self
        // What stands below each other may part when spaces go, and then loses its own spaces in the next round.
        for _ in 0..<Self.roundLimit {
            let next = Source(name: name, text: try current.formattedOnce(), lineOffset: lineOffset)
            if next.text == current.text { return try checked(next) }
            current = next
        }
        throw Diagnostic(.runtime, Message.unstableFormat, at: SourceSpan(source: self, range: 0..<0))
    }

    private static let roundLimit = 12

    private func formattedOnce() throws(Diagnostic) -> String {
        var text = try FormatText(self)
        text.arrange()
        var layout = FormatLayout(text)
        var refused: Set<Int> = []
        while let piece = layout.breakWanted(refused: refused) {
            var broken = text
            broken.breakLine(before: piece)
            let attempt = FormatLayout(broken)
            if means(attempt.text) {
                (text, layout) = (broken, attempt)
            } else {
                refused.insert(piece)
            }
        }
        return layout.text
    }

    private func means(_ text: String) -> Bool {
        let other = Source(name: name, text: text)
        guard let mine = try? DebugView.syntax(of: self), let its = try? DebugView.syntax(of: other) else {
            return false
        }
        return mine == its
    }

    /// The formatted text, unless anything but spaces, line ends and idle semicolons differs.
    private func checked(_ formatted: Source) throws(Diagnostic) -> String {
        let words = try FormatText(self).words, its = try FormatText(formatted).words
        guard words == its, means(formatted.text) else {
            throw Diagnostic(.runtime, Message.unstableFormat, at: SourceSpan(source: self, range: 0..<0))
        }
        return formatted.text
    }
}

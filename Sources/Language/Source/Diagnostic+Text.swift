extension Diagnostic {
    /// The message as the terminal shows it:
    ///
    ///     error: unknown option 'setps' of 'sample'
    ///       recipes/04-sampling.md:31 | sample sd "a ball" setps: 20
    ///                                 |                    ^^^^^ did you mean 'steps'?
    ///       help: steps  1…1000, default 20    example: sample sd "a red ball" steps: 20
    ///
    /// - Parameter colour: whether to use ANSI colours.
    public func text(colour: Bool = false) -> String {
        let paint = Paint(isOn: colour)
        let heading = (kind == .interrupted ? message : "error: " + message).visible
        var lines = [paint.red(heading)]
        let (marginText, markText) = excerpt(paint)
        lines.append(marginText)
        lines.append(markText)
        lines += trace.prefix(Self.traceLimit).map {
            "  in '\($0.function)', called at \($0.span.description.visible)"
        }
        if trace.count > Self.traceLimit { lines.append("  … and \(trace.count - Self.traceLimit) more calls") }
        if !help.isEmpty { lines.append("  help: " + help.visible) }
        return lines.joined(separator: "\n")
    }

    private static let traceLimit = 6

    /// The line at fault behind its place, and the carets below it.
    private func excerpt(_ paint: Paint) -> (String, String) {
        let source = span.source
        let index = source.lineIndex(of: span.range.lowerBound)
        let start = source.lineStarts[index]
        let line = source.line(index)
        let margin = "  " + span.description.visible + " "
        let before = source.slice(start..<max(start, span.range.lowerBound))
        let lineEnd = start + line.utf8.count
        let marked = source.slice(
            span.range.lowerBound..<max(span.range.lowerBound, min(span.range.upperBound, lineEnd)))
        // Tabs become one column each so that the carets stand below what they point at on any terminal.
        let shown = String(line.map { $0 == "\t" ? " " : $0 }).visible
        let carets = String(repeating: "^", count: max(1, marked.visible.displayWidth))
        let mark =
            String(repeating: " ", count: margin.displayWidth) + "| "
            + String(repeating: " ", count: before.visible.displayWidth) + paint.red(carets)
        return (margin + "| " + shown, label.isEmpty ? mark : mark + " " + label.visible)
    }
}

/// ANSI colours that can be off.
struct Paint {
    let isOn: Bool

    func red(_ text: String) -> String { isOn ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
    func bold(_ text: String) -> String { isOn ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    func dim(_ text: String) -> String { isOn ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
}

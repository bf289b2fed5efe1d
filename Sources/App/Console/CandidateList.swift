import Language

/// Completion candidates as lines below the block being typed.
package enum CandidateList {
    /// Up to this many candidates get a line each, with what they mean.
    static let explainedLimit = 16
    /// Of more than that, at most so many lines of columns are shown.
    static let lineLimit = 10

    /// - Parameters:
    ///   - isAny: nothing was typed yet, so that almost everything fits: only the likeliest are shown.
    ///   - width: columns of the terminal.
    package static func text(
        _ candidates: [Completion.Candidate], isAny: Bool, width: Int, palette: Palette
    ) -> String {
        // Names of files are among them.
        let candidates = candidates.map { Completion.Candidate(text: $0.text.visible, summary: $0.summary.visible) }
        let isExplained = candidates.contains { !$0.summary.isEmpty }
        if candidates.count <= explainedLimit || isAny, isExplained {
            let lines = explained(candidates.prefix(explainedLimit), width: width, palette: palette)
            return (lines + rest(candidates.count - lines.count, palette)).joined(separator: "\n")
        }
        let lines = columns(candidates.map(\.text), width: width)
        return (lines.lines + rest(candidates.count - lines.count, palette)).joined(separator: "\n")
    }

    private static func rest(_ count: Int, _ palette: Palette) -> [String] {
        count > 0 ? [palette.dim("… and \(count) more: type a letter")] : []
    }

    private static func explained(_ candidates: ArraySlice<Completion.Candidate>, width: Int, palette: Palette)
        -> [String]
    {
        let column = candidates.map(\.text.displayWidth).max() ?? 0
        return candidates.map { candidate in
            let fill = String(repeating: " ", count: column - candidate.text.displayWidth + 3)
            let help = candidate.summary.clipped(to: max(0, width - column - 4))
            return candidate.text + (help.isEmpty ? "" : fill + palette.dim(help))
        }
    }

    /// Down, then across, as `ls` does it; and how many of the words that shows.
    private static func columns(_ words: [String], width: Int) -> (lines: [String], count: Int) {
        let column = (words.map(\.displayWidth).max() ?? 0) + 2
        let across = max(1, (width + 1) / column)
        let words = words.prefix(across * lineLimit)
        let down = (words.count + across - 1) / across
        let lines = (0..<down).map { row in
            stride(from: row, to: words.count, by: down).map { index in
                index + down < words.count ? words[index].padded(to: column) : words[index]
            }.joined()
        }
        return (lines, words.count)
    }

    /// What all candidates start with.
    package static func commonPrefix(_ words: [String]) -> String {
        guard var prefix = words.first?[...] else { return "" }
        for word in words.dropFirst() {
            while !word.hasPrefix(prefix) { prefix.removeLast() }
        }
        return String(prefix)
    }
}

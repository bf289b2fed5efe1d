import Language

/// Completion candidates as lines below the block being typed.
package enum CandidateList {
    /// Up to this many candidates get a line each, with what they mean.
    static let explainedLimit = 16
    /// More than this many are only counted.
    static let shownLimit = 120

    /// - Parameter width: columns of the terminal.
    package static func text(_ candidates: [Completion.Candidate], width: Int, palette: Palette) -> String {
        let shown = candidates.prefix(shownLimit)
        var lines =
            candidates.count <= explainedLimit && candidates.contains { !$0.summary.isEmpty }
            ? explained(shown, width: width, palette: palette) : columns(shown.map(\.text), width: width)
        if candidates.count > shown.count { lines.append("… \(candidates.count) in all") }
        return lines.joined(separator: "\n")
    }

    private static func explained(_ candidates: ArraySlice<Completion.Candidate>, width: Int, palette: Palette) -> [String] {
        let column = candidates.map(\.text.displayWidth).max() ?? 0
        return candidates.map { candidate in
            let fill = String(repeating: " ", count: column - candidate.text.displayWidth + 3)
            let help = candidate.summary.clipped(to: max(0, width - column - 4))
            return candidate.text + (help.isEmpty ? "" : fill + palette.dim(help))
        }
    }

    /// Down, then across, as `ls` does it.
    private static func columns(_ words: [String], width: Int) -> [String] {
        let column = (words.map(\.displayWidth).max() ?? 0) + 2
        let across = max(1, (width - 1) / column)
        let down = (words.count + across - 1) / across
        return (0..<down).map { row in
            var line = ""
            for index in stride(from: row, to: words.count, by: down) {
                let isLast = index + down >= words.count
                let fill = String(repeating: " ", count: isLast ? 0 : column - words[index].displayWidth)
                line += words[index] + fill
            }
            return line
        }
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

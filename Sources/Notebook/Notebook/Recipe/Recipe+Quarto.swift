import Language

extension Recipe {
    package static func isQuarto(_ path: String) -> Bool { path.hasSuffix(".qmd") }

    /// A Quarto document as a recipe of as many lines, for what looks at code without running it: `{rhumb}` opens a cell,
    /// and one with `#| eval: false` does not run.
    ///
    /// Fences of `rhumb` without braces are shown by Quarto and not run.
    package init(quarto path: String, text: String) throws(Diagnostic) {
        var lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        for (number, line) in lines.enumerated() {
            guard let mark = line.firstIndex(where: { $0 == "`" || $0 == "~" }),
                line[..<mark].allSatisfy({ " \t>-*+.0123456789".contains($0) })
            else { continue }
            let marker = line[mark...].prefix { $0 == line[mark] }
            guard marker.count >= 3 else { continue }
            let info = line[marker.endIndex...].trimmed
            let opening = line[..<marker.endIndex]
            if info == "rhumb" || info.hasPrefix("rhumb ") {
                lines[number] = opening + "rhumb skip"
            } else if info.hasPrefix("{rhumb"), info.hasSuffix("}"),
                info.dropFirst(6).first.map({ !$0.isLetter }) ?? false
            {
                let options = lines[(number + 1)...].prefix { $0[...].trimmed.hasPrefix("#|") }
                let isIdle = options.contains { line in
                    let words = line[...].trimmed.dropFirst(2).split(separator: ":").map(\.trimmed)
                    return words == ["eval", "false"]
                }
                lines[number] = opening + (isIdle ? "rhumb skip" : "rhumb")
            }
        }
        // Read as Markdown, under the name that the user gave.
        try self.init(path: path, text: lines.joined(separator: "\n"))
    }
}

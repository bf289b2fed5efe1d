import Language

extension Recipe {
    /// The whole file with its code in the one style of the language; prose and fences stay as they are.
    ///
    /// A cell that doesn't run, that must fail, or that is left to the reader may hold what is not yet code: such a
    /// cell stays as it is.
    ///
    /// - Throws: `Diagnostic` at code that does not follow the grammar.
    public func formatted() throws(Diagnostic) -> String { try formatted(in: source.text) }

    /// - Parameter text: of the file, whose lines are those of the recipe but for how its fences are opened.
    package func formatted(in text: String) throws(Diagnostic) -> String {
        guard Self.isMarkdown(path) || Self.isQuarto(path) else { return try source.formatted() }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for cell in cells.reversed() {
            let old = cell.code.text.split(separator: "\n", omittingEmptySubsequences: false)
            guard let first = old.firstIndex(where: { !$0.allSatisfy(\.isWhitespace) }) else { continue }
            let formatted: String
            do {
                formatted = try cell.code.formatted()
            } catch {
                if cell.attributes.mayBeUnfinished { continue }
                throw error
            }
            // In a list or a quotation something stands in front of the code.
            let place = cell.code.lineOffset
            let whole = lines[place + first]
            guard whole.hasSuffix(old[first]) else { continue }
            let margin = String(whole.dropLast(old[first].count))
            let bare = String(margin.reversed().drop(while: \.isWhitespace).reversed())
            let new = formatted.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.isEmpty ? bare : margin + $0
            }
            lines.replaceSubrange(place..<place + old.count, with: new)
        }
        return lines.joined(separator: "\n")
    }
}

extension Recipe.Attributes {
    /// Whether the cell may hold what is not code.
    var mayBeUnfinished: Bool {
        if case .exercise = role { return true }
        return doesNotRun || mustFail
    }
}

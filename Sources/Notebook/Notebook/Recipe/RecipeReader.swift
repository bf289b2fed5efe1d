import Language
import Markdown

/// Parts a Markdown file into prose and cells. What a cell is, cmark's tree decides: a fence inside a comment, in HTML,
/// or indented by four spaces is none.
struct RecipeReader {
    let source: Source
    /// Of the whole file.
    let lines: [Substring]
    /// The words of the first heading of the first level.
    private(set) var firstHeading: String?
    /// Where the text begins, behind the front matter.
    private(set) var start = 0

    init(source: Source) {
        self.source = source
        lines = source.text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    mutating func takeFrontMatter() -> [Recipe.FrontMatterEntry] {
        guard lines.first?.trimmed == "---", let end = lines.dropFirst().firstIndex(where: { $0.trimmed == "---" })
        else {
            return []
        }
        start = end + 1
        return (1..<end).compactMap { index in
            guard let colon = lines[index].firstIndex(of: ":") else { return nil }
            var value = lines[index][lines[index].index(after: colon)...].trimmed
            if value.count >= 2, let quote = value.first, quote == value.last, quote == "\"" || quote == "'" {
                value = String(value.dropFirst().dropLast())
            }
            return .init(key: lines[index][..<colon].trimmed, value: value, span: span(of: index))
        }
    }

    /// What follows the front matter, as a tree whose lines count from ``start``.
    func tree() throws(Diagnostic) -> MarkdownTree {
        guard let tree = MarkdownTree(lines[start...].joined(separator: "\n")) else {
            throw Diagnostic(.runtime, "there is not enough memory to read this recipe", at: span(of: 0))
        }
        return tree
    }

    mutating func takeParts() throws(Diagnostic) -> [Recipe.Part] {
        let tree = try tree()
        let nodes = tree.nodes
        firstHeading = nodes.first { $0.kind == .heading(level: 1) }?.plainText
        let blocks = nodes.filter { $0.kind == .code }
        let openings = Set(blocks.map { start + $0.lines.lowerBound })
        var parts: [Recipe.Part] = []
        var proseStart = start
        var cellCount = 0, runningCount = 0
        func appendProse(upTo end: Int) {
            guard proseStart < end else { return }
            let text = lines[proseStart..<end].joined(separator: "\n")
            if !text.allSatisfy(\.isWhitespace) { parts.append(.prose(.init(text: text, line: proseStart + 1))) }
        }
        for block in blocks {
            let opening = start + block.lines.lowerBound
            guard let fence = Fence(block, line: lines[opening]), fence.language == "rhumb" else { continue }
            let code = block.literal.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            let closing = opening + 1 + code.count
            guard lines.indices.contains(closing), fence.isClosed(by: lines[closing]), !openings.contains(closing)
            else {
                throw Diagnostic(
                    .syntax, "this fence is never closed", at: span(of: opening),
                    label: "opened here", help: "end the cell with a line of \(fence.marker)")
            }
            appendProse(upTo: opening)
            proseStart = closing + 1
            cellCount += 1
            let attributes = try attributes(fence, line: opening)
            if !attributes.doesNotRun { runningCount += 1 }
            parts.append(
                .cell(
                    .init(
                        number: cellCount, code: place(code.joined(separator: "\n"), runningCount, opening),
                        attributes: attributes, lines: opening..<closing + 1)))
        }
        appendProse(upTo: lines.count)
        return parts
    }

    /// The code of a cell, which knows its lines in the file; of a notebook, its lines in the cell: `book.ipynb[3]:2`.
    ///
    /// - Parameter number: its place among the cells that run, which are the notebook's cells of code.
    private func place(_ code: String, _ number: Int, _ opening: Int) -> Source {
        Recipe.isNotebook(source.name)
            ? Source(name: "\(source.name)[\(number)]", text: code)
            : Source(name: source.name, text: code, lineOffset: opening + 1)
    }

    private func attributes(_ fence: Fence, line: Int) throws(Diagnostic) -> Recipe.Attributes {
        var attributes = Recipe.Attributes()
        var words = fence.words[...]
        while let word = words.popFirst() {
            if let setting = Recipe.Attributes.settings.first(where: { $0.word == word }) {
                guard let name = words.popFirst(), name.allSatisfy({ $0.isLetter || $0.isNumber || "-_".contains($0) })
                else {
                    throw Diagnostic(
                        .syntax, "'\(word)' needs a word of letters, digits, '-' and '_'",
                        at: span(of: line, word: word))
                }
                setting.set(&attributes, String(name))
            } else if let flag = Recipe.Attributes.flags.first(where: { $0.word == word }) {
                flag.set(&attributes)
            } else {
                let known = Recipe.Attributes.settings.map { $0.word + " WORD" } + Recipe.Attributes.flags.map(\.word)
                throw Diagnostic(
                    .syntax, "unknown attribute '\(word)' of a cell", at: span(of: line, word: word),
                    help: "a cell takes " + known.map { "'\($0)'" }.joined(separator: ", "))
            }
        }
        return attributes
    }

    /// The place of a zero-based line, or of a word on it.
    private func span(of line: Int, word: Substring? = nil) -> SourceSpan {
        let found = word ?? lines[line].drop { $0 == " " }
        let start = source.text.utf8.distance(from: source.text.startIndex, to: found.startIndex)
        return SourceSpan(source: source, range: start..<(start + found.utf8.count))
    }
}

/// The opening line of a fenced block: three or more backticks or tildes, then the info string.
struct Fence {
    let marker: String
    let language: Substring
    /// What follows the language.
    let words: [Substring]

    /// - Parameter line: on which the block opens, with whatever stands before the fence in a list or a quotation.
    /// - Returns: nil for a block of code that is indented and has no fence.
    init?(_ block: MarkdownTree.Node, line: Substring) {
        guard let fence = block.fence, let mark = line.firstIndex(of: fence.character) else { return nil }
        marker = String(repeating: fence.character, count: fence.length)
        let all = line[mark...].drop { $0 == fence.character }.split(whereSeparator: \.isWhitespace)
        language = all.first ?? ""
        words = Array(all.dropFirst())
    }

    func isClosed(by line: Substring) -> Bool {
        let body = line.drop { " \t>".contains($0) }[...].trimmed
        return body.hasPrefix(marker) && body.allSatisfy { $0 == marker.first }
    }
}

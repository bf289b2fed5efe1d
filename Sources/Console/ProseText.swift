import Language

/// Markdown as a terminal shows it: paragraphs and lists wrapped, headings and code told apart by colour, tables, formulas
/// and the code of other fences as they stand.
package struct ProseText {
    let palette: Palette
    let width: Int

    /// - Parameter width: columns of the terminal.
    package init(palette: Palette, width: Int) {
        self.palette = palette
        self.width = width
    }

    /// Longer lines are hard to read.
    private static let widest = 100
    /// Code of up to so many characters is not parted at the end of a line.
    private static let longestWhole = 60

    package func text(_ markdown: String) -> String {
        var blocks = Blocks(wrapped: wrapped, heading: { palette.strong(plain($0)) })
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) { blocks.take(line) }
        return blocks.finished()
    }

    /// One paragraph or item.
    ///
    /// - Parameter first: what stands before its first line, a bullet say; lines below are indented as far.
    private func wrapped(_ text: String, _ first: String) -> String {
        let room = max(20, min(width, Self.widest) - first.displayWidth)
        var lines: [[Word]] = [[]]
        var used = 0
        for word in words(of: text) {
            let needed = word.text.displayWidth
            if used > 0, used + 1 + needed > room {
                lines.append([])
                used = 0
            }
            used += needed + (used > 0 ? 1 : 0)
            lines[lines.count - 1].append(word)
        }
        let indentation = String(repeating: " ", count: first.displayWidth)
        return lines.enumerated().map { index, line in
            (index == 0 ? first : indentation) + line.map(\.painted).joined(separator: " ")
        }.joined(separator: "\n")
    }

    private func plain(_ text: String) -> String { words(of: text).map(\.text).joined(separator: " ") }

    // MARK: inside a line

    private struct Word {
        /// As it stands on the screen, without colours.
        var text = ""
        var painted = ""
    }

    private enum Style { case none, code, strong, emphasis }

    private func painted(_ text: Substring, _ style: Style) -> String {
        switch style {
        case .none: String(text)
        case .code: palette.accent(String(text))
        case .strong: palette.strong(String(text))
        case .emphasis: palette.emphasis(String(text))
        }
    }

    /// Parts the text at spaces; a word may have several styles.
    private func words(of text: String) -> [Word] {
        var words: [Word] = []
        var word = Word()
        for (piece, style) in pieces(of: text) {
            // A formula stays on its line where it can.
            let isWhole = piece.hasPrefix("`") || style == .code ? piece.count <= Self.longestWhole : false
            let parts = isWhole ? [piece] : piece.split(separator: " ", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if index > 0 {
                    if !word.text.isEmpty { words.append(word) }
                    word = Word()
                }
                word.text += part
                word.painted += painted(part, style)
            }
        }
        return word.text.isEmpty ? words : words + [word]
    }

    private static let marks: [(opening: String, closing: String, style: Style)] = [
        ("`", "`", .code), ("**", "**", .strong), ("*", "*", .emphasis), ("[", "](", .none),
    ]

    /// Stretches of one style. A mark that is never closed is text.
    private func pieces(of text: String) -> [(Substring, Style)] {
        var pieces: [(Substring, Style)] = []
        var rest = text[...]
        var start = rest.startIndex
        func flush() { if start < rest.startIndex { pieces.append((text[start..<rest.startIndex], .none)) } }
        while !rest.isEmpty {
            guard let mark = Self.marks.first(where: { rest.hasPrefix($0.opening) }) else {
                rest.removeFirst()
                continue
            }
            let inside = rest.dropFirst(mark.opening.count)
            guard let end = inside.firstRange(of: mark.closing), end.lowerBound > inside.startIndex,
                inside.first != " "
            else {
                rest.removeFirst()
                continue
            }
            flush()
            // Without colours code keeps its marks, which tell it from the text.
            let content = inside[..<end.lowerBound]
            let keepsMarks = mark.style == .code && !palette.isOn
            pieces.append(keepsMarks ? (text[rest.startIndex..<end.upperBound], .none) : (content, mark.style))
            rest = text[end.upperBound...]
            // A link shows its text; where it leads is of no use on a terminal.
            if mark.opening == "[" { rest = rest.drop { $0 != ")" }.dropFirst() }
            start = rest.startIndex
        }
        flush()
        return pieces
    }
}

/// Gathers lines into paragraphs and items.
private struct Blocks {
    let wrapped: (String, String) -> String
    let heading: (String) -> String
    private var result: [String] = []
    /// The paragraph or item being gathered, and what stands before its first line.
    private var open: (text: String, first: String)?
    private var fence: Substring?

    init(wrapped: @escaping (String, String) -> String, heading: @escaping (String) -> String) {
        self.wrapped = wrapped
        self.heading = heading
    }

    mutating func take(_ line: Substring) {
        let body = line.drop { $0 == " " }
        if let fence {
            if body.hasPrefix(fence) { self.fence = nil } else { result.append("    " + line) }
            return
        }
        if body.hasPrefix("```") || body.hasPrefix("~~~") {
            close()
            fence = body.prefix { $0 == body.first }
        } else if body.isEmpty {
            close()
            if result.last?.isEmpty == false { result.append("") }
        } else if line.hasPrefix("#") {
            close()
            result.append(heading(String(body.drop { $0 == "#" || $0 == " " })))
        } else if open == nil, line.hasPrefix("    ") || body.hasPrefix("|") {
            result.append(String(line))
        } else if body.hasPrefix("<!--"), body.hasSuffix("-->") {
            close()
        } else if let marker = Self.marker(body) {
            close()
            let indentation = String(repeating: " ", count: line.count - body.count)
            let bullet = marker == "- " || marker == "* " ? "• " : marker
            open = (String(body.dropFirst(marker.count)), indentation + bullet)
        } else {
            open = ((open.map { $0.text + " " } ?? "") + body, open?.first ?? "")
        }
    }

    /// `* `, `- ` or `1. ` at the start of a list's item.
    private static func marker(_ body: Substring) -> Substring? {
        if body.hasPrefix("* ") || body.hasPrefix("- ") { return body.prefix(2) }
        let digits = body.prefix { $0.isASCII && $0.isNumber }
        return !digits.isEmpty && body.dropFirst(digits.count).hasPrefix(". ") ? body.prefix(digits.count + 2) : nil
    }

    private mutating func close() {
        if let open { result.append(wrapped(open.text, open.first)) }
        open = nil
    }

    mutating func finished() -> String {
        close()
        while result.last?.isEmpty == true { result.removeLast() }
        while result.first?.isEmpty == true { result.removeFirst() }
        return result.joined(separator: "\n")
    }
}

/// Words and comments set out in lines: indentation, spaces between words, comments behind the code.
struct FormatLayout {
    /// A word at its place.
    struct Placed {
        /// Its place among the pieces of the text.
        let piece: Int
        let column: Int
        /// Brackets that opened on this line and are still open in front of it.
        let depth: Int
        /// Whether the innermost bracket around it holds statements.
        let isInBlock: Bool
    }

    struct Line {
        var hasBlankBefore = false
        var words: [Placed] = []
        var code = ""
        var width = 0
        var comment: Int?
    }

    static let width = 120
    private static let step = 4

    private struct Context {
        /// Of the line that opened it.
        let lineIndent: Int
        /// Of what stands in it.
        let indent: Int
        let isBlock: Bool
    }

    let pieces: [FormatText.Piece]
    private(set) var lines: [Line] = []
    private var contexts = [Context(lineIndent: 0, indent: 0, isBlock: true)]
    /// Indentation of the lines on which `if`, `for`, `while` and `func` stand, by depth, until their block opens.
    private var headers: [Int: Int] = [:]

    init(_ text: FormatText) {
        pieces = text.pieces
        var start = 0
        while start < pieces.count {
            var end = start + 1
            while end < pieces.count, pieces[end].breaks == 0 { end += 1 }
            place(start..<end)
            start = end
        }
    }

    var text: String {
        var out = ""
        let columns = commentColumns()
        for (index, line) in lines.enumerated() {
            if line.hasBlankBefore { out += "\n" }
            out += line.code
            if let comment = line.comment {
                let column = columns[index] ?? 0
                out += String(repeating: " ", count: max(0, column - line.width)) + pieces[comment].text
            }
            out += "\n"
        }
        return out
    }

    // MARK: Lines

    private mutating func place(_ range: Range<Int>) {
        var line = Line(hasBlankBefore: pieces[range.lowerBound].breaks == 2)
        let indent = indentation(at: range.lowerBound)
        let depth = contexts.count
        var deepest = depth
        for index in range {
            let piece = pieces[index]
            if case .comment = piece.role {
                line.comment = index
                continue
            }
            deepest = min(deepest, contexts.count)
            let gap = index == range.lowerBound ? indent : spaces(before: index)
            line.code += String(repeating: " ", count: gap)
            line.width += gap
            line.words.append(
                Placed(
                    piece: index, column: line.width, depth: contexts.count - deepest,
                    isInBlock: contexts[contexts.count - 1].isBlock))
            line.code += piece.text
            line.width += piece.text.displayWidth
            follow(piece, indent: indent)
        }
        // A comment on a line of its own stands where code would.
        if line.words.isEmpty { line.width = 0 }
        ownIndents.append(indent)
        lines.append(line)
    }

    /// Of each line.
    private var ownIndents: [Int] = []

    private mutating func follow(_ piece: FormatText.Piece, indent: Int) {
        switch piece.role {
        case .keyword, .funcWord:
            if ["if", "for", "while", "func"].contains(piece.text) { headers[contexts.count] = indent }
        case .open:
            contexts.append(Context(lineIndent: indent, indent: indent + Self.step, isBlock: false))
        case .blockOpen(let isStatements):
            let base = headers.removeValue(forKey: contexts.count) ?? indent
            contexts.append(Context(lineIndent: base, indent: base + Self.step, isBlock: isStatements))
        case .close, .blockClose:
            headers[contexts.count] = nil
            if contexts.count > 1 { contexts.removeLast() }
        default: break
        }
    }

    // MARK: Indentation

    private func indentation(at index: Int) -> Int {
        let context = contexts[contexts.count - 1]
        switch pieces[index].role {
        case .close, .blockClose: return context.lineIndent
        case .comment:
            guard index + 1 < pieces.count else { return context.indent }
            switch pieces[index + 1].role {
            case .close, .blockClose: return context.indent
            default: return indentation(at: index + 1)
            }
        default: break
        }
        if context.isBlock, pieces[index].isStatement || isFirst(index) { return context.indent }
        if case .keyword = pieces[index].role, pieces[index].text == "else" { return context.indent }
        if let aligned = alignment(at: index) { return aligned }
        return !context.isBlock && isElement(index) ? context.indent : context.indent + Self.step
    }

    private func isFirst(_ index: Int) -> Bool {
        pieces[..<index].allSatisfy { if case .comment = $0.role { true } else { false } }
    }

    /// Whether it starts an element of the bracket it stands in.
    private func isElement(_ index: Int) -> Bool {
        for piece in pieces[..<index].reversed() {
            switch piece.role {
            case .comment: continue
            case .open, .blockOpen, .comma: return true
            default: return false
            }
        }
        return true
    }

    /// Where the word of the line above now stands that it stood below; nil where it stood below none.
    private func alignment(at index: Int) -> Int? {
        guard pieces[index].breaks == 1, let column = pieces[index].column, let above = lines.last else { return nil }
        for (place, word) in above.words.enumerated() {
            let other = pieces[word.piece]
            guard other.column == column, canStandBelow(pieces[index], other) else { continue }
            // The start of a statement is no place to stand below.
            return place == 0 && other.isStatement ? nil : word.column
        }
        return nil
    }

    /// Values stand below values, and `|>` below `|>`; what is in the same column as a sign is so by chance.
    private func canStandBelow(_ piece: FormatText.Piece, _ other: FormatText.Piece) -> Bool {
        if case .infix = piece.role { return piece.text == other.text }
        switch other.role {
        case .word, .open, .sign, .blockOpen: return true
        default: return false
        }
    }

    // MARK: Comments

    /// Where the comment of each line begins: those that stood below each other still do.
    private func commentColumns() -> [Int: Int] {
        var columns: [Int: Int] = [:]
        var index = 0
        while index < lines.count {
            guard let comment = lines[index].comment else {
                index += 1
                continue
            }
            guard !lines[index].words.isEmpty else {
                columns[index] = ownIndents[index]
                index += 1
                continue
            }
            let column = pieces[comment].column ?? 0
            var end = index + 1
            while end < lines.count, !lines[end].hasBlankBefore, let next = lines[end].comment,
                pieces[next].column == column, column > 0
            {
                end += 1
            }
            let least = lines[index..<end].map { $0.words.isEmpty ? 0 : $0.width + 2 }.max() ?? 0
            let longest = lines[index..<end].map { pieces[$0.comment!].text.displayWidth }.max() ?? 0
            let place = column + longest > Self.width ? least : max(column, least)
            for line in index..<end { columns[line] = place }
            index = end
        }
        return columns
    }
}

import Language
import Markdown

/// Markdown as a terminal shows it: paragraphs and lists wrapped, headings and code told apart by colour, tables and
/// code as they stand.
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
        guard let tree = MarkdownTree(markdown) else { return markdown }
        return text(tree.blocks, tree.lines, first: "", width: min(width, Self.widest))
    }

    /// Blocks below each other, with empty lines where the text has them.
    ///
    /// - Parameters:
    ///   - first: what stands before the first line; what follows is indented as far.
    ///   - width: columns, those of `first` among them.
    private func text(_ blocks: [MarkdownTree.Node], _ lines: [Substring], first: String, width: Int) -> String {
        var result = ""
        for block in blocks {
            let indentation = result.isEmpty ? first : String(repeating: " ", count: first.displayWidth)
            guard let text = text(block, lines, first: indentation, width: width) else { continue }
            if !result.isEmpty {
                let above = block.lines.lowerBound - 1
                let isApart = lines.indices.contains(above) && lines[above].allSatisfy { $0.isWhitespace || $0 == ">" }
                result += isApart ? "\n\n" : "\n"
            }
            result += text
        }
        return result.isEmpty ? first : result
    }

    /// - Returns: nil for what a reader does not see.
    private func text(_ block: MarkdownTree.Node, _ lines: [Substring], first: String, width: Int) -> String? {
        let indentation = String(repeating: " ", count: first.displayWidth)
        func indented(_ lines: [String]) -> String {
            lines.enumerated().map { ($0 == 0 ? first : indentation) + $1 }.joined(separator: "\n")
        }
        switch block.kind {
        case .heading: return first + palette.strong(words(of: block).map(\.text).joined(separator: " "))
        case .code:
            let code = block.literal.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            return indented(code.map { $0.isEmpty ? "" : "    " + $0 })
        case .table: return indented(lines[block.lines].map { String($0.drop { $0 == " " }) })
        case .html:
            let html = block.literal.split(separator: "\n")
            return html.first?.drop(while: \.isWhitespace).hasPrefix("<!--") == true
                ? nil : indented(html.map(String.init))
        case .rule: return first + palette.dim("───")
        case .list: return text(block.children, lines, first: first, width: width)
        case .item(let number, let isDone):
            let bullet = number.map { "\($0). " } ?? "• "
            let box = isDone.map { $0 ? "[x] " : "[ ] " } ?? ""
            return text(block.children, lines, first: first + bullet + box, width: width)
        case .quote:
            let inside = text(block.children, lines, first: "", width: width - first.displayWidth - 2)
            return indented(
                inside.split(separator: "\n", omittingEmptySubsequences: false).map { palette.dim("│ ") + $0 })
        default: return wrapped(words(of: block), first, width)
        }
    }

    /// One paragraph or item.
    ///
    /// - Parameter first: what stands before its first line, a bullet say; lines below are indented as far.
    private func wrapped(_ words: [Word], _ first: String, _ width: Int) -> String {
        let room = max(20, width - first.displayWidth)
        var lines: [[Word]] = [[]]
        var used = 0
        for word in words {
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

    // MARK: inside a line

    private struct Word {
        /// As it stands on the screen, without colours.
        var text = ""
        var painted = ""
    }

    private enum Style { case none, emphasis, strong, code }

    private func painted(_ text: String, _ style: Style) -> String {
        switch style {
        case .none: text
        case .code: palette.accent(text)
        case .strong: palette.strong(text)
        case .emphasis: palette.emphasis(text)
        }
    }

    /// Parts the text at spaces; a word may have several styles.
    private func words(of block: MarkdownTree.Node) -> [Word] {
        var words: [Word] = []
        var word = Word()
        for (piece, style) in pieces(of: block, .none) {
            // A formula stays on its line where it can.
            let isWhole = style == .code && piece.count <= Self.longestWhole
            let parts = isWhole ? [piece[...]] : piece.split(separator: " ", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if index > 0 {
                    if !word.text.isEmpty { words.append(word) }
                    word = Word()
                }
                word.text += part
                word.painted += painted(String(part), style)
            }
        }
        return word.text.isEmpty ? words : words + [word]
    }

    /// Stretches of one style.
    private func pieces(of node: MarkdownTree.Node, _ style: Style) -> [(String, Style)] {
        switch node.kind {
        case .text: [(node.literal, style)]
        case .softBreak, .lineBreak: [(" ", style)]
        // Without colours code keeps its marks, which tell it from the text.
        case .inlineCode: [(palette.isOn ? node.literal : "`\(node.literal)`", .code)]
        case .inlineHTML: node.literal.hasPrefix("<!--") ? [] : [(node.literal, style)]
        case .emphasis: node.children.flatMap { pieces(of: $0, .emphasis) }
        case .strong: node.children.flatMap { pieces(of: $0, .strong) }
        // A link shows its text and a picture its description; where they lead is of no use on a terminal.
        default: node.children.flatMap { pieces(of: $0, style) }
        }
    }
}

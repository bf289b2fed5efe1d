import Language

extension Recipe {
    /// Makes sure that there is something to run.
    ///
    /// - Throws: `RunError.noCells`, which says what looks like a cell and is none.
    public func requireCells() throws {
        guard cells.isEmpty else { return }
        var reader = RecipeReader(source: source)
        _ = reader.takeFrontMatter()
        let first = reader.start + 1
        for node in try reader.tree().nodes {
            let line = first + node.lines.lowerBound
            switch node.kind {
            case .code:
                guard let fence = Fence(node, line: reader.lines[line - 1]) else {
                    guard let place = Self.fence(in: node.literal) else { continue }
                    throw RunError.noCells(path, .indented(line: line + place))
                }
                if Self.isMeant(fence.language) {
                    throw RunError.noCells(path, .spelt(fence.marker, String(fence.language), line: line))
                }
            case .html:
                guard let place = Self.fence(in: node.literal) else { continue }
                throw RunError.noCells(path, .inHTML(line: line + place))
            default: continue
            }
        }
        throw RunError.noCells(path, .nothing)
    }

    /// Why a file has no cells.
    public enum Lookalike: Sendable, Equatable {
        case nothing
        /// A fence whose language is a spelling of `rhumb` that others use: `{rhumb}`, `Rhumb`.
        case spelt(_ marker: String, String, line: Int)
        case inHTML(line: Int)
        case indented(line: Int)
    }

    /// The line of a text, from 0, that would open a cell.
    private static func fence(in text: String) -> Int? {
        text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { line in
            let body = line.drop(while: \.isWhitespace)
            guard let mark = body.first, mark == "`" || mark == "~", body.hasPrefix(String(repeating: mark, count: 3))
            else { return false }
            return body.drop { $0 == mark }.trimmed.hasPrefix("rhumb")
        }
    }

    private static func isMeant(_ language: Substring) -> Bool {
        let letters = language.lowercased().drop { !$0.isLetter }.prefix(while: \.isLetter)
        return letters == "rhumb"
    }
}

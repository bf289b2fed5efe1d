import LineEditor

/// Spaces at the start of a line, inside braces and brackets.
package enum Indentation {
    package static let step = LineEditorIndentation

    /// As far as the line of the cursor, one step further behind an opening brace or bracket.
    ///
    /// - Parameter cursor: UTF-8 offset into the block.
    package static func afterEnter(in block: String, cursor: Int) -> Int {
        let before = Array(block.utf8.prefix(cursor))
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = before[start...]
        let spaces = line.prefix { $0 == UInt8(ascii: " ") }.count
        let last = line.last { $0 != UInt8(ascii: " ") }
        let opens = last.map { "{[(".utf8.contains($0) } ?? false
        return spaces + (opens ? step : 0)
    }
}

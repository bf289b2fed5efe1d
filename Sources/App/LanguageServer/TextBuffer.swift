/// A text as the protocol counts it: lines from 0, and UTF-16 units in a line from 0.
struct TextBuffer {
    struct Position: Equatable {
        var line: Int
        var unit: Int
    }

    private var units: [UInt16]
    private var starts: [Int] = []

    init(_ text: String) {
        units = Array(text.utf16)
        findLines()
    }

    var text: String { String(decoding: units, as: UTF16.self) }
    var lineCount: Int { starts.count }

    /// A line without its end; empty beyond the last.
    func line(_ index: Int) -> String {
        guard starts.indices.contains(index) else { return "" }
        var end = index + 1 < starts.count ? starts[index + 1] : units.count
        while end > starts[index], units[end - 1] == 0x0A || units[end - 1] == 0x0D { end -= 1 }
        return String(decoding: units[starts[index]..<end], as: UTF16.self)
    }

    /// Replaces what stands between two positions; those beyond the text mean its end.
    mutating func replace(from start: Position, to end: Position, with text: String) {
        let first = offset(of: start)
        units.replaceSubrange(first..<max(first, offset(of: end)), with: text.utf16)
        findLines()
    }

    private func offset(of position: Position) -> Int {
        guard position.line >= 0 else { return 0 }
        guard position.line < starts.count else { return units.count }
        let limit = position.line + 1 < starts.count ? starts[position.line + 1] : units.count
        return min(starts[position.line] + max(0, position.unit), limit)
    }

    /// A line ends with a line feed, a carriage return, or both.
    private mutating func findLines() {
        starts = [0]
        for (index, unit) in units.enumerated() {
            let isReturn = unit == 0x0D && (index + 1 == units.count || units[index + 1] != 0x0A)
            if unit == 0x0A || isReturn { starts.append(index + 1) }
        }
    }
}

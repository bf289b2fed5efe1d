import Basics
import Files
import Language

/// The code in a Jupyter notebook, to be looked at or put into the one style where it stands: every other byte of the
/// file stays what it is, outputs and pictures too.
package struct NotebookCode {
    private struct Cell {
        /// Of its source in the file: a string, or an array of strings that are its lines.
        let range: Range<Int>
        let code: Source
        /// It may hold what is not code: the reader's to fill in, or meant to fail.
        let mayBeUnfinished: Bool
        let isSkipped: Bool
    }

    private let bytes: [UInt8]
    private let cells: [Cell]

    /// - Parameter path: what messages call it; a place in it is `book.ipynb[3]:2`, the second line of the third cell of
    ///   code.
    /// - Throws: ``NotebookError`` for a file that is no notebook of this language.
    package init(_ bytes: [UInt8], path: String) throws {
        let notebook = try RecipeNotebook.json(ofNotebook: bytes, path: path)
        self.bytes = bytes
        let ranges = SourceRanges(bytes).ranges, all = notebook["cells"]?.array ?? []
        guard ranges.count == all.count else {
            throw NotebookError.unreadable(path, reason: "a cell has several sources, or 'cells' comes twice")
        }
        var cells: [Cell] = []
        for (index, cell) in all.enumerated() {
            let text = cell["source"]?.string ?? cell["source"]?.array?.compactMap(\.string).joined()
            guard let type = cell["cell_type"]?.string, let text, let range = ranges[index] else {
                throw NotebookError.unreadable(path, reason: "cell \(index + 1) has no 'cell_type' or no 'source'")
            }
            guard type == "code" else { continue }
            let attributes = cell["metadata"]?["rhumb"]?["attributes"]?.string ?? ""
            let words = attributes.split(separator: " ")
            let isTagged = cell["metadata"]?["tags"]?.array?.contains { $0.string == "raises-exception" } ?? false
            cells.append(
                Cell(
                    range: range, code: Source(name: "\(path)[\(cells.count + 1)]", text: text),
                    mayBeUnfinished: isTagged
                        || words.contains { ["fails", "skip", "exercise:", "solution:"].contains($0) },
                    isSkipped: words.contains("skip")))
        }
        self.cells = cells
    }

    /// What can be said of its code without running it.
    package func analysis(registry: Registry) -> CodeAnalysis {
        let parts = cells.filter { !$0.isSkipped }.map { CodeAnalysis.Part($0.code, isChecked: !$0.mayBeUnfinished) }
        return CodeAnalysis(parts, registry: registry, isWhole: true)
    }

    /// The whole file with its code in the one style.
    ///
    /// - Throws: `Diagnostic` at code that does not follow the grammar.
    package func formatted() throws(Diagnostic) -> [UInt8] {
        var result = bytes
        for cell in cells.reversed() where !cell.code.text.allSatisfy(\.isWhitespace) {
            let formatted: String
            do {
                formatted = try cell.code.formatted()
            } catch {
                if cell.mayBeUnfinished { continue }
                throw error
            }
            // The last line of a cell has no end.
            let text = formatted.hasSuffix("\n") ? String(formatted.dropLast()) : formatted
            if text == cell.code.text { continue }
            result.replaceSubrange(cell.range, with: Self.written(text, as: bytes[cell.range]))
        }
        return result
    }

    /// A source as the old one is written: in one string, or a string a line with the same white space between.
    private static func written(_ text: String, as old: ArraySlice<UInt8>) -> [UInt8] {
        func literal(_ text: some StringProtocol) -> String { JSON.string(String(text)).text() }
        guard old.first == UInt8(ascii: "["), let first = old.firstIndex(of: UInt8(ascii: "\"")),
            let last = old.lastIndex(of: UInt8(ascii: "\""))
        else { return Array(literal(text).utf8) }
        let opening = String(decoding: old[..<first], as: UTF8.self)
        let closing = String(decoding: old[(last + 1)...], as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) + "\n" }
        lines[lines.count - 1].removeLast()
        if lines.last?.isEmpty == true, lines.count > 1 { lines.removeLast() }
        let space = opening.dropFirst()
        return Array(
            (opening + lines.map(literal).joined(separator: "," + (space.isEmpty ? " " : space)) + closing).utf8)
    }
}

/// Where the sources of a notebook's cells stand in its bytes, which are JSON that was read before.
private struct SourceRanges {
    /// Of each cell, in order; nil for one without.
    private(set) var ranges: [Range<Int>?] = []
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
        object { scanner, key in
            guard key == "cells" else { return scanner.skip() }
            scanner.ranges = []
            scanner.array { scanner in
                var source: Range<Int>?
                scanner.object { scanner, key in
                    let start = scanner.place
                    scanner.skip()
                    if key == "source" { source = start..<scanner.place }
                }
                scanner.ranges.append(source)
            }
        }
    }

    private mutating func skipSpace() {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    }

    /// Whether a byte comes next, which is taken then.
    private mutating func takes(_ character: UInt8) -> Bool {
        skipSpace()
        guard place < bytes.count, bytes[place] == character else { return false }
        place += 1
        return true
    }

    /// Calls `member` in front of each value.
    private mutating func object(_ member: (inout SourceRanges, String) -> Void) {
        guard takes(UInt8(ascii: "{")) else { return skip() }
        while place < bytes.count, !takes(UInt8(ascii: "}")) {
            skipSpace()
            let start = place
            skip()
            let key = bytes[min(start + 1, place)..<max(place - 1, min(start + 1, place))]
            guard takes(UInt8(ascii: ":")) else { return }
            skipSpace()
            member(&self, String(decoding: key, as: UTF8.self))
            _ = takes(UInt8(ascii: ","))
        }
    }

    private mutating func array(_ element: (inout SourceRanges) -> Void) {
        guard takes(UInt8(ascii: "[")) else { return skip() }
        while place < bytes.count, !takes(UInt8(ascii: "]")) {
            skipSpace()
            element(&self)
            _ = takes(UInt8(ascii: ","))
        }
    }

    /// Passes over one value.
    private mutating func skip() {
        skipSpace()
        var depth = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                place += 1
                while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
                    place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
                }
                place += 1
                if depth == 0 { return }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return }
                depth -= 1
                if depth == 0 {
                    place += 1
                    return
                }
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D: if depth == 0 { return }
            default: break
            }
            place += 1
        }
    }
}

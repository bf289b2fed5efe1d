/// Cells separated by commas, tabs or semicolons, as spreadsheets write them (RFC 4180): cells may stand in quotes, and
/// then hold separators, line ends and doubled quotes.
struct DelimitedText {
    struct Row {
        /// Counted from 1.
        let line: Int
        let cells: [String]
    }

    private(set) var rows: [Row] = []

    /// - Parameters:
    ///   - separator: found out from the first line when nil: the one of tab, comma and semicolon that occurs most
    ///     often.
    ///   - isGrowing: whether the last line may be unfinished; it is then left out unless a line end follows.
    /// - Throws: ``FileError`` with the line of a quote that is never closed.
    init(
        _ bytes: UnsafeRawBufferPointer, separator: UInt8? = nil, isGrowing: Bool = false, file: String
    ) throws(FileError) {
        var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var end = bytes.count
        if isGrowing {
            while end > at && bytes[end - 1] != 0x0A { end -= 1 }
        }
        let separator = separator ?? Self.separator(of: bytes[at..<end])
        var line = 1
        while at < end {
            let start = line
            var cells: [String] = []
            var isBlank = true
            rowLoop: while true {
                var cell: [UInt8] = []
                if at < end, bytes[at] == UInt8(ascii: "\"") {
                    let opening = line
                    at += 1
                    while true {
                        guard at < end else {
                            throw .malformed(file: file, item: "line \(opening)", .other("a quote is never closed"))
                        }
                        if bytes[at] == UInt8(ascii: "\"") {
                            at += 1
                            guard at < end, bytes[at] == UInt8(ascii: "\"") else { break }
                        }
                        if bytes[at] == 0x0A { line += 1 }
                        cell.append(bytes[at])
                        at += 1
                    }
                    isBlank = false
                }
                while at < end, bytes[at] != separator, bytes[at] != 0x0A, bytes[at] != 0x0D {
                    cell.append(bytes[at])
                    at += 1
                }
                if !cell.isEmpty { isBlank = false }
                cells.append(String(decoding: cell, as: UTF8.self))
                if at < end, bytes[at] == separator {
                    at += 1
                    isBlank = false
                    continue
                }
                // A line ends with LF, CR LF, or (on old systems) CR alone.
                if at < end, bytes[at] == 0x0D { at += 1 }
                if at < end, bytes[at] == 0x0A { at += 1 }
                line += 1
                break rowLoop
            }
            if !isBlank { rows.append(Row(line: start, cells: cells)) }
        }
    }

    private static func separator(of bytes: Slice<UnsafeRawBufferPointer>) -> UInt8 {
        let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        let candidates = [UInt8(ascii: "\t"), UInt8(ascii: ","), UInt8(ascii: ";")]
        let counts = candidates.map { mark in line.count { $0 == mark } }
        let most = counts.max() ?? 0
        return most > 0 ? candidates[counts.firstIndex(of: most) ?? 1] : UInt8(ascii: ",")
    }

    /// A cell as it must be written to be read back.
    static func quoted(_ cell: String, separator: Character) -> String {
        let needsQuotes =
            cell.contains { $0 == separator || $0 == "\"" || $0.isNewline } || cell.first == " " || cell.last == " "
        return needsQuotes
            ? "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
            : cell
    }
}

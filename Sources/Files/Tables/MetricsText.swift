/// The text of a file as UTF-8 with line feeds, whatever it came as: with a mark of its byte order, in UTF-16 (as
/// PowerShell writes), with the line ends of other systems.
struct MetricsText {
    private enum Encoding { case unknown, utf8, utf16(isBigEndian: Bool) }

    private var encoding = Encoding.unknown
    private var raw: [UInt8] = []

    /// The bytes that are settled by what has come so far.
    mutating func decode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        raw += bytes
        return take(isEnd: false)
    }

    mutating func finish() -> [UInt8] { take(isEnd: true) }

    private mutating func take(isEnd: Bool) -> [UInt8] {
        if case .unknown = encoding {
            guard isEnd || raw.count >= 3 else { return [] }
            if raw.starts(with: [0xff, 0xfe]) || raw.starts(with: [0xfe, 0xff]) {
                encoding = .utf16(isBigEndian: raw[0] == 0xfe)
                raw.removeFirst(2)
            } else {
                encoding = .utf8
                if raw.starts(with: [0xef, 0xbb, 0xbf]) { raw.removeFirst(3) }
            }
        }
        guard case .utf16(let isBigEndian) = encoding else {
            // A line feed may follow.
            let held: [UInt8] = !isEnd && raw.last == 0x0d ? [0x0d] : []
            defer { raw = held }
            return Self.withLineFeeds(Array(raw.dropLast(held.count)))
        }
        var units: [UInt16] = []
        for index in stride(from: 0, to: raw.count - 1, by: 2) {
            let high = raw[isBigEndian ? index : index + 1], low = raw[isBigEndian ? index + 1 : index]
            units.append(UInt16(high) << 8 | UInt16(low))
        }
        // The second half of a character may be on its way.
        if !isEnd, let last = units.last, (0xd800..<0xdc00).contains(last) { units.removeLast() }
        raw.removeFirst(min(units.count * 2, raw.count))
        return Self.withLineFeeds(Array(String(decoding: units, as: UTF16.self).utf8))
    }

    /// A lone carriage return, as bars of progress and old systems write it, ends a line as well. Where a line feed
    /// follows, it is left, and trimmed with the blanks at the line's end.
    private static func withLineFeeds(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(0x0d) else { return bytes }
        var result = bytes
        for index in bytes.indices where bytes[index] == 0x0d && index + 1 < bytes.count && bytes[index + 1] != 0x0a {
            result[index] = 0x0a
        }
        return result
    }
}

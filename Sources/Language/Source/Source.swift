/// A text to run: a script, one line typed at the prompt, or one fence of a Markdown recipe.
///
/// Offsets into a source are UTF-8 offsets into `text`. A fence keeps the line it starts on in its own file, so that
/// every message points into the Markdown file and not into an invisible excerpt of it.
public final class Source: Sendable, Equatable {
    /// What a message calls the text: a path, `prompt` or `command line`.
    public let name: String
    public let text: String
    /// How many lines of the named file stand before the first line of `text`.
    public let lineOffset: Int
    /// UTF-8 offset of the start of each line.
    let lineStarts: [Int]

    public init(name: String, text: String, lineOffset: Int = 0) {
        self.name = name
        var text = text
        text.makeContiguousUTF8()
        self.text = text
        self.lineOffset = lineOffset
        var starts = [0]
        var offset = 0
        for byte in text.utf8 {
            offset += 1
            if byte == UInt8(ascii: "\n") { starts.append(offset) }
        }
        lineStarts = starts
    }

    public static func == (left: Source, right: Source) -> Bool { left === right }

    /// Zero-based line of an offset within `text`.
    func lineIndex(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// The text of a zero-based line, without its line end.
    func line(_ index: Int) -> String {
        let start = lineStarts[index]
        let end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : text.utf8.count
        var line = slice(start..<max(start, end))
        if line.utf8.last == UInt8(ascii: "\r") { line = String(line.unicodeScalars.dropLast()) }
        return line
    }

    /// The text between two UTF-8 offsets; an offset inside a character is repaired, not a crash.
    public func slice(_ range: Range<Int>) -> String {
        let bytes = text.utf8
        let range = range.clamped(to: 0..<bytes.count)
        let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
        let end = bytes.index(start, offsetBy: range.count)
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}

/// A stretch of a source.
public struct SourceSpan: Sendable, Equatable {
    public let source: Source
    /// UTF-8 offsets into the source's text.
    public let range: Range<Int>

    public init(source: Source, range: Range<Int>) {
        self.source = source
        self.range = range
    }

    /// One-based line in the named file.
    public var line: Int { source.lineOffset + source.lineIndex(of: range.lowerBound) + 1 }

    /// One-based column, in characters.
    public var column: Int {
        source.slice(source.lineStarts[source.lineIndex(of: range.lowerBound)]..<range.lowerBound).count + 1
    }

    /// `recipes/04-sampling.md:31`
    public var description: String { "\(source.name):\(line)" }
}

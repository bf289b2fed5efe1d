/// One JSON object on a line, as a list of members in their order; members of inner objects are named `outer.inner`.
/// Besides JSON, the words NaN and Infinity are understood, which Python writes.
struct JSONLine {
    /// What is wrong with a line.
    struct Failure: Error {
        var reason: String
    }

    /// A JSON text as a tree.
    indirect enum Node {
        case object([(key: String, value: Node)])
        case list([Node])
        case value(MetricsValue)
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    static func members(_ line: Substring) throws(Failure) -> [(key: String, value: MetricsValue)] {
        try whole(line, "something follows the object") { parser throws(Failure) in
            var members: [(String, MetricsValue)] = []
            try parser.object(prefix: "", depth: 0, into: &members)
            return members
        }
    }

    static func document(_ text: Substring) throws(Failure) -> Node {
        try whole(text, "something follows its end") { parser throws(Failure) in try parser.node(0) }
    }

    /// Reads a text to its end.
    private static func whole<Result>(
        _ text: Substring, _ more: String, _ read: (inout JSONLine) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var text = text
        let result = text.withUTF8 { bytes in
            Swift.Result { () throws(Failure) in
                var parser = JSONLine(bytes: bytes)
                let result = try read(&parser)
                parser.skipBlanks()
                guard parser.index == bytes.count else { throw Failure(reason: more) }
                return result
            }
        }
        return try result.get()
    }

    // MARK: Marks

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { index += 1 }
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard next == UInt8(ascii: mark) else { return false }
        index += 1
        return true
    }

    // MARK: Objects

    private mutating func object(
        prefix: String, depth: Int, into members: inout [(String, MetricsValue)]
    ) throws(Failure) {
        guard depth < 32 else { throw Failure(reason: "objects are nested too deeply") }
        guard take("{") else { throw Failure(reason: "'{' is missing") }
        if take("}") { return }
        repeat {
            let name = try string()
            let key = prefix.isEmpty ? name : prefix + name
            guard take(":") else { throw Failure(reason: "':' is missing after \"\(key)\"") }
            skipBlanks()
            if next == UInt8(ascii: "{") {
                try object(prefix: key + ".", depth: depth + 1, into: &members)
            } else {
                members.append((key, try value(depth)))
            }
        } while take(",")
        guard take("}") else { throw Failure(reason: "'}' is missing") }
    }

    private mutating func node(_ depth: Int) throws(Failure) -> Node {
        guard depth < 64 else { throw Failure(reason: "it is nested too deeply") }
        skipBlanks()
        if take("{") {
            var members: [(key: String, value: Node)] = []
            if take("}") { return .object([]) }
            repeat {
                let key = try string()
                guard take(":") else { throw Failure(reason: "':' is missing after \"\(key)\"") }
                members.append((key, try node(depth + 1)))
            } while take(",")
            guard take("}") else { throw Failure(reason: "'}' is missing") }
            return .object(members)
        }
        if take("[") {
            var items: [Node] = []
            if take("]") { return .list([]) }
            repeat { items.append(try node(depth + 1)) } while take(",")
            guard take("]") else { throw Failure(reason: "']' is missing") }
            return .list(items)
        }
        return .value(try value(depth))
    }

    // MARK: Values

    private mutating func value(_ depth: Int) throws(Failure) -> MetricsValue {
        switch next {
        case UInt8(ascii: "\""):
            let text = try string()
            // What programs write that may not write NaN.
            if text.utf8.count <= 9, let number = Self.words[text.lowercased()] { return .number(number) }
            return .text(text)
        case UInt8(ascii: "["): return .text(try list(depth))
        default: break
        }
        let start = index
        if let number = DecimalNumber.read(bytes, &index), next.map(Self.endsWord) ?? true { return .number(number) }
        index = start
        while let byte = next, !Self.endsWord(byte) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        switch word {
        case "true": return .number(1)
        case "false": return .number(0)
        case "null": return .missing
        case "NaN": return .number(.nan)
        case "Infinity": return .number(.infinity)
        case "-Infinity": return .number(-.infinity)
        default: throw Failure(reason: word.isEmpty ? "a value is missing" : "'\(word)' is not a value")
        }
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x09, 0x0a, 0x0d: true
        default: false
        }
    }

    private static let words: [String: Double] = [
        "nan": .nan, "inf": .infinity, "infinity": .infinity, "-inf": -.infinity, "-infinity": -.infinity,
    ]

    /// A list is not a metric; it is kept as its text.
    private mutating func list(_ depth: Int) throws(Failure) -> String {
        guard depth < 32 else { throw Failure(reason: "lists are nested too deeply") }
        let start = index
        index += 1
        if !take("]") {
            repeat {
                skipBlanks()
                var ignored: [(String, MetricsValue)] = []
                if next == UInt8(ascii: "{") {
                    try object(prefix: "", depth: depth + 1, into: &ignored)
                } else {
                    _ = try value(depth + 1)
                }
            } while take(",")
            guard take("]") else { throw Failure(reason: "']' is missing") }
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func string() throws(Failure) -> String {
        guard take("\"") else { throw Failure(reason: "a text in quotes is missing") }
        var text = ""
        var start = index
        while let byte = next {
            if byte == UInt8(ascii: "\"") {
                let rest = String(decoding: bytes[start..<index], as: UTF8.self)
                index += 1
                return text.isEmpty ? rest : text + rest
            }
            guard byte == UInt8(ascii: "\\") else { index += 1; continue }
            text += String(decoding: bytes[start..<index], as: UTF8.self)
            index += 1
            text.unicodeScalars.append(try escape())
            start = index
        }
        throw Failure(reason: "a text has no closing quote")
    }

    private mutating func escape() throws(Failure) -> Unicode.Scalar {
        guard let byte = next else { throw Failure(reason: "a text ends within an escape") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            guard let unit = hexadecimal() else { throw Failure(reason: "'\\u' is followed by four digits") }
            let after = index
            if (0xd800..<0xdc00).contains(unit), index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
                bytes[index + 1] == UInt8(ascii: "u")
            {
                index += 2
                if let low = hexadecimal(), (0xdc00..<0xe000).contains(low) {
                    return Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)) ?? "\u{fffd}"
                }
                index = after
            }
            return Unicode.Scalar(unit) ?? "\u{fffd}"
        default: throw Failure(reason: "'\\\(Unicode.Scalar(byte))' is not an escape")
        }
    }

    private mutating func hexadecimal() -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        let digits = String(decoding: bytes[index..<index + 4], as: UTF8.self)
        guard digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16) else { return nil }
        index += 4
        return value
    }
}

import FoundationEssentials

/// Parsing.
extension JSON {
    /// Where a text stops being JSON, and why.
    public struct ParseError: Error, Equatable, Sendable, CustomStringConvertible {
        /// What was expected or is wrong, as a clause: "expected ':' after a name".
        public let problem: String
        /// Counted from 1; the column in bytes.
        public let line: Int
        public let column: Int

        public var description: String { "line \(line), column \(column): \(problem)" }
    }

    /// Parses a whole text. Names that stand twice in an object are an error, and so is anything after the value.
    /// - Parameter allowingNonFinite: whether `NaN`, `Infinity` and `-Infinity`, which Python writes, are numbers.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, allowingNonFinite: Bool = false
    ) throws(ParseError) -> JSON {
        var parser = Parser(bytes: bytes.bindMemory(to: UInt8.self), allowingNonFinite: allowingNonFinite)
        return try parser.document()
    }

    /// Parses a whole text.
    public static func parse(_ text: String, allowingNonFinite: Bool = false) throws(ParseError) -> JSON {
        try Array(text.utf8).withUnsafeBytes { (bytes) throws(ParseError) in
            try parse(bytes, allowingNonFinite: allowingNonFinite)
        }
    }

    /// Reads a JSON file.
    /// - Throws: ``CheckpointError`` naming the file, and the line and column of a mistake.
    public static func read(_ url: URL) throws(CheckpointError) -> JSON {
        let contents = try Checkpoint.bytes(of: url)
        do {
            return try contents.withUnsafeBytes { (bytes) throws(ParseError) in
                try parse(bytes, allowingNonFinite: true)
            }
        } catch {
            throw .malformed(file: url.displayPath, item: nil, .json(error))
        }
    }
}

private struct Parser {
    let bytes: UnsafeBufferPointer<UInt8>
    let allowingNonFinite: Bool
    var position = 0
    var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>, allowingNonFinite: Bool) {
        self.bytes = bytes
        self.allowingNonFinite = allowingNonFinite
    }

    /// Deeper nesting than any real file has; keeps a hostile one from exhausting the stack.
    static let deepest = 512

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ problem: String, at place: Int? = nil) -> JSON.ParseError {
        let before = bytes[..<min(place ?? position, bytes.count)]
        let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return JSON.ParseError(problem: problem, line: line, column: before.count - lineStart + 1)
    }

    /// What stands at the present place, for messages.
    private var found: String {
        guard let byte else { return "the end of the text" }
        return byte > 32 && byte < 127 ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)"
    }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    mutating func document() throws(JSON.ParseError) -> JSON {
        skipSpace()
        let value = try value()
        skipSpace()
        guard byte == nil else { throw failure("expected the end of the text, found \(found)") }
        return value
    }

    private mutating func value() throws(JSON.ParseError) -> JSON {
        switch byte {
        case UInt8(ascii: "{"): return try nested { (parser) throws(JSON.ParseError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { (parser) throws(JSON.ParseError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N") where allowingNonFinite: return try word("NaN", .number(.nan))
        case UInt8(ascii: "I") where allowingNonFinite: return try word("Infinity", .number(.infinity))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("expected a value, found \(found)")
        }
    }

    private mutating func nested(
        _ body: (inout Parser) throws(JSON.ParseError) -> JSON
    ) throws(JSON.ParseError) -> JSON {
        depth += 1
        guard depth <= Self.deepest else { throw failure("more than \(Self.deepest) levels of nesting") }
        let result = try body(&self)
        depth -= 1
        return result
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSON.ParseError) -> JSON {
        let end = position + text.utf8CodeUnitCount
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[position..<end].elementsEqual(expected) else {
            throw failure("expected '\(text)'")
        }
        position = end
        return value
    }

    private mutating func object() throws(JSON.ParseError) -> JSON {
        position += 1
        var object = JSON.Object()
        skipSpace()
        if byte == UInt8(ascii: "}") {
            position += 1
            return .object(object)
        }
        while true {
            guard byte == UInt8(ascii: "\"") else { throw failure("expected a name in quotes, found \(found)") }
            let namePlace = position
            let name = try string()
            skipSpace()
            guard byte == UInt8(ascii: ":") else { throw failure("expected ':' after \"\(name)\", found \(found)") }
            position += 1
            skipSpace()
            let value = try value()
            guard object.append(name, value) else { throw failure("the name \"\(name)\" stands twice", at: namePlace) }
            skipSpace()
            switch byte {
            case UInt8(ascii: ","):
                position += 1
                skipSpace()
            case UInt8(ascii: "}"):
                position += 1
                return .object(object)
            default: throw failure("expected ',' or '}', found \(found)")
            }
        }
    }

    private mutating func array() throws(JSON.ParseError) -> JSON {
        position += 1
        var elements: [JSON] = []
        skipSpace()
        if byte == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while true {
            elements.append(try value())
            skipSpace()
            switch byte {
            case UInt8(ascii: ","):
                position += 1
                skipSpace()
            case UInt8(ascii: "]"):
                position += 1
                return .array(elements)
            default: throw failure("expected ',' or ']', found \(found)")
            }
        }
    }

    private mutating func number() throws(JSON.ParseError) -> JSON {
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        if byte == UInt8(ascii: "I") && allowingNonFinite { return try word("Infinity", .number(-.infinity)) }
        let firstDigit = position
        var magnitude = 0
        var fits = true
        while let digit = byte, digit >= 0x30 && digit <= 0x39 {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(digit - 0x30))
            fits = fits && !overflow && !carry
            magnitude = sum
            position += 1
        }
        guard position > firstDigit else { throw failure("expected a digit, found \(found)") }
        if bytes[firstDigit] == 0x30 && position > firstDigit + 1 {
            throw failure("a number can't begin with 0", at: firstDigit)
        }
        var isInteger = true
        if byte == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        if isInteger && fits { return .integer(firstDigit > start ? -magnitude : magnitude) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw failure("the number \(text) is out of range", at: start)
        }
        return .number(value)
    }

    private mutating func digits() throws(JSON.ParseError) {
        let start = position
        while let digit = byte, digit >= 0x30 && digit <= 0x39 { position += 1 }
        guard position > start else { throw failure("expected a digit, found \(found)") }
    }

    private mutating func string() throws(JSON.ParseError) -> String {
        position += 1
        let start = position
        // Most strings have no escapes: one validated copy.
        while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        if byte == UInt8(ascii: "\"") {
            let text = try decoded(bytes[start..<position], at: start)
            position += 1
            return text
        }
        var buffer = Array(bytes[start..<position])
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try buffer.withUnsafeBufferPointer { (buffer) throws(JSON.ParseError) in
                    try decoded(buffer[...], at: start)
                }
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &buffer)
            case ..<0x20: throw failure("a control character in a string must be written as an escape")
            default:
                buffer.append(byte)
                position += 1
            }
        }
        throw failure("a string has no closing quote", at: start - 1)
    }

    private func decoded(_ slice: Slice<UnsafeBufferPointer<UInt8>>, at place: Int) throws(JSON.ParseError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw failure("a string is no valid UTF-8", at: place)
        }
        return text
    }

    private mutating func escape(into buffer: inout [UInt8]) throws(JSON.ParseError) {
        guard let letter = byte else { throw failure("a string has no closing quote") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(letter)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"):
            var code = try fourHexDigits()
            if (0xD800...0xDBFF).contains(code), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            {
                let second = position
                position += 2
                let low = try fourHexDigits()
                if (0xDC00...0xDFFF).contains(low) {
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                } else {
                    position = second
                }
            }
            // Half a surrogate pair is no character; Python writes such, and U+FFFD stands for it.
            let scalar = UnicodeScalar(code) ?? "\u{FFFD}"
            buffer.append(contentsOf: Array(String(Character(scalar)).utf8))
        default:
            position -= 1
            throw failure("unknown escape, found \(found) after '\\'")
        }
    }

    private mutating func fourHexDigits() throws(JSON.ParseError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = byte, let value = Character(UnicodeScalar(digit)).hexDigitValue, digit < 0x80 else {
                throw failure("expected four hexadecimal digits after '\\u', found \(found)")
            }
            code = code << 4 | UInt32(value)
            position += 1
        }
        return code
    }
}

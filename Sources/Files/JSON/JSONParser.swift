import Glibc

/// Recursive descent over bytes: whoever wants a text as it is reads a document, whoever wants a row of it the members
/// one by one.
struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var at = 0
    private var depth = 0
    private static let maximumDepth = 512

    /// - Parameter bytes: must outlive the parser.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes.bindMemory(to: UInt8.self)
        // A byte order mark is not JSON, but editors on other systems write one.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    mutating func document() throws(JSONError) -> JSON {
        let value = try value()
        try end()
        return value
    }

    /// Sees that nothing but space is left.
    mutating func end() throws(JSONError) {
        skipSpace()
        if at < bytes.count { throw error("unexpected text after the end of the JSON value") }
    }

    /// The byte that the next value begins with; nil at the end.
    mutating func beginning() -> UInt8? {
        skipSpace()
        return at < bytes.count ? bytes[at] : nil
    }

    /// The text from a place to where the parser is.
    func text(from start: Int) -> String { String(decoding: bytes[start..<at], as: UTF8.self) }

    mutating func value() throws(JSONError) -> JSON {
        skipSpace()
        guard at < bytes.count else { throw error("the text ends where a value was expected") }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        // Beyond the standard: what Python writes for numbers that are not finite.
        case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
        case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
        case UInt8(ascii: "-") where at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "I"):
            return try word("-Infinity", .number(-.infinity))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("unexpected \(shown(bytes[at])) where a value was expected")
        }
    }

    private mutating func object() throws(JSONError) -> JSON {
        var members: [JSON.Member] = []
        try self.members { (parser, key) throws(JSONError) in members.append(.init(key, try parser.value())) }
        return .object(members)
    }

    /// Reads an object, which begins here, member by member.
    ///
    /// - Parameter take: gets each key in turn, and reads its value from the parser.
    mutating func members(_ take: (inout JSONParser, String) throws(JSONError) -> Void) throws(JSONError) {
        guard beginning() == UInt8(ascii: "{") else { throw error("expected '{'") }
        try descend()
        if try !closes(UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw error("expected a key in quotes") }
                let key = try string()
                skipSpace()
                guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else {
                    throw error("expected ':' after the key")
                }
                at += 1
                try take(&self, key)
            } while try continues(to: UInt8(ascii: "}"))
        }
        depth -= 1
    }

    private mutating func array() throws(JSONError) -> JSON {
        try descend()
        var values: [JSON] = []
        if try !closes(UInt8(ascii: "]")) {
            repeat { values.append(try value()) } while try continues(to: UInt8(ascii: "]"))
        }
        depth -= 1
        return .array(values)
    }

    private mutating func descend() throws(JSONError) {
        depth += 1
        if depth > Self.maximumDepth { throw error("nested deeper than \(Self.maximumDepth) levels") }
        at += 1
    }

    /// True when an empty object or array ends here.
    private mutating func closes(_ closing: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard at < bytes.count, bytes[at] == closing else { return false }
        at += 1
        return true
    }

    /// After a value: true at a comma, false at the closing bracket.
    private mutating func continues(to closing: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard at < bytes.count else {
            throw error("the text ends inside \(closing == 0x5D ? "an array" : "an object")")
        }
        let byte = bytes[at]
        guard byte == UInt8(ascii: ",") || byte == closing else {
            throw error("expected ',' or '\(Unicode.Scalar(closing))', found \(shown(byte))")
        }
        at += 1
        return byte != closing
    }

    private mutating func word(_ spelling: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let count = spelling.utf8CodeUnitCount
        guard at + count <= bytes.count, memcmp(bytes.baseAddress! + at, spelling.utf8Start, count) == 0 else {
            throw error("expected '\(spelling)'")
        }
        at += count
        return value
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = at
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        let firstDigit = at
        skipDigits()
        guard at > firstDigit, at == firstDigit + 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
            at = start
            throw error("a malformed number")
        }
        var isInteger = true
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            try requireDigits(from: start)
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            try requireDigits(from: start)
        }
        if isInteger, let value = Int(text(from: start)) { return .integer(value) }
        var index = start
        guard let value = DecimalNumber.read(bytes, &index), index == at else {
            at = start
            throw error("a malformed number")
        }
        return .number(value)
    }

    private mutating func skipDigits() {
        while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
    }

    private mutating func requireDigits(from start: Int) throws(JSONError) {
        let first = at
        skipDigits()
        if at == first {
            at = start
            throw error("a malformed number")
        }
    }

    private mutating func string() throws(JSONError) -> String {
        let opening = at
        at += 1
        let start = at
        var hasEscapes = false
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                let raw = bytes[start..<at]
                let text = hasEscapes ? try unescaped(from: start, to: at) : String(validating: raw, as: UTF8.self)
                guard let text else {
                    at = start
                    throw error("a string that is not UTF-8")
                }
                at += 1
                return text
            }
            if byte < 0x20 { throw error("a control character inside a string") }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                at += 1
            }
            at += 1
        }
        at = opening
        throw error("a string that is never closed")
    }

    private mutating func unescaped(from start: Int, to end: Int) throws(JSONError) -> String? {
        var out: [UInt8] = []
        out.reserveCapacity(end - start)
        var index = start
        while index < end {
            guard bytes[index] == UInt8(ascii: "\\") else {
                out.append(bytes[index])
                index += 1
                continue
            }
            at = index
            if bytes[index + 1] == UInt8(ascii: "u") {
                out.append(contentsOf: Unicode.UTF8.encode(try escapedScalar(&index, end))!)
                continue
            }
            guard let plain = Self.escapes[bytes[index + 1]] else { throw error("an unknown escape in a string") }
            out.append(plain)
            index += 2
        }
        at = end
        return String(validating: out, as: UTF8.self)
    }

    /// `\uXXXX`, or a surrogate pair of them; `index` moves past it.
    private func escapedScalar(_ index: inout Int, _ end: Int) throws(JSONError) -> Unicode.Scalar {
        func unit(_ at: Int) -> UInt32? {
            guard at + 6 <= end, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else { return nil }
            let digits = String(decoding: bytes[at + 2..<at + 6], as: UTF8.self)
            // The integer initialiser would take a sign.
            return digits.first == "+" || digits.first == "-" ? nil : UInt32(digits, radix: 16)
        }
        guard let first = unit(index) else { throw error("a malformed \\u escape") }
        index += 6
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, let second = unit(index), (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw error("half of a surrogate pair") }
        index += 6
        return scalar
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
        UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]

    private mutating func skipSpace() {
        while at < bytes.count {
            let byte = bytes[at]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            at += 1
        }
    }

    private func shown(_ byte: UInt8) -> String {
        (0x21..<0x7F).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
    }

    private func error(_ message: String) -> JSONError {
        let before = bytes[..<min(at, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let column = at - (before.lastIndex(of: 0x0A) ?? -1)
        return JSONError(message: message, offset: at, line: line, column: column)
    }
}

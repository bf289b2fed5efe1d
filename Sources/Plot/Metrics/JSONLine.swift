/// One JSON object on a line, as a list of members in their order; members of inner objects are named `outer.inner`.
/// Besides JSON, the words NaN and Infinity are understood, which Python writes.
struct JSONLine {
    /// What is wrong with a line.
    struct Failure: Error {
        var reason: String
    }

    private var rest: Substring.UnicodeScalarView

    static func members(_ line: Substring) throws(Failure) -> [(key: String, value: MetricsValue)] {
        var parser = JSONLine(rest: line.unicodeScalars)
        var members: [(String, MetricsValue)] = []
        try parser.object(prefix: "", depth: 0, into: &members)
        parser.skipBlanks()
        guard parser.rest.isEmpty else { throw Failure(reason: "something follows the object") }
        return members
    }

    private mutating func skipBlanks() {
        while let first = rest.first, first == " " || first == "\t" || first == "\r" || first == "\n" { rest.removeFirst() }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func object(
        prefix: String, depth: Int, into members: inout [(String, MetricsValue)]
    ) throws(Failure) {
        guard depth < 32 else { throw Failure(reason: "objects are nested too deeply") }
        guard take("{") else { throw Failure(reason: "'{' is missing") }
        if take("}") { return }
        repeat {
            let key = prefix + (try string())
            guard take(":") else { throw Failure(reason: "':' is missing after \"\(key)\"") }
            skipBlanks()
            if rest.first == "{" {
                try object(prefix: key + ".", depth: depth + 1, into: &members)
            } else {
                members.append((key, try value(depth)))
            }
        } while take(",")
        guard take("}") else { throw Failure(reason: "'}' is missing") }
    }

    private mutating func value(_ depth: Int) throws(Failure) -> MetricsValue {
        if rest.first == "\"" {
            let text = try string()
            // What programs write that may not write NaN.
            if let number = Self.words[text.lowercased()] { return .number(number) }
            return .text(text)
        }
        if rest.first == "[" { return .text(try list(depth)) }
        let end = rest.firstIndex { ",}] \t\r\n".unicodeScalars.contains($0) } ?? rest.endIndex
        let word = String(rest[..<end])
        rest = rest[end...]
        switch word {
        case "true": return .number(1)
        case "false": return .number(0)
        case "null": return .missing
        case "NaN": return .number(.nan)
        case "Infinity": return .number(.infinity)
        case "-Infinity": return .number(-.infinity)
        default:
            guard let first = word.first, first == "-" || first.isNumber, let number = Double(word) else {
                throw Failure(reason: word.isEmpty ? "a value is missing" : "'\(word)' is not a value")
            }
            return .number(number)
        }
    }

    private static let words: [String: Double] = [
        "nan": .nan, "inf": .infinity, "infinity": .infinity, "-inf": -.infinity, "-infinity": -.infinity,
    ]

    /// A list is no metric; it is kept as its text.
    // MARK: Documents

    /// A JSON text as a tree.
    indirect enum Node {
        case object([(key: String, value: Node)])
        case list([Node])
        case value(MetricsValue)
    }

    static func document(_ text: Substring) throws(Failure) -> Node {
        var parser = JSONLine(rest: text.unicodeScalars)
        let node = try parser.node(0)
        parser.skipBlanks()
        guard parser.rest.isEmpty else { throw Failure(reason: "something follows its end") }
        return node
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

    private mutating func list(_ depth: Int) throws(Failure) -> String {
        guard depth < 32 else { throw Failure(reason: "lists are nested too deeply") }
        let start = rest
        rest.removeFirst()
        if !take("]") {
            repeat {
                skipBlanks()
                var ignored: [(String, MetricsValue)] = []
                if rest.first == "{" { try object(prefix: "", depth: depth + 1, into: &ignored) } else { _ = try value(depth + 1) }
            } while take(",")
            guard take("]") else { throw Failure(reason: "']' is missing") }
        }
        return String(start[..<rest.startIndex])
    }

    private mutating func string() throws(Failure) -> String {
        guard take("\"") else { throw Failure(reason: "a text in quotes is missing") }
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return String(text)
            case "\\": text.append(try escape())
            default: text.append(scalar)
            }
        }
        throw Failure(reason: "a text has no closing quote")
    }

    private mutating func escape() throws(Failure) -> Unicode.Scalar {
        let plain: [Unicode.Scalar: Unicode.Scalar] = [
            "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{c}", "n": "\n", "r": "\r", "t": "\t",
        ]
        guard let scalar = rest.popFirst() else { throw Failure(reason: "a text ends within an escape") }
        if let known = plain[scalar] { return known }
        guard scalar == "u", let unit = hexadecimal() else { throw Failure(reason: "'\\\(scalar)' is not an escape") }
        if (0xd800..<0xdc00).contains(unit), rest.popFirst() == "\\", rest.popFirst() == "u", let low = hexadecimal(),
            (0xdc00..<0xe000).contains(low)
        {
            return Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)) ?? "\u{fffd}"
        }
        return Unicode.Scalar(unit) ?? "\u{fffd}"
    }

    private mutating func hexadecimal() -> UInt32? {
        let digits = String(String.UnicodeScalarView(rest.prefix(4)))
        guard digits.count == 4, let value = UInt32(digits, radix: 16) else { return nil }
        rest = rest.dropFirst(4)
        return value
    }
}

/// Cuts a source into tokens.
struct Lexer {
    let source: Source
    let bytes: [UInt8]
    var position: Int
    let end: Int
    /// Strings inside the braces of strings.
    var nesting = 0
    static let nestingLimit = 20

    init(_ source: Source) {
        self.source = source
        bytes = Array(source.text.utf8)
        position = 0
        end = bytes.count
    }

    /// All tokens of a source; the last one is `end`.
    ///
    /// - Throws: `Diagnostic` for an unknown character, a string that is not closed, a malformed number.
    static func tokens(of source: Source) throws(Diagnostic) -> [Token] {
        var lexer = Lexer(source)
        var tokens: [Token] = []
        tokens.reserveCapacity(lexer.end / 4 + 8)
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    /// Whether a text can stand for itself as a record's key or a variable's name.
    static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, isNameStart(first), Token.Kind.words[text] == nil else {
            return false
        }
        return text.unicodeScalars.allSatisfy(isNamePart)
    }

    mutating func next() throws(Diagnostic) -> Token {
        let spaceBefore = skipSpace() || position == 0 || bytes[position - 1] == UInt8(ascii: "\n")
        let start = position
        func token(_ kind: Token.Kind, end: Int) -> Token {
            Token(kind: kind, range: start..<end, spaceBefore: spaceBefore)
        }
        guard position < end else { return token(.end, end: start) }
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "\n"):
            position += 1
            return token(.newline, end: position)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number(spaceBefore: spaceBefore)
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return try string(spaceBefore: spaceBefore)
        default:
            break
        }
        if let (scalar, _) = scalar(at: position), Self.isNameStart(scalar) {
            skipName()
            let word = bytes[start..<position].count <= 8 ? source.slice(start..<position) : ""
            return token(Token.Kind.words[word] ?? .name, end: position)
        }
        for (text, kind) in Token.Kind.symbols where starts(with: text) {
            position += text.utf8CodeUnitCount
            return token(kind, end: position)
        }
        throw unknownCharacter()
    }

    // MARK: Pieces

    /// Skips blanks and a comment; true when there was anything to skip.
    private mutating func skipSpace() -> Bool {
        let start = position
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
            case UInt8(ascii: "#"):
                while position < end, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            case 0xC2 where position + 1 < end && bytes[position + 1] == 0xA0: position += 2  // no-break space
            default: return position > start
            }
        }
        return position > start
    }

    private func starts(with text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= end else { return false }
        return text.withUTF8Buffer { buffer in
            for offset in 0..<count where bytes[position + offset] != buffer[offset] { return false }
            return true
        }
    }

    private mutating func skipName() {
        while position < end, let (scalar, length) = scalar(at: position), Self.isNamePart(scalar) {
            position += length
        }
    }

    static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x61...0x7A, 0x41...0x5A, 0x5F: true
        case 0..<0x80: false
        default: scalar.properties.isAlphabetic
        }
    }

    static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39: true
        case 0..<0x80: isNameStart(scalar)
        default: scalar.properties.isXIDContinue
        }
    }

    /// The character at an offset and its length in bytes.
    func scalar(at offset: Int) -> (Unicode.Scalar, Int)? {
        guard offset < end else { return nil }
        if bytes[offset] < 0x80 { return (Unicode.Scalar(bytes[offset]), 1) }
        var decoder = UTF8()
        var iterator = bytes[offset..<min(offset + 4, end)].makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
        return (scalar, UTF8.width(scalar))
    }

    func span(_ range: Range<Int>) -> SourceSpan { SourceSpan(source: source, range: range) }

    private func unknownCharacter() -> Diagnostic {
        let (scalar, length) = scalar(at: position) ?? ("\u{FFFD}", 1)
        return Diagnostic(
            .syntax, Message.unknownCharacter(scalar), at: span(position..<position + length),
            label: Message.replacement(for: scalar))
    }

    private mutating func number(spaceBefore: Bool) throws(Diagnostic) -> Token {
        let start = position
        func skipDigits() {
            while position < end, Self.isDigit(bytes[position]) || bytes[position] == UInt8(ascii: "_") {
                position += 1
            }
        }
        skipDigits()
        // `0..10` is a range: a point belongs to the number only when a digit follows.
        if position + 1 < end, bytes[position] == UInt8(ascii: "."), Self.isDigit(bytes[position + 1]) {
            position += 1
            skipDigits()
        }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            let mark = position
            position += 1
            if position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
                position += 1
            }
            if position < end, Self.isDigit(bytes[position]) { skipDigits() } else { position = mark }
        }
        let text = source.slice(start..<position).filter { $0 != "_" }
        let digitsEnd = position
        skipName()
        guard position == digitsEnd, let value = Double(text) else {
            throw Diagnostic(
                .syntax, Message.malformedNumber(source.slice(start..<position)), at: span(start..<position))
        }
        // Whole numbers that are silently others would be taken for identifiers, seeds or counts.
        if value >= 0x1p53, let whole = Int(text), Int(exactly: value) != whole {
            throw Diagnostic(
                .syntax, Message.inexactNumber(text), at: span(start..<position),
                help: Message.inexactNumberHelp(text))
        }
        var token = Token(kind: .number, range: start..<position, spaceBefore: spaceBefore)
        token.number = value
        return token
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}

extension Lexer {
    /// `"text with \n escapes and {code:.3f}"`, or `'text as it is'`.
    mutating func string(spaceBefore: Bool) throws(Diagnostic) -> Token {
        let start = position
        let quote = bytes[position]
        let isLiteral = quote == UInt8(ascii: "'")
        position += 1
        var parts: [Token.Part] = []
        var text: [UInt8] = []
        func flush() {
            if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
            text.removeAll()
        }
        while true {
            guard position < end, bytes[position] != UInt8(ascii: "\n") else {
                throw Diagnostic(
                    .syntax, Message.unclosedString, at: span(start..<position),
                    help: Message.unclosedStringHelp(quote: isLiteral ? "'" : "\""))
            }
            let byte = bytes[position]
            position += 1
            switch byte {
            case quote:
                flush()
                var token = Token(kind: .string, range: start..<position, spaceBefore: spaceBefore)
                token.parts = parts
                return token
            case UInt8(ascii: "\\") where !isLiteral:
                text += Array(String(try escape()).utf8)
            case UInt8(ascii: "{") where !isLiteral:
                flush()
                parts.append(try interpolation())
            default:
                text.append(byte)
            }
        }
    }

    /// The character after a backslash.
    private mutating func escape() throws(Diagnostic) -> Unicode.Scalar {
        let start = position - 1
        guard let (scalar, length) = scalar(at: position), scalar != "\n" else {
            throw Diagnostic(.syntax, Message.unclosedString, at: span(start..<position))
        }
        position += length
        switch scalar {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "\\", "\"", "'", "{", "}": return scalar
        case "u":
            // \u{1F436}
            if position < end, bytes[position] == UInt8(ascii: "{") {
                let digits = position + 1
                while position < end, bytes[position] != UInt8(ascii: "}"), bytes[position] != UInt8(ascii: "\n") {
                    position += 1
                }
                let code = UInt32(source.slice(digits..<position), radix: 16)
                if position < end, bytes[position] == UInt8(ascii: "}") {
                    position += 1
                    if let scalar = code.flatMap(Unicode.Scalar.init) { return scalar }
                }
            }
        default: break
        }
        throw Diagnostic(
            .syntax, Message.unknownEscape(source.slice(start..<position)), at: span(start..<position),
            help: Message.escapes)
    }

    /// The code between braces, and the format after a colon. Braces, brackets and strings inside may nest.
    private mutating func interpolation() throws(Diagnostic) -> Token.Part {
        let brace = position - 1
        if nesting == Self.nestingLimit {
            throw Diagnostic(.syntax, Message.nestedTooDeeply, at: span(brace..<position))
        }
        nesting += 1
        defer { nesting -= 1 }
        var tokens: [Token] = []
        var depth = 0
        while true {
            let token = try next()
            switch token.kind {
            case .newline, .end:
                throw Diagnostic(
                    .syntax, Message.unclosedInterpolation, at: span(brace..<brace + 1),
                    help: Message.literalBraceHelp)
            case .leftParenthesis, .leftBracket, .leftBrace:
                depth += 1
            case .rightParenthesis, .rightBracket:
                depth -= 1
            case .rightBrace where depth <= 0:
                tokens.append(Token(kind: .end, range: token.range, spaceBefore: true))
                return .code(tokens, format: nil, formatRange: token.range)
            case .rightBrace:
                depth -= 1
            case .colon where depth <= 0:
                let formatStart = position
                while position < end, bytes[position] != UInt8(ascii: "}"), bytes[position] != UInt8(ascii: "\n"),
                    bytes[position] != UInt8(ascii: "\"")
                {
                    position += 1
                }
                guard position < end, bytes[position] == UInt8(ascii: "}") else {
                    throw Diagnostic(.syntax, Message.unclosedInterpolation, at: span(brace..<brace + 1))
                }
                let formatRange = formatStart..<position
                position += 1
                tokens.append(Token(kind: .end, range: token.range, spaceBefore: true))
                return .code(tokens, format: source.slice(formatRange), formatRange: formatRange)
            default:
                break
            }
            tokens.append(token)
        }
    }
}

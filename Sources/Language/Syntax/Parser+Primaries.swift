extension Parser {
    /// A literal, a name, or something in brackets.
    mutating func primary() throws(Diagnostic) -> Expression {
        let token = current
        switch token.kind {
        case .number:
            advance()
            return Expression(kind: .number(token.number), range: token.range)
        case .string:
            advance()
            return Expression(kind: .string(try stringParts(token)), range: token.range)
        case .trueWord, .falseWord:
            advance()
            return Expression(kind: .boolean(token.kind == .trueWord), range: token.range)
        case .noneWord:
            advance()
            return Expression(kind: .none, range: token.range)
        case .name:
            advance()
            return Expression(kind: .name(text(token)), range: token.range)
        case .leftParenthesis: return try group()
        case .leftBracket: return try list()
        case .leftBrace: return try record()
        case .funcWord:
            advance()
            let function = try function(name: "")
            return Expression(kind: .function(function), range: range(from: token.range.lowerBound))
        case .ifWord: return try conditional()
        case .assign:
            throw failure(Message.assignInExpression, token.range, help: Message.assignInExpressionHelp)
        case .slash:
            throw failure(Message.slashAsValue, token.range, help: Message.slashAsValueHelp)
        case .dot:
            throw failure(Message.pointAsValue, token.range, help: Message.pointAsValueHelp)
        default:
            throw unexpected(expected: "a value")
        }
    }

    /// `x -> …` or `(x, y) -> …`; nil when no arrow follows.
    mutating func lambda() throws(Diagnostic) -> Expression? {
        let start = current
        var names: [Token] = []
        if kind == .name, following().kind == .arrow {
            names = [advance()]
        } else if kind == .leftParenthesis, let found = lambdaParameters() {
            names = found
        } else {
            return nil
        }
        try expect(.arrow, "after the parameters")
        skipNewlines()
        for (position, name) in names.enumerated() where names[..<position].contains(where: { text($0) == text(name) })
        {
            throw failure(Message.parameterTwice(text(name)), name.range)
        }
        let outside = (loopDepth, functionDepth)
        (loopDepth, functionDepth) = (0, functionDepth + 1)
        defer { (loopDepth, functionDepth) = outside }
        let body = try expression()
        let range = start.range.lowerBound..<body.range.upperBound
        let function = FunctionSyntax(
            name: "", parameters: names.map { .init(name: text($0), range: $0.range, fallback: nil) },
            body: [Statement(kind: .return([body]), range: body.range)], range: range)
        return Expression(kind: .function(function), range: range)
    }

    /// Takes `(x, y)` when an arrow follows; otherwise takes nothing.
    private mutating func lambdaParameters() -> [Token]? {
        var names: [Token] = []
        var distance = 1
        while following(distance).kind == .name {
            names.append(following(distance))
            distance += 1
            if following(distance).kind != .comma { break }
            distance += 1
        }
        guard following(distance).kind == .rightParenthesis, following(distance + 1).kind == .arrow else { return nil }
        for _ in 0...distance { advance() }
        return names
    }

    /// `( … )`: one value, which may be written as a command.
    private mutating func group() throws(Diagnostic) -> Expression {
        let open = advance()
        let value = try bracketed { (parser) throws(Diagnostic) in
            let value = try parser.pipeline(allowsCommand: true)
            if parser.kind == .comma {
                throw parser.failure(Message.commaInGroup, parser.current.range, help: Message.commaInGroupHelp)
            }
            if parser.kind != .rightParenthesis { throw parser.unclosed(open, "')'", "')'") }
            return value
        }
        skipNewlines()
        advance()
        return Expression(kind: value.kind, range: open.range.lowerBound..<endOfLast)
    }

    private mutating func list() throws(Diagnostic) -> Expression {
        let open = advance()
        let items = try bracketed { (parser) throws(Diagnostic) in
            var items: [Expression] = []
            while parser.kind != .rightBracket {
                items.append(try parser.valueBetweenCommas())
                if parser.kind != .comma { break }
                parser.advance()
            }
            if parser.kind != .rightBracket { throw parser.unclosed(open, "']'", "',' or ']' after an element") }
            return items
        }
        skipNewlines()
        advance()
        return Expression(kind: .list(items), range: open.range.lowerBound..<endOfLast)
    }

    private mutating func record() throws(Diagnostic) -> Expression {
        let open = advance()
        let fields = try bracketed { (parser) throws(Diagnostic) in
            var fields: [(key: String, value: Expression)] = []
            while parser.kind != .rightBrace {
                let key = try parser.recordKey()
                try parser.expect(.colon, "after the key '\(key)' of a record")
                fields.append((key, try parser.valueBetweenCommas()))
                if parser.kind != .comma { break }
                parser.advance()
            }
            if parser.kind != .rightBrace { throw parser.unclosed(open, "'}'", "',' or '}' after a field") }
            return fields
        }
        skipNewlines()
        advance()
        return Expression(kind: .record(fields), range: open.range.lowerBound..<endOfLast)
    }

    private mutating func recordKey() throws(Diagnostic) -> String {
        let token = current
        if token.kind == .string, token.parts.count <= 1 {
            switch token.parts.first {
            case nil:
                advance()
                return ""
            case .text(let text)?:
                advance()
                return text
            case .code?: break
            }
        } else if token.kind == .name || Token.Kind.words[text(token)] != nil {
            return text(advance())
        }
        throw unexpected(expected: "a key such as 'alpha:' in a record")
    }

    /// `if condition { value } else { value }` as a value.
    private mutating func conditional() throws(Diagnostic) -> Expression {
        let word = advance()
        return try nested { (parser) throws(Diagnostic) in
            let outside = parser.spaceSeparates
            parser.spaceSeparates = false
            defer { parser.spaceSeparates = outside }
            let condition = try parser.expression()
            let then = try parser.braced("the condition of 'if'")
            parser.skipNewlines()
            try parser.expect(.elseWord, "as an 'if' that stands for a value needs both branches")
            let otherwise = parser.kind == .ifWord ? try parser.conditional() : try parser.braced("'else'")
            return Expression(
                kind: .conditional(condition, then: then, otherwise: otherwise),
                range: parser.range(from: word.range.lowerBound))
        }
    }

    /// `{ value }`
    private mutating func braced(_ purpose: String) throws(Diagnostic) -> Expression {
        skipNewlines()
        valueBraces.insert(try expect(.leftBrace, "after " + purpose).range.lowerBound)
        let value = try bracketed { (parser) throws(Diagnostic) in
            let value = try parser.pipeline(allowsCommand: true)
            if parser.kind != .rightBrace { throw parser.unexpected(expected: "'}' after the value") }
            return value
        }
        skipNewlines()
        advance()
        return value
    }

    /// The pieces of a string; code in braces is parsed from its own tokens.
    private func stringParts(_ token: Token) throws(Diagnostic) -> [Expression.StringPart] {
        var parts: [Expression.StringPart] = []
        for part in token.parts {
            switch part {
            case .text(let text): parts.append(.text(text))
            case .code(let tokens, let formatText, let formatRange):
                var parser = Parser(source, tokens: tokens)
                parser.isInsideString = true
                parser.skipsNewlines = true
                parser.functionDepth = functionDepth
                let value = try parser.nested(in: self) { (parser) throws(Diagnostic) in
                    try parser.pipeline(allowsCommand: false)
                }
                if parser.kind != .end { throw parser.unexpected(expected: "'}' or a format after the value") }
                var format: Format?
                if let formatText {
                    format = Format(formatText)
                    if format == nil {
                        throw failure(Message.unknownFormat(formatText), formatRange, help: Message.formatHelp)
                    }
                }
                parts.append(.code(value, format))
            }
        }
        return parts
    }

    /// Counts the nesting of the surrounding text too.
    private mutating func nested<Result>(
        in outer: Parser, _ body: (inout Parser) throws(Diagnostic) -> Result
    ) throws(Diagnostic) -> Result {
        inheritNesting(of: outer)
        return try nested(body)
    }
}

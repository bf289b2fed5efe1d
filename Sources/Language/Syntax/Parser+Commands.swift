extension Parser {
    /// Whether the current name is followed by a space and the start of a value, which makes it a command.
    var startsCommand: Bool {
        guard kind == .name else { return false }
        let next = following()
        guard next.spaceBefore else { return false }
        switch next.kind {
        case .name, .number, .string, .trueWord, .falseWord, .noneWord, .funcWord, .leftParenthesis, .leftBracket,
            .leftBrace:
            return true
        case .notWord: return following(2).kind != .inWord
        case .minus: return !following(2).spaceBefore
        default: return isOption(at: 1)
        }
    }

    /// Whether a name with a colon right behind it stands `distance` tokens ahead; reserved words may name options.
    func isOption(at distance: Int = 0) -> Bool {
        let token = following(distance)
        guard token.kind == .name || Token.Kind.words[text(token)] != nil else { return false }
        let colon = following(distance + 1)
        return colon.kind == .colon && colon.range.lowerBound == token.range.upperBound
    }

    /// `a |> f |> g x`; where allowed, the first stage may be a command.
    mutating func pipeline(allowsCommand: Bool) throws(Diagnostic) -> Expression {
        var value: Expression
        if allowsCommand, startsCommand, !commaEndsCommand || startsValueAlone {
            value = try command(name(), piped: nil)
        } else {
            value = try expression()
        }
        var length = 0
        while let mark = pipeAhead {
            length += 1
            if length > Self.chainLimit { throw failure(Message.chainTooLong, current.range) }
            index = mark
            advance()
            skipNewlines()
            value = try stage(value)
        }
        return value
    }

    /// Between commas `a -1` is a difference, and a name before an option a forgotten comma.
    private var startsValueAlone: Bool { following().kind != .minus && !isOption(at: 1) }

    /// One of several values between commas, which may be written as a command.
    mutating func valueBetweenCommas() throws(Diagnostic) -> Expression {
        let outside = commaEndsCommand
        commaEndsCommand = true
        defer { commaEndsCommand = outside }
        return try pipeline(allowsCommand: true)
    }

    /// Index of a `|>` that comes next, be it on the next line.
    private var pipeAhead: Int? {
        var ahead = index
        while tokens[ahead].kind == .newline { ahead += 1 }
        return tokens[ahead].kind == .pipe ? ahead : nil
    }

    /// What stands after `|>`: a command, a call, or anything that can be called.
    private mutating func stage(_ piped: Expression) throws(Diagnostic) -> Expression {
        if startsCommand { return try command(name(), piped: piped) }
        let start = current
        let target = try operand(.power)
        let first = Call.Argument(name: nil, nameRange: piped.range, value: piped)
        // `a |> f(b)` passes a to f; `a |> (f(b))` passes it to what f(b) gives.
        if case .call(let call) = target.kind, start.kind != .leftParenthesis {
            let whole = Call(callee: call.callee, arguments: [first] + call.arguments)
            return Expression(kind: .call(whole), range: target.range)
        }
        return Expression(kind: .call(Call(callee: target, arguments: [first])), range: target.range)
    }

    private mutating func name() -> Expression {
        let token = advance()
        return Expression(kind: .name(text(token)), range: token.range)
    }

    /// The arguments of a command, up to the end of the line. A next line that starts with an option belongs to it.
    mutating func command(_ callee: Expression, piped: Expression?) throws(Diagnostic) -> Expression {
        var arguments: [Call.Argument] = []
        if let piped { arguments.append(.init(name: nil, nameRange: piped.range, value: piped)) }
        let outside = spaceSeparates
        spaceSeparates = true
        defer { spaceSeparates = outside }
        while true {
            // Between commas a line's end is white space, but the next line's value is not an argument of this one's
            // command.
            if commaEndsCommand, skipsNewlines, tokens[index].kind == .newline, !isOption() {
                return call(callee, arguments)
            }
            switch kind {
            case .semicolon, .end, .rightBrace, .rightParenthesis, .rightBracket, .pipe:
                return call(callee, arguments)
            case .comma where commaEndsCommand: return call(callee, arguments)
            case .newline:
                let mark = index
                skipNewlines()
                if isOption() { continue }
                index = mark
                return call(callee, arguments)
            case .comma:
                advance()
                skipNewlines()
            default:
                break
            }
            arguments.append(try argument())
        }
    }

    private func call(_ callee: Expression, _ arguments: [Call.Argument]) -> Expression {
        let start = callee.range.lowerBound
        return Expression(kind: .call(Call(callee: callee, arguments: arguments)), range: range(from: start))
    }

    /// `value` or `name: value`
    mutating func argument() throws(Diagnostic) -> Call.Argument {
        guard isOption() else {
            let value = try spaceSeparates ? expression() : valueBetweenCommas()
            return .init(name: nil, nameRange: value.range, value: value)
        }
        let name = advance()
        advance()
        if !spaceSeparates { skipNewlines() }
        let value = try spaceSeparates ? expression() : valueBetweenCommas()
        return .init(name: text(name), nameRange: name.range, value: value)
    }

    /// The arguments between parentheses.
    mutating func parenthesisedArguments() throws(Diagnostic) -> [Call.Argument] {
        advance()
        let arguments = try bracketed { (parser) throws(Diagnostic) in
            var arguments: [Call.Argument] = []
            while parser.kind != .rightParenthesis {
                arguments.append(try parser.argument())
                if parser.kind != .comma { break }
                parser.advance()
            }
            if parser.kind != .rightParenthesis {
                var error = parser.unexpected(expected: "',' or ')' after an argument")
                if parser.kind != .end { error.help = Message.commasBetweenArguments }
                throw error
            }
            return arguments
        }
        skipNewlines()
        advance()
        return arguments
    }
}

extension Parser {
    /// An expression without pipes.
    mutating func expression() throws(Diagnostic) -> Expression {
        try nested { (parser) throws(Diagnostic) in
            if let lambda = try parser.lambda() { return lambda }
            return try parser.operation(.or)
        }
    }

    /// Operators of at least the given level.
    private mutating func operation(_ level: Grammar.Level) throws(Diagnostic) -> Expression {
        var left = try operand(level)
        var length = 0
        while let (infix, isNegated) = infixAhead, infix.level >= level {
            length += 1
            if length > Self.chainLimit { throw failure(Message.chainTooLong, current.range) }
            let token = advance()
            if isNegated { advance() }
            if token.kind == .dots {
                left = try rangeEnd(start: left)
            } else {
                skipNewlines()
                let right = try nested { (parser) throws(Diagnostic) in try parser.operation(infix.level.right) }
                left = try combined(infix, left, right, token: token, isNegated: isNegated)
            }
            if infix.level == .comparison, let (next, _) = infixAhead, next.level == .comparison {
                throw failure(Message.chainedComparison, current.range, help: Message.chainedComparisonHelp)
            }
        }
        return left
    }

    private mutating func combined(
        _ infix: Grammar.Infix, _ left: Expression, _ right: Expression, token: Token, isNegated: Bool
    ) throws(Diagnostic) -> Expression {
        let range = left.range.lowerBound..<right.range.upperBound
        if isNegated {
            return Expression(kind: .not(Expression(kind: infix.build(left, right), range: range)), range: range)
        }
        if token.kind == .close, kind == .name, text(current) == "within", !isOption() {
            advance()
            let tolerance = try operation(.range)
            return Expression(
                kind: .close(left, right, within: tolerance),
                range: left.range.lowerBound..<tolerance.range.upperBound)
        }
        return Expression(kind: infix.build(left, right), range: range)
    }

    /// The operator that comes next, if it belongs to this expression; `not in` counts as a negated `in`.
    private var infixAhead: (Grammar.Infix, isNegated: Bool)? {
        let token = current
        if token.kind == .minus, spaceSeparates, token.spaceBefore, !following().spaceBefore { return nil }
        if token.kind == .notWord, following().kind == .inWord { return Grammar.infix[.inWord].map { ($0, true) } }
        // `for:` or `in:` after a space is an option of the command.
        if spaceSeparates, isOption() { return nil }
        return Grammar.infix[token.kind].map { ($0, false) }
    }

    /// After `a..`: the stop, or nothing between brackets, and `by step`.
    private mutating func rangeEnd(start: Expression?, from position: Int? = nil) throws(Diagnostic) -> Expression {
        let begin = start?.range.lowerBound ?? position ?? endOfLast
        var stop: Expression?
        if startsOperand { stop = try operation(.sum) }
        var step: Expression?
        if kind == .name, text(current) == "by", !isOption() {
            advance()
            step = try operation(.sum)
        }
        return Expression(kind: .range(start: start, stop: stop, step: step), range: range(from: begin))
    }

    private var startsOperand: Bool {
        switch kind {
        case .number, .string, .leftParenthesis, .leftBracket, .trueWord, .falseWord, .noneWord, .minus:
            !(spaceSeparates && current.spaceBefore)
        case .name:
            text(current) != "by" && !(spaceSeparates && current.spaceBefore)
        default: false
        }
    }

    /// A prefix operator with its operand, or a primary with what follows it.
    mutating func operand(_ level: Grammar.Level) throws(Diagnostic) -> Expression {
        let token = current
        switch token.kind {
        case .notWord:
            advance()
            let value = try nested { (parser) throws(Diagnostic) in try parser.operation(.not) }
            return Expression(kind: .not(value), range: token.range.lowerBound..<value.range.upperBound)
        case .minus:
            advance()
            let value = try nested { (parser) throws(Diagnostic) in try parser.operation(.sign) }
            let range = token.range.lowerBound..<value.range.upperBound
            if case .number(let number) = value.kind { return Expression(kind: .number(-number), range: range) }
            return Expression(kind: .negate(value), range: range)
        case .dots:
            advance()
            return try rangeEnd(start: nil, from: token.range.lowerBound)
        default:
            return try postfix(primary())
        }
    }

    /// `.name`, `[…]` and `(…)` right behind a value.
    private mutating func postfix(_ value: Expression) throws(Diagnostic) -> Expression {
        var value = value
        var length = 0
        while !current.spaceBefore {
            length += 1
            if length > Self.chainLimit { throw failure(Message.chainTooLong, current.range) }
            switch kind {
            case .dot:
                advance()
                let name = current
                guard name.kind == .name || Token.Kind.words[text(name)] != nil else {
                    throw unexpected(expected: "the name of a member after '.'")
                }
                advance()
                value = Expression(
                    kind: .member(value, text(name), nameRange: name.range),
                    range: value.range.lowerBound..<name.range.upperBound)
            case .leftBracket:
                let keys = try subscriptKeys()
                value = Expression(kind: .index(value, keys), range: value.range.lowerBound..<endOfLast)
            case .leftParenthesis:
                let call = Call(callee: value, arguments: try parenthesisedArguments())
                value = Expression(kind: .call(call), range: value.range.lowerBound..<endOfLast)
            default:
                return value
            }
        }
        return value
    }

    /// The keys between `[` and `]`; `:` is the open range.
    private mutating func subscriptKeys() throws(Diagnostic) -> [Expression] {
        let bracket = advance()
        let keys = try bracketed { (parser) throws(Diagnostic) in
            var keys: [Expression] = []
            repeat {
                if !keys.isEmpty { parser.advance() }
                if parser.kind == .colon {
                    let colon = parser.advance()
                    guard [.comma, .rightBracket, .end].contains(parser.kind) else {
                        throw parser.failure(
                            Message.colonInSubscript, colon.range, help: Message.colonInSubscriptHelp)
                    }
                    keys.append(Expression(kind: .range(start: nil, stop: nil, step: nil), range: colon.range))
                } else {
                    keys.append(try parser.expression())
                }
                if parser.kind == .colon {
                    throw parser.failure(
                        Message.colonInSubscript, parser.current.range, help: Message.colonInSubscriptHelp)
                }
            } while parser.kind == .comma
            if parser.kind != .rightBracket { throw parser.unclosed(bracket, "']'", "',' or ']' after a key") }
            return keys
        }
        skipNewlines()
        advance()
        return keys
    }

    /// "expected ',' or ']'": at the end of the text the caret points at the bracket left open.
    func unclosed(_ bracket: Token, _ closing: String, _ expected: String) -> Diagnostic {
        guard kind == .end, !isInsideString else { return unexpected(expected: expected) }
        var error = failure(Message.unclosed(text(bracket), closing), bracket.range)
        error.isIncomplete = true
        return error
    }
}

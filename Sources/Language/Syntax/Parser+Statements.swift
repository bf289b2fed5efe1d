extension Parser {
    mutating func statement() throws(Diagnostic) -> Statement {
        let start = current.range.lowerBound
        let kind = try nested { (parser) throws(Diagnostic) in try parser.statementKind() }
        return Statement(kind: kind, range: range(from: start))
    }

    private mutating func statementKind() throws(Diagnostic) -> Statement.Kind {
        if let rule = Grammar.keywordStatements[kind] { return try rule(&self) }
        switch kind {
        case .funcWord where following().kind == .name:
            advance()
            return .function(try function(name: text(advance())))
        case .question: return try helpStatement()
        case .name where asksForHelp: return try helpStatement()
        case .name where startsCommand || startsMeasuredBlock:
            if let rule = Grammar.wordStatements[text(current)] { return try rule(&self) }
        default: break
        }
        return try expressionStatement()
    }

    /// `time for …`: no value, and so no command.
    private var startsMeasuredBlock: Bool {
        let next = following()
        return ["time", "profile"].contains(text(current)) && next.spaceBefore
            && [.forWord, .whileWord, .ifWord].contains(next.kind)
    }

    /// An expression, an assignment or a command.
    private mutating func expressionStatement() throws(Diagnostic) -> Statement.Kind {
        let first = try pipeline(allowsCommand: true)
        if let operation = Grammar.updates[kind] {
            let target = try assignable(first)
            advance()
            skipNewlines()
            return .update(target, operation, try pipeline(allowsCommand: true))
        }
        guard kind == .assign || kind == .comma else {
            return .expression(first, isSilenced: kind == .semicolon)
        }
        var targets = [try assignable(first)]
        while kind == .comma {
            advance()
            targets.append(try assignable(try expression()))
        }
        try expect(.assign, "after the names to assign to")
        skipNewlines()
        var values = [try pipeline(allowsCommand: true)]
        while targets.count > 1, kind == .comma {
            advance()
            skipNewlines()
            values.append(try expression())
        }
        return .assign(targets, values)
    }

    /// A name, or an element or member of one.
    private func assignable(_ expression: Expression) throws(Diagnostic) -> Expression {
        var root = expression
        while true {
            switch root.kind {
            case .name: return expression
            case .index(let base, _), .member(let base, _, _): root = base
            default:
                throw failure(Message.notAssignable, expression.range, help: Message.assignableHelp)
            }
        }
    }

    mutating func ifStatement() throws(Diagnostic) -> Statement.Kind {
        advance()
        let condition = try expression()
        let then = try block(after: "the condition of 'if'")
        let mark = index
        skipNewlines()
        guard kind == .elseWord else {
            index = mark
            return .conditional(condition, then: then, otherwise: [])
        }
        advance()
        if kind == .ifWord { return .conditional(condition, then: then, otherwise: [try statement()]) }
        return .conditional(condition, then: then, otherwise: try block(after: "'else'"))
    }

    mutating func forStatement() throws(Diagnostic) -> Statement.Kind {
        advance()
        var targets: [Expression] = []
        repeat {
            if !targets.isEmpty { advance() }
            let name = try expect(.name, "for the variable of 'for'")
            targets.append(Expression(kind: .name(text(name)), range: name.range))
        } while kind == .comma
        try expect(.inWord, "after the variable of 'for'")
        let items = try expression()
        loopDepth += 1
        defer { loopDepth -= 1 }
        return .loop(targets, in: items, body: try block(after: "'for'"))
    }

    mutating func whileStatement() throws(Diagnostic) -> Statement.Kind {
        advance()
        let condition = try expression()
        loopDepth += 1
        defer { loopDepth -= 1 }
        return .whileLoop(condition, body: try block(after: "the condition of 'while'"))
    }

    mutating func returnStatement() throws(Diagnostic) -> Statement.Kind {
        let word = advance()
        if functionDepth == 0 { throw failure(Message.returnOutside, word.range) }
        switch kind {
        case .newline, .semicolon, .end, .rightBrace: return .return([])
        default: break
        }
        var values = [try valueBetweenCommas()]
        while kind == .comma {
            advance()
            skipNewlines()
            values.append(try valueBetweenCommas())
        }
        return .return(values)
    }

    mutating func loopExit(_ statement: Statement.Kind) throws(Diagnostic) -> Statement.Kind {
        let word = advance()
        if loopDepth == 0 { throw failure(Message.outsideLoop(text(word)), word.range) }
        return statement
    }

    mutating func importStatement() throws(Diagnostic) -> Statement.Kind {
        let word = advance()
        if blockDepth > 0 { throw failure(Message.onlyAtTop("import"), word.range) }
        return .importFile(try expression())
    }

    /// `expect condition, "message"`
    mutating func expectStatement() throws(Diagnostic) -> Statement.Kind {
        advance()
        let condition = try expression()
        guard kind == .comma else { return .expect(condition, message: nil) }
        advance()
        skipNewlines()
        return .expect(condition, message: try expression())
    }

    /// `param rounds = 40 "training rounds" short: 2`
    mutating func parameterStatement() throws(Diagnostic) -> Statement.Kind {
        let word = advance()
        if blockDepth > 0 { throw failure(Message.onlyAtTop("param"), word.range) }
        let name = text(try expect(.name, "after 'param'"))
        try expect(.assign, "and the default value of the parameter '\(name)'")
        let outside = spaceSeparates
        spaceSeparates = true
        let fallback = try expression()
        spaceSeparates = outside
        let help = try parameterHelp()
        guard isOption(), text(current) == "short" else {
            return .parameter(name: name, fallback: fallback, help: help, short: nil)
        }
        advance()
        advance()
        let short = try expression()
        // Checks read it without running anything.
        if Operations.literal(short) == nil { throw failure(Message.plainShort, short.range) }
        return .parameter(name: name, fallback: fallback, help: help, short: short)
    }

    private mutating func parameterHelp() throws(Diagnostic) -> String {
        guard kind == .string else { return "" }
        let help = advance()
        guard case .text(let text)? = help.parts.first, help.parts.count == 1 else {
            throw failure(Message.plainHelp, help.range)
        }
        return text
    }

    /// The statement behind `time` or `profile`.
    mutating func measuredStatement() throws(Diagnostic) -> Statement {
        advance()
        return try statement()
    }

    /// `? direction` is `help direction`; the topic may be a reserved word.
    private mutating func helpStatement() throws(Diagnostic) -> Statement.Kind {
        let mark = advance()
        var arguments: [Call.Argument] = []
        if isWord(current) {
            let topic = advance()
            let value = Expression(kind: .string([.text(text(topic))]), range: topic.range)
            arguments = [.init(name: nil, nameRange: topic.range, value: value)]
        }
        let help = Expression(kind: .name("help"), range: mark.range)
        let range = range(from: mark.range.lowerBound)
        return .expression(
            Expression(kind: .call(Call(callee: help, arguments: arguments)), range: range), isSilenced: false)
    }

    private func isWord(_ token: Token) -> Bool { token.kind == .name || Token.Kind.words[text(token)] != nil }

    /// `help for`: a reserved word can't be an argument of any other command.
    private var asksForHelp: Bool {
        let topic = following()
        return text(current) == "help" && topic.spaceBefore && topic.kind != .name && isWord(topic)
    }

    // MARK: Functions

    /// Parameters and body; `func` and the name were taken.
    mutating func function(name: String) throws(Diagnostic) -> FunctionSyntax {
        let start = endOfLast
        try expect(.leftParenthesis, "and the parameters of the function")
        let parameters = try bracketed { (parser) throws(Diagnostic) in
            var parameters: [FunctionSyntax.Parameter] = []
            while parser.kind != .rightParenthesis {
                let name = try parser.expect(.name, "for a parameter")
                if parameters.contains(where: { $0.name == parser.text(name) }) {
                    throw parser.failure(Message.parameterTwice(parser.text(name)), name.range)
                }
                var fallback: Expression?
                if parser.kind == .assign {
                    parser.advance()
                    fallback = try parser.expression()
                } else if parameters.last?.fallback != nil {
                    throw parser.failure(Message.defaultsLast(parser.text(name)), name.range)
                }
                parameters.append(.init(name: parser.text(name), range: name.range, fallback: fallback))
                if parser.kind != .comma { break }
                parser.advance()
            }
            return parameters
        }
        try expect(.rightParenthesis, "after the parameters")
        let outside = (loopDepth, functionDepth)
        (loopDepth, functionDepth) = (0, functionDepth + 1)
        defer { (loopDepth, functionDepth) = outside }
        let body = try block(after: "the parameters of the function")
        return FunctionSyntax(name: name, parameters: parameters, body: body, range: range(from: start))
    }
}

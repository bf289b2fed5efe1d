/// What the words of a text are to its syntax, as far as spaces and line ends depend on it.
struct FormatRoles {
    /// Offsets where statements start.
    private(set) var statements: Set<Int> = []
    /// Ends of statements that are an expression.
    private var expressionEnds: Set<Int> = []
    private var subtractions: Set<Int> = []
    /// Offsets of `..`.
    private var ranges: [Int: (hasStart: Bool, hasStop: Bool)] = [:]
    private let statementBraces: Set<Int>
    private let valueBraces: Set<Int>
    private var closers: Set<Int> = []
    private let tokens: [Token]
    private let source: Source

    init(_ source: Source, _ tokens: [Token]) throws(Diagnostic) {
        self.source = source
        self.tokens = tokens
        var parser = Parser(source, tokens: tokens)
        let program = try parser.program()
        (statementBraces, valueBraces) = (parser.statementBraces, parser.valueBraces)
        for statement in program { visit(statement) }
        findClosers()
    }

    func role(of token: Token, at index: Int) -> FormatText.Piece.Role {
        let start = token.range.lowerBound
        switch token.kind {
        case .name, .number, .string, .trueWord, .falseWord, .noneWord: return .word
        case let kind where Token.Kind.wordKinds.contains(kind):
            if isOption(at: index) || (index > 0 && tokens[index - 1].kind == .dot) { return .word }
            return kind == .funcWord ? .funcWord : .keyword
        case .leftParenthesis, .leftBracket: return .open
        case .leftBrace:
            if statementBraces.contains(start) { return .blockOpen(isStatements: true) }
            return valueBraces.contains(start) ? .blockOpen(isStatements: false) : .open
        case .rightBrace where closers.contains(start): return .blockClose
        case .rightParenthesis, .rightBracket, .rightBrace: return .close
        case .comma: return .comma
        case .semicolon: return .semicolon
        case .dot: return .dot
        case .colon: return .colon
        case .question: return .question
        case .dots:
            let range = ranges[start] ?? (false, false)
            return .dots(hasStart: range.hasStart, hasStop: range.hasStop)
        case .minus: return subtractions.contains(start) ? .infix : .sign
        default: return .infix
        }
    }

    /// A label with its colon right behind it.
    func isOption(at index: Int) -> Bool {
        guard index + 1 < tokens.count, tokens[index + 1].kind == .colon, !tokens[index + 1].spaceBefore else {
            return false
        }
        let kind = tokens[index].kind
        return kind == .name || Token.Kind.wordKinds.contains(kind)
    }

    /// Whether a semicolon stands behind an expression whose value it keeps from being shown.
    func silences(at index: Int) -> Bool { index > 0 && expressionEnds.contains(tokens[index - 1].range.upperBound) }

    private mutating func findClosers() {
        var open: [Bool] = []
        for token in tokens {
            switch token.kind {
            case .leftBrace:
                let start = token.range.lowerBound
                open.append(statementBraces.contains(start) || valueBraces.contains(start))
            case .rightBrace: if open.popLast() == true { closers.insert(token.range.lowerBound) }
            default: break
            }
        }
    }

    /// The first token of a kind that starts at or after an offset.
    private func token(_ kind: Token.Kind, from offset: Int) -> Int? {
        var low = 0, high = tokens.count
        while low < high {
            let middle = (low + high) / 2
            if tokens[middle].range.lowerBound < offset { low = middle + 1 } else { high = middle }
        }
        return tokens[low...].first { $0.kind == kind }?.range.lowerBound
    }

    // MARK: Syntax

    private mutating func visit(_ all: [Statement]) { for statement in all { visit(statement) } }

    private mutating func visit(_ statement: Statement) {
        statements.insert(statement.range.lowerBound)
        switch statement.kind {
        case .expression: expressionEnds.insert(statement.range.upperBound)
        case .conditional(_, let then, let otherwise):
            visit(then)
            visit(otherwise)
            // `else if`
            if otherwise.count == 1, let only = otherwise.first, case .conditional = only.kind, isElse(before: only) {
                statements.remove(only.range.lowerBound)
            }
        case .loop(_, _, let body), .whileLoop(_, let body): visit(body)
        case .time(let timed), .profile(let timed):
            visit(timed)
            statements.remove(timed.range.lowerBound)
        default: break
        }
        statement.forEachOwnExpression { visit($0) }
    }

    private func isElse(before statement: Statement) -> Bool {
        tokens.last { $0.range.upperBound <= statement.range.lowerBound }?.kind == .elseWord
    }

    private mutating func visit(_ expression: Expression) {
        switch expression.kind {
        case .binary(.subtract, let left, _):
            if let minus = token(.minus, from: left.range.upperBound) { subtractions.insert(minus) }
        case .range(let start, let stop, let step):
            guard start != nil || stop != nil || step != nil || isDots(expression.range) else { break }
            if let dots = token(.dots, from: start?.range.upperBound ?? expression.range.lowerBound) {
                ranges[dots] = (start != nil, stop != nil)
            }
        case .call(let call):
            visit(call.callee)
            for argument in call.arguments { visit(argument.value) }
        case .function(let function):
            for parameter in function.parameters { if let fallback = parameter.fallback { visit(fallback) } }
            // The body of `x -> value` is not a statement of its own.
            if let first = function.body.first, function.body.count == 1, case .return(let values) = first.kind,
                values.count == 1, first.range == values[0].range, !startsWithReturn(first)
            {
                return visit(values[0])
            }
            visit(function.body)
        default: break
        }
        // The text of a string stays as it is.
        if case .string = expression.kind { return }
        expression.forEachPart { visit($0) }
    }

    private func isDots(_ range: Range<Int>) -> Bool { source.slice(range).hasPrefix("..") }

    private func startsWithReturn(_ statement: Statement) -> Bool {
        token(.returnWord, from: statement.range.lowerBound) == statement.range.lowerBound
    }
}

extension Statement {
    /// The expressions of the statement itself; those of the statements inside it are left out.
    func forEachOwnExpression(_ body: (Expression) -> Void) {
        switch kind {
        case .conditional(let condition, _, _): body(condition)
        case .loop(let targets, let items, _): (targets + [items]).forEach(body)
        case .whileLoop(let condition, _): body(condition)
        case .time, .profile: break
        default: forEachExpression(body)
        }
    }
}

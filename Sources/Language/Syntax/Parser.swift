/// Builds the syntax tree: recursive descent for statements, operator precedence by `Grammar` for expressions.
struct Parser {
    let source: Source
    let tokens: [Token]
    var index = 0
    /// Inside parentheses, brackets and records a newline is only white space.
    var skipsNewlines = false
    /// Inside the arguments of a command a space separates: `-1` after a space starts the next argument.
    var spaceSeparates = false
    /// Between commas (arguments in parentheses, elements, fields, values of 'return') a command ends at the next one.
    var commaEndsCommand = false
    /// Inside the braces of a string the end of the tokens is the closing brace, not the end of the source.
    var isInsideString = false
    var loopDepth = 0
    var functionDepth = 0
    var blockDepth = 0
    /// Offsets of the braces that open blocks of statements, and of those that hold a branch's value.
    private(set) var statementBraces: Set<Int> = []
    var valueBraces: Set<Int> = []
    private var nesting = 0

    /// How deep syntax may nest, and how many operators one expression may chain.
    private static let nestingLimit = 150
    static let chainLimit = 1000

    init(_ source: Source, tokens: [Token]) {
        self.source = source
        self.tokens = tokens
    }

    /// The statements of a source.
    ///
    /// - Throws: `Diagnostic`; its `isIncomplete` says that more lines could complete the text.
    static func parse(_ source: Source) throws(Diagnostic) -> [Statement] {
        var parser = Parser(source, tokens: try Lexer.tokens(of: source))
        return try parser.program()
    }

    mutating func program() throws(Diagnostic) -> [Statement] {
        var statements: [Statement] = []
        while true {
            skipSeparators()
            if kind == .end { return statements }
            statements.append(try statement())
            try endOfStatement()
        }
    }

    // MARK: Tokens

    var current: Token { tokens[position(from: index)] }
    var kind: Token.Kind { current.kind }

    /// The index of the token at or after `index` that counts.
    func position(from index: Int) -> Int {
        var index = min(index, tokens.count - 1)
        if skipsNewlines { while tokens[index].kind == .newline { index += 1 } }
        return index
    }

    /// The token after the current one.
    func following(_ distance: Int = 1) -> Token {
        var at = position(from: index)
        for _ in 0..<distance { at = position(from: at + 1) }
        return tokens[at]
    }

    @discardableResult
    mutating func advance() -> Token {
        let at = position(from: index)
        index = min(at + 1, tokens.count - 1)
        return tokens[at]
    }

    mutating func skipNewlines() {
        while tokens[index].kind == .newline { index += 1 }
    }

    private mutating func skipSeparators() {
        while tokens[index].kind == .newline || tokens[index].kind == .semicolon { index += 1 }
    }

    @discardableResult
    mutating func expect(_ kind: Token.Kind, _ purpose: String) throws(Diagnostic) -> Token {
        guard current.kind == kind else { throw unexpected(expected: kind.rawValue + " " + purpose) }
        return advance()
    }

    func text(_ token: Token) -> String { source.slice(token.range) }

    /// End of the last token taken.
    var endOfLast: Int { index > 0 ? tokens[index - 1].range.upperBound : 0 }

    /// From `start` to the end of the last token taken that is not a newline.
    func range(from start: Int) -> Range<Int> {
        var last = index - 1
        while last > 0, tokens[last].kind == .newline { last -= 1 }
        return start..<max(start, last >= 0 ? tokens[last].range.upperBound : start)
    }

    func failure(_ message: String, _ range: Range<Int>, label: String = "", help: String = "") -> Diagnostic {
        Diagnostic(.syntax, message, at: SourceSpan(source: source, range: range), label: label, help: help)
    }

    func unexpected(expected: String) -> Diagnostic {
        let token = current
        var found = token.kind.rawValue
        if isInsideString, token.kind == .end { found = "the closing '}'" }
        switch token.kind {
        case .name: found = "'\(text(token))'"
        case .number: found = "the number \(text(token))"
        default: break
        }
        let lacksBraces = token.kind == .colon && expected.hasPrefix("'{'")
        var error = failure(
            Message.expected(expected, found: found), token.range, help: lacksBraces ? Message.bracesHelp : "")
        error.isIncomplete = token.kind == .end && !isInsideString
        return error
    }

    /// Guards recursion: a text of ten thousand opening brackets is an error, not a crash.
    mutating func nested<Result>(
        _ body: (inout Parser) throws(Diagnostic) -> Result
    ) throws(Diagnostic) -> Result {
        if nesting == Self.nestingLimit { throw failure(Message.nestedTooDeeply, current.range) }
        nesting += 1
        defer { nesting -= 1 }
        return try body(&self)
    }

    mutating func inheritNesting(of outer: Parser) { nesting = outer.nesting }

    /// Inside brackets: newlines don't count and spaces don't separate.
    mutating func bracketed<Result>(
        _ body: (inout Parser) throws(Diagnostic) -> Result
    ) throws(Diagnostic) -> Result {
        let outside = (skipsNewlines, spaceSeparates, commaEndsCommand)
        (skipsNewlines, spaceSeparates, commaEndsCommand) = (true, false, false)
        defer { (skipsNewlines, spaceSeparates, commaEndsCommand) = outside }
        return try nested(body)
    }

    // MARK: Blocks

    /// `{` statements `}`
    mutating func block(after purpose: String) throws(Diagnostic) -> [Statement] {
        let outside = (skipsNewlines, spaceSeparates, commaEndsCommand)
        (skipsNewlines, spaceSeparates, commaEndsCommand) = (false, false, false)
        blockDepth += 1
        defer {
            (skipsNewlines, spaceSeparates, commaEndsCommand) = outside
            blockDepth -= 1
        }
        return try nested { (parser) throws(Diagnostic) in
            parser.skipNewlines()
            let brace = try parser.expect(.leftBrace, "after " + purpose)
            parser.statementBraces.insert(brace.range.lowerBound)
            var statements: [Statement] = []
            while true {
                parser.skipSeparators()
                if parser.kind == .rightBrace {
                    parser.advance()
                    return statements
                }
                if parser.kind == .end { throw parser.unexpected(expected: "'}' at the end of the block") }
                statements.append(try parser.statement())
                try parser.endOfStatement()
            }
        }
    }

    private mutating func endOfStatement() throws(Diagnostic) {
        switch kind {
        case .newline, .semicolon, .end, .rightBrace: return
        case .assign:
            throw failure(Message.notAssignable, current.range, help: Message.assignableHelp)
        case .leftBracket where current.spaceBefore:
            throw failure(
                Message.expected("the end of the statement", found: "'['"), current.range,
                help: Message.spaceBeforeBracket)
        case .leftParenthesis where current.spaceBefore:
            throw failure(
                Message.expected("the end of the statement", found: "'('"), current.range,
                help: Message.spaceBeforeParenthesis)
        default: throw unexpected(expected: "the end of the statement")
        }
    }
}

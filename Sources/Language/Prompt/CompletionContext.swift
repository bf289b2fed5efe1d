/// What the text before the cursor says about what may follow.
///
/// The text is unfinished, so there is no syntax tree: this reads tokens and keeps track of the calls and brackets
/// that are still open, whether they are written with parentheses or as commands.
struct CompletionContext {
    enum Kind {
        case word
        /// Inside a string that is not closed.
        case text
        /// After a point: the names before it.
        case member([String])
    }

    private(set) var kind = Kind.word
    /// The part of a word, or of a string, before the cursor.
    private(set) var prefix = ""
    /// The verb whose arguments are being written.
    private(set) var callee: String?
    /// How many positional arguments stand before the one at the cursor.
    private(set) var position = 0
    /// Options already given.
    private(set) var given: Set<String> = []
    /// The option whose value is being written.
    private(set) var option: String?
    /// At the start of a statement or of a group, where a verb is most likely.
    private(set) var isStart = true

    init(before text: String) {
        var source = Source(name: "prompt", text: text)
        var tokens = Lexer.tokensSoFar(of: source)
        let end = tokens.last?.range.upperBound ?? 0
        if let quote = Self.openQuote(in: text, from: end) {
            kind = .text
            prefix = source.slice(quote + 1..<text.utf8.count)
            source = Source(name: "prompt", text: source.slice(0..<quote))
        } else if let last = tokens.last, end == text.utf8.count, last.isWord(in: source) {
            prefix = source.slice(last.range)
            tokens.removeLast()
        }
        if case .word = kind, tokens.last?.kind == .dot {
            kind = .member(Self.path(tokens.dropLast(), source))
        } else {
            readCalls(tokens, source)
        }
    }

    /// Offset of a quote behind the last whole token, which opens a string that is not closed.
    private static func openQuote(in text: String, from end: Int) -> Int? {
        var offset = end
        for byte in text.utf8.dropFirst(end) {
            if byte == UInt8(ascii: "#") { return nil }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return offset }
            offset += 1
        }
        return nil
    }

    /// `a.b` as the names before a point.
    private static func path(_ tokens: ArraySlice<Token>, _ source: Source) -> [String] {
        var names: [String] = []
        var rest = tokens
        while let last = rest.popLast(), last.kind == .name {
            names.insert(source.slice(last.range), at: 0)
            guard rest.last?.kind == .dot else { break }
            rest.removeLast()
        }
        return names
    }

    // MARK: Open calls

    /// A call or bracket that is open at the cursor.
    private struct Open {
        var callee: String?
        /// nil for a command, which ends with its line.
        var closing: Token.Kind?
        var position = 0
        var given: Set<String> = []
        var option: String?
        /// Whether the current argument has a value already.
        var hasValue = false

        /// A value; in a command one after another, with a space between, is the next argument.
        mutating func startValue(_ token: Token) {
            if closing == nil, hasValue, token.spaceBefore { endArgument() }
            hasValue = true
        }

        mutating func endArgument() {
            if hasValue, option == nil { position += 1 }
            hasValue = false
            option = nil
        }
    }

    /// Whether tokens begin with a word that has a colon right behind it.
    private static func isOption(_ tokens: ArraySlice<Token>, _ source: Source) -> Bool {
        guard let word = tokens.first, let colon = tokens.dropFirst().first else { return false }
        return word.isWord(in: source) && colon.kind == .colon && !colon.spaceBefore
    }

    private mutating func readCalls(_ tokens: [Token], _ source: Source) {
        var open = [Open(closing: .end)]
        var isStart = true
        var isPiped = false
        for (index, token) in tokens.enumerated() {
            let next = index + 1 < tokens.count ? tokens[index + 1] : nil
            let isNextClose = next?.spaceBefore == false
            switch token.kind {
            case _ where next?.kind == .colon && isNextClose && token.isWord(in: source):
                open[open.count - 1].endArgument()
                open[open.count - 1].option = source.slice(token.range)
                open[open.count - 1].given.insert(source.slice(token.range))
                isStart = false
            case .name where next?.kind == .leftParenthesis && isNextClose:
                open[open.count - 1].startValue(token)
                open.append(
                    Open(callee: source.slice(token.range), closing: .rightParenthesis, position: isPiped ? 1 : 0))
                (isStart, isPiped) = (false, false)
            case .name where isStart && (next == nil || next?.startsArgument == true):
                open.append(Open(callee: source.slice(token.range), position: isPiped ? 1 : 0))
                (isStart, isPiped) = (false, false)
            case .leftParenthesis:
                // That of a call was opened with its name.
                let isCall = index > 0 && tokens[index - 1].kind == .name && !token.spaceBefore
                if !isCall {
                    open[open.count - 1].startValue(token)
                    open.append(Open(closing: .rightParenthesis))
                }
                isStart = !isCall
            case .leftBracket, .leftBrace:
                open[open.count - 1].startValue(token)
                open.append(Open(closing: token.kind == .leftBracket ? .rightBracket : .rightBrace))
                isStart = token.kind == .leftBrace
            case .rightParenthesis, .rightBracket, .rightBrace:
                while open.count > 1, open[open.count - 1].closing != token.kind { open.removeLast() }
                if open.count > 1 { open.removeLast() }
                open[open.count - 1].hasValue = true
                isStart = false
            case .comma:
                open[open.count - 1].endArgument()
            case .newline where open[open.count - 1].closing != nil && open.count > 1:
                break
            case .newline where Self.isOption(tokens[(index + 1)...].drop { $0.kind == .newline }, source):
                // It belongs to the command of the line before.
                break
            case .newline, .semicolon, .assign, .pipe:
                while open.count > 1, open[open.count - 1].closing == nil { open.removeLast() }
                open[open.count - 1].hasValue = false
                (isStart, isPiped) = (true, token.kind == .pipe)
            case .name, .number, .string, .trueWord, .falseWord, .noneWord:
                open[open.count - 1].startValue(token)
                isStart = false
            case .colon, .dot:
                break
            default:
                // An operator: the argument goes on.
                open[open.count - 1].hasValue = false
                isStart = false
            }
        }
        let last = open[open.count - 1]
        self.isStart = isStart
        given = last.given
        callee = isStart ? nil : last.callee
        // After a value and a space a command goes on with its next argument.
        let isNext = last.closing == nil && last.hasValue
        option = isNext ? nil : last.option
        position = last.position + (isNext && last.option == nil ? 1 : 0)
    }
}

extension Token {
    fileprivate func isWord(in source: Source) -> Bool { kind == .name || Kind.words[source.slice(range)] != nil }

    /// Whether, after a name and a space, it makes the name a command.
    fileprivate var startsArgument: Bool {
        guard spaceBefore else { return false }
        switch kind {
        case .name, .number, .string, .trueWord, .falseWord, .noneWord, .funcWord, .leftParenthesis, .leftBracket,
            .leftBrace, .notWord, .minus:
            return true
        default: return Kind.words.values.contains(kind) && kind != .inWord && kind != .andWord && kind != .orWord
        }
    }
}

extension Lexer {
    /// The tokens up to the end or to what can't be read.
    static func tokensSoFar(of source: Source) -> [Token] {
        var lexer = Lexer(source)
        var tokens: [Token] = []
        while let token = try? lexer.next(), token.kind != .end { tokens.append(token) }
        return tokens
    }
}

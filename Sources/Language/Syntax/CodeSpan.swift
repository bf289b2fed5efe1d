/// A stretch of code and what it is, for colours.
public struct CodeSpan: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case comment, keyword, number, string, verb
        /// A name before a colon: an option of a call, a key of a record.
        case label
        case symbol
    }

    public let kind: Kind
    /// UTF-8 offsets into the source.
    public let range: Range<Int>
}

extension Source {
    /// The coloured stretches of the text, in order and apart; plain names are left out, and so is the rest of a line
    /// that is not code.
    ///
    /// - Parameter isVerb: whether a name is that of a verb.
    public func spans(isVerb: @escaping (String) -> Bool) -> [CodeSpan] {
        var lexer = Lexer(self)
        var painter = CodePainter(source: self, bytes: lexer.bytes, isVerb: isVerb)
        while lexer.position < lexer.end {
            do {
                let token = try lexer.next()
                if token.kind == .end { break }
                painter.add(token)
            } catch {
                lexer.skipLine()
                painter.startLine(at: lexer.position)
            }
        }
        painter.addComment(before: lexer.end)
        return painter.spans
    }
}

extension Source {
    /// Names that the text gives a value: targets of assignments, parameters, names of functions and theirs, of loops.
    public var declaredNames: Set<String> {
        var lexer = Lexer(self)
        var tokens: [Token] = []
        while lexer.position < lexer.end {
            if let token = try? lexer.next() { tokens.append(token) } else { lexer.skipLine() }
        }
        var names: Set<String> = []
        for (index, token) in tokens.enumerated() where token.kind == .name {
            let before = index > 0 ? tokens[index - 1] : nil
            let after = index + 1 < tokens.count ? tokens[index + 1].kind : .end
            let isTarget = after == .assign && before?.kind != .dot
            let followsWord =
                before?.kind == .forWord || before?.kind == .funcWord || before.map { slice($0.range) } == "param"
            if isTarget || followsWord || after == .arrow { names.insert(slice(token.range)) }
        }
        for (index, token) in tokens.enumerated() where token.kind == .funcWord {
            names.formUnion(
                tokens[index...].prefix { $0.kind != .rightParenthesis }.filter { $0.kind == .name }.map {
                    slice($0.range)
                })
        }
        return names
    }
}

extension Lexer {
    /// On to the next line, past what can't be read.
    fileprivate mutating func skipLine() {
        while position < end, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        position = min(position + 1, end)
    }
}

private struct CodePainter {
    let source: Source
    let bytes: [UInt8]
    let isVerb: (String) -> Bool
    var spans: [CodeSpan] = []
    /// The end of the token before, for comments are what stands between tokens.
    private var position = 0
    private var isStartOfStatement = true
    private var isMember = false
    /// Of the code in a string: where it ends and its format begins.
    private var formatStart = -1

    init(source: Source, bytes: [UInt8], isVerb: @escaping (String) -> Bool) {
        self.source = source
        self.bytes = bytes
        self.isVerb = isVerb
    }

    mutating func startLine(at position: Int) {
        self.position = position
        isStartOfStatement = true
    }

    mutating func addComment(before end: Int) {
        guard let start = bytes[position..<max(position, end)].firstIndex(of: UInt8(ascii: "#")) else { return }
        add(.comment, start..<end)
    }

    mutating func add(_ token: Token) {
        addComment(before: token.range.lowerBound)
        switch token.kind {
        case .newline, .end: break
        case .name: addName(token.range)
        case .number: add(.number, token.range)
        case .string: addString(token)
        case let kind where Token.Kind.wordKinds.contains(kind): add(.keyword, token.range)
        default: add(.symbol, token.range)
        }
        position = token.range.upperBound
        isMember = token.kind == .dot
        isStartOfStatement = [.newline, .semicolon, .leftBrace].contains(token.kind)
    }

    private mutating func add(_ kind: CodeSpan.Kind, _ range: Range<Int>) {
        if !range.isEmpty { spans.append(CodeSpan(kind: kind, range: range)) }
    }

    private mutating func addName(_ range: Range<Int>) {
        let name = source.slice(range)
        if isMember { return }
        if CodeVocabulary.clauseWords.contains(name) { return add(.keyword, range) }
        if isStartOfStatement, Grammar.wordStatements[name] != nil, isFollowedByValue(range.upperBound) {
            return add(.keyword, range)
        }
        if range.upperBound < bytes.count, bytes[range.upperBound] == UInt8(ascii: ":"), range.upperBound != formatStart
        {
            return add(.label, range)
        }
        if isVerb(name) { add(.verb, range) }
    }

    /// `time` and `param` are also good names for variables.
    private func isFollowedByValue(_ end: Int) -> Bool {
        guard let next = bytes[end...].first(where: { $0 != UInt8(ascii: " ") }) else { return false }
        return !"=.,;)]}\n".utf8.contains(next)
    }

    /// The code inside a string is code; braces and formats belong to the string.
    private mutating func addString(_ token: Token) {
        var start = token.range.lowerBound
        for case .code(let tokens, _, _) in token.parts {
            guard let first = tokens.first, let last = tokens.last else { continue }
            add(.string, start..<first.range.lowerBound)
            position = first.range.lowerBound
            let outside = formatStart
            formatStart = last.range.lowerBound
            for inner in tokens { add(inner) }
            formatStart = outside
            start = last.range.lowerBound
        }
        add(.string, start..<token.range.upperBound)
    }
}

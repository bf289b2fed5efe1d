/// A text as words and comments, with where its lines end: what the formatter rearranges.
struct FormatText {
    struct Piece {
        enum Role {
            /// Names, literals, and reserved words that name a member or an option.
            case word
            case keyword, funcWord
            /// An operator between two values, an arrow, an assignment.
            case infix
            case sign
            case dots(hasStart: Bool, hasStop: Bool)
            case open, close
            /// Braces around statements, and around the values of an `if`.
            case blockOpen(isStatements: Bool), blockClose
            case comma, semicolon, dot, colon, question, comment
        }

        let role: Role
        let text: String
        /// UTF-8 offset in the text.
        let start: Int
        /// Columns in front of it on its line; nil once the line was broken before it.
        var column: Int?
        /// Spaces in front of it.
        let spaces: Int
        /// Line ends in front of it: 0, 1, or 2 for a blank line.
        var breaks: Int
        var isStatement = false
        /// A label in front of a colon.
        var isOption = false
        /// A semicolon behind a statement that shows a value.
        var silences = false
    }

    var pieces: [Piece] = []

    init(_ source: Source) throws(Diagnostic) {
        let tokens = try Lexer.tokens(of: source)
        let roles = try FormatRoles(source, tokens)
        var end = 0, breaks = 0
        let bytes = Array(source.text.utf8)
        for (index, token) in tokens.enumerated() {
            let gap = bytes[end..<token.range.lowerBound]
            var spaces = token.range.lowerBound - end
            if let mark = gap.firstIndex(of: UInt8(ascii: "#")) {
                let comment = source.slice(mark..<token.range.lowerBound)
                add(.comment, comment.trimmingEnd(), mark, spaces: mark - end, breaks: breaks, in: source)
                (breaks, spaces) = (0, 0)
            }
            end = token.range.upperBound
            switch token.kind {
            case .newline: breaks = min(breaks + 1, 2)
            case .end: break
            default:
                add(
                    roles.role(of: token, at: index), source.slice(token.range), token.range.lowerBound,
                    spaces: spaces, breaks: breaks, in: source)
                pieces[pieces.count - 1].isStatement = roles.statements.contains(token.range.lowerBound)
                pieces[pieces.count - 1].isOption = roles.isOption(at: index)
                pieces[pieces.count - 1].silences =
                    token.kind == .semicolon && breaks == 0 && roles.silences(at: index)
                breaks = 0
            }
        }
    }

    private mutating func add(
        _ role: Piece.Role, _ text: String, _ start: Int, spaces: Int, breaks: Int, in source: Source
    ) {
        let line = source.lineStarts[source.lineIndex(of: start)]
        pieces.append(
            Piece(
                role: role, text: text, start: start, column: source.slice(line..<start).displayWidth, spaces: spaces,
                breaks: breaks))
    }

    /// All that formatting must leave as it is.
    var words: [String] {
        pieces.filter { if case .semicolon = $0.role { $0.silences } else { true } }.map(\.text)
    }

    // MARK: Lines

    /// A statement a line, blocks of several lines with their braces at the ends of lines, no idle semicolons.
    mutating func arrange() {
        dropIdleSemicolons()
        separateStatements()
        joinElse()
        openBlocks()
        limitBlankLines()
    }

    /// A line end in front of a piece of the text, and what follows from it.
    mutating func breakLine(before piece: Int) {
        pieces[piece].breaks = 1
        pieces[piece].column = nil
        openBlocks()
    }

    private mutating func dropIdleSemicolons() {
        var kept: [Piece] = []
        var breaks = 0
        var wasDropped = false
        for var piece in pieces {
            if case .semicolon = piece.role, !piece.silences {
                breaks = max(breaks, piece.breaks)
                wasDropped = true
                continue
            }
            piece.breaks = max(piece.breaks, breaks)
            if wasDropped, piece.isStatement { piece.breaks = max(piece.breaks, 1) }
            (breaks, wasDropped) = (0, false)
            kept.append(piece)
        }
        pieces = kept
    }

    private mutating func separateStatements() {
        for index in pieces.indices.dropFirst() where pieces[index].isStatement {
            if case .semicolon = pieces[index - 1].role { pieces[index].breaks = max(pieces[index].breaks, 1) }
        }
    }

    /// `} else {`
    private mutating func joinElse() {
        for index in pieces.indices.dropFirst() where pieces[index].text == "else" {
            guard case .keyword = pieces[index].role, case .blockClose = pieces[index - 1].role else { continue }
            pieces[index].breaks = 0
        }
    }

    /// A block with a line end in it has one behind its first brace and one before its last.
    private mutating func openBlocks() {
        var open: [(place: Int, isBlock: Bool, hasBreak: Bool)] = []
        for index in pieces.indices {
            if pieces[index].breaks > 0, !open.isEmpty { open[open.count - 1].hasBreak = true }
            switch pieces[index].role {
            case .open: open.append((index, false, false))
            case .blockOpen: open.append((index, true, false))
            case .close, .blockClose:
                guard let (place, isBlock, hasBreak) = open.popLast() else { continue }
                guard hasBreak else { continue }
                if !open.isEmpty { open[open.count - 1].hasBreak = true }
                guard isBlock else { continue }
                pieces[index].breaks = max(pieces[index].breaks, 1)
                if case .comment = pieces[place + 1].role { continue }
                pieces[place + 1].breaks = max(pieces[place + 1].breaks, 1)
            default: break
            }
        }
    }

    /// None at the start of the text, of a block or a bracket, nor at their ends.
    private mutating func limitBlankLines() {
        for index in pieces.indices where pieces[index].breaks == 2 {
            switch pieces[index].role {
            case .close, .blockClose: pieces[index].breaks = 1
            default: break
            }
            guard index > 0 else { continue }
            var before = index - 1
            if case .comment = pieces[before].role, pieces[before].breaks == 0, before > 0 { before -= 1 }
            switch pieces[before].role {
            case .open, .blockOpen: pieces[index].breaks = 1
            default: break
            }
        }
        if !pieces.isEmpty { pieces[0].breaks = 0 }
    }
}

extension String {
    fileprivate func trimmingEnd() -> String {
        var scalars = Array(unicodeScalars)
        while let last = scalars.last, last == " " || last == "\t" || last == "\r" { scalars.removeLast() }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }
}

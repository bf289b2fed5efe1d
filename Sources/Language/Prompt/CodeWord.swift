/// A name or a reserved word at a cursor.
public struct CodeWord {
    public let text: String
    /// UTF-8 offsets into the source.
    public let range: Range<Int>
    /// Stands in front of a colon: an option, a key.
    public let isLabel: Bool
    /// Stands behind a point.
    public let isMember: Bool
}

extension Source {
    /// The word that an offset lies in or at the end of, code in strings included; nil where there is none.
    public func word(at offset: Int) -> CodeWord? { word(at: offset, in: Lexer.tokensSoFar(of: self)) }

    private func word(at offset: Int, in tokens: [Token]) -> CodeWord? {
        for (index, token) in tokens.enumerated()
        where token.range.lowerBound <= offset && offset <= token.range.upperBound {
            if token.kind == .string {
                for case .code(let inner, _, _) in token.parts {
                    if let found = word(at: offset, in: inner) { return found }
                }
            }
            guard token.kind == .name || Token.Kind.wordKinds.contains(token.kind) else { continue }
            let next = index + 1 < tokens.count ? tokens[index + 1] : nil
            return CodeWord(
                text: slice(token.range), range: token.range,
                isLabel: next?.kind == .colon && next?.spaceBefore == false,
                isMember: index > 0 && tokens[index - 1].kind == .dot)
        }
        return nil
    }

    /// The file that an `import` at an offset names.
    public func importedPath(at offset: Int) -> String? {
        let tokens = Lexer.tokensSoFar(of: self)
        for (index, token) in tokens.enumerated().dropFirst()
        where token.kind == .string && token.range.contains(offset) {
            let word = tokens[index - 1]
            guard word.kind == .name, slice(word.range) == "import", token.parts.count == 1,
                case .text(let path) = token.parts[0]
            else { return nil }
            return Interpreter.path(path, importedFrom: name)
        }
        return nil
    }

    /// Whether a text can name a variable.
    public static func isName(_ text: String) -> Bool { Lexer.isName(text) }
}

/// The call whose arguments are being written at a cursor.
public struct CallAtCursor {
    public let callee: String
    /// Of the argument at the cursor, from 0, among those without a label.
    public let position: Int
    /// Its label.
    public let option: String?

    /// - Parameter text: all that stands in front of the cursor.
    /// - Returns: nil where no call is open.
    public init?(before text: String) {
        let context = CompletionContext(before: text)
        guard let callee = context.callee else { return nil }
        self.callee = callee
        position = context.position
        option = context.option
    }
}

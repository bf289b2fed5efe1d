/// The words and signs of the lexer and the grammar, for whoever colours code without them.
public enum CodeVocabulary {
    /// They name nothing else.
    public static var reservedWords: [String] { Token.Kind.words.keys.sorted() }
    /// Special where a statement starts and a value follows.
    public static var statementWords: [String] { Grammar.wordStatements.keys.sorted() }
    /// Special behind a value.
    public static let clauseWords = ["within"]
    /// Longest first.
    public static var symbols: [String] { Token.Kind.symbols.map { "\($0.text)" } }
}

/// One word of the source.
struct Token {
    /// The raw value is how messages name it.
    enum Kind: String {
        case name = "a name"
        case number = "a number"
        case string = "a string"
        case newline = "the end of the line"
        case end = "the end of the text"

        case ifWord = "'if'"
        case elseWord = "'else'"
        case forWord = "'for'"
        case inWord = "'in'"
        case whileWord = "'while'"
        case funcWord = "'func'"
        case returnWord = "'return'"
        case breakWord = "'break'"
        case continueWord = "'continue'"
        case andWord = "'and'"
        case orWord = "'or'"
        case notWord = "'not'"
        case trueWord = "'true'"
        case falseWord = "'false'"
        case noneWord = "'none'"

        case leftParenthesis = "'('"
        case rightParenthesis = "')'"
        case leftBracket = "'['"
        case rightBracket = "']'"
        case leftBrace = "'{'"
        case rightBrace = "'}'"
        case comma = "','"
        case colon = "':'"
        case semicolon = "';'"
        case dot = "'.'"
        case dots = "'..'"
        case question = "'?'"
        case arrow = "'->'"
        case pipe = "'|>'"
        case assign = "'='"
        case plusAssign = "'+='"
        case minusAssign = "'-='"
        case starAssign = "'*='"
        case slashAssign = "'/='"
        case plus = "'+'"
        case minus = "'-'"
        case star = "'*'"
        case slash = "'/'"
        case percent = "'%'"
        case power = "'**'"
        case at = "'@'"
        case equal = "'=='"
        case notEqual = "'!='"
        case less = "'<'"
        case lessOrEqual = "'<='"
        case greater = "'>'"
        case greaterOrEqual = "'>='"
        case close = "'≈'"

        /// Reserved words.
        static let words: [String: Kind] = [
            "if": .ifWord, "else": .elseWord, "for": .forWord, "in": .inWord, "while": .whileWord, "func": .funcWord,
            "return": .returnWord, "break": .breakWord, "continue": .continueWord, "and": .andWord, "or": .orWord,
            "not": .notWord, "true": .trueWord, "false": .falseWord, "none": .noneWord,
        ]

        static let wordKinds = Set(words.values)

        /// Longest first, so that the first that fits is the right one.
        static let symbols: [(text: StaticString, kind: Kind)] = [
            ("≈", .close),
            ("|>", .pipe), ("->", .arrow), ("==", .equal), ("!=", .notEqual), ("<=", .lessOrEqual),
            (">=", .greaterOrEqual), ("~=", .close), ("**", .power), ("+=", .plusAssign), ("-=", .minusAssign),
            ("*=", .starAssign), ("/=", .slashAssign), ("..", .dots),
            ("(", .leftParenthesis), (")", .rightParenthesis), ("[", .leftBracket), ("]", .rightBracket),
            ("{", .leftBrace), ("}", .rightBrace), (",", .comma), (":", .colon), (";", .semicolon), (".", .dot),
            ("?", .question), ("=", .assign), ("+", .plus), ("-", .minus), ("*", .star), ("/", .slash),
            ("%", .percent), ("@", .at), ("<", .less), (">", .greater),
        ]
    }

    /// A piece of a string: text as it is, or code in braces.
    enum Part {
        case text(String)
        case code([Token], format: String?, formatRange: Range<Int>)
    }

    let kind: Kind
    /// UTF-8 offsets into the source.
    let range: Range<Int>
    /// Whether white space, or the start of the line, stands before it.
    let spaceBefore: Bool
    var number = 0.0
    /// Of a string.
    var parts: [Part] = []
}

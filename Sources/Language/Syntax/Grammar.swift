/// The grammar of expressions and statements, as tables.
///
///     level        operators               groups
///     pipe         |>                      left      lowest
///     lambda       x -> …, (x, y) -> …     right
///     or           or                      left
///     and          and                     left
///     not          not                     prefix
///     comparison   == != < <= > >= ≈ in    none
///     range        a..b, a..b by c         none
///     sum          + -                     left
///     product      * / % @                 left
///     sign         -                       prefix
///     power        **                      right
///     postfix      x.name x[…] f(…)        left      highest
enum Grammar {
    enum Level: Int, Comparable {
        case or = 1, and, not, comparison, range, sum, product, sign, power

        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

        /// The level that the right operand must have.
        var right: Level {
            switch self {
            case .or: .and
            case .and: .not
            case .comparison: .range
            case .range: .sum
            case .sum: .product
            case .product: .sign
            // `2 ** -1` and `2 ** 3 ** 2`
            case .power, .sign: .sign
            case .not: .not
            }
        }
    }

    struct Infix {
        let level: Level
        let build: @Sendable (Expression, Expression) -> Expression.Kind
    }

    /// Operators between two operands; `..`, `≈` and `not in` have more parts and are read by the parser itself.
    static let infix: [Token.Kind: Infix] = [
        .orWord: Infix(level: .or) { .or($0, $1) },
        .andWord: Infix(level: .and) { .and($0, $1) },
        .equal: Infix(level: .comparison) { .binary(.equal, $0, $1) },
        .notEqual: Infix(level: .comparison) { .binary(.notEqual, $0, $1) },
        .less: Infix(level: .comparison) { .binary(.less, $0, $1) },
        .lessOrEqual: Infix(level: .comparison) { .binary(.lessOrEqual, $0, $1) },
        .greater: Infix(level: .comparison) { .binary(.greater, $0, $1) },
        .greaterOrEqual: Infix(level: .comparison) { .binary(.greaterOrEqual, $0, $1) },
        .inWord: Infix(level: .comparison) { .binary(.contained, $0, $1) },
        .close: Infix(level: .comparison) { .close($0, $1, within: nil) },
        .dots: Infix(level: .range) { .range(start: $0, stop: $1, step: nil) },
        .plus: Infix(level: .sum) { .binary(.add, $0, $1) },
        .minus: Infix(level: .sum) { .binary(.subtract, $0, $1) },
        .star: Infix(level: .product) { .binary(.multiply, $0, $1) },
        .slash: Infix(level: .product) { .binary(.divide, $0, $1) },
        .percent: Infix(level: .product) { .binary(.remainder, $0, $1) },
        .at: Infix(level: .product) { .binary(.matmul, $0, $1) },
        .power: Infix(level: .power) { .binary(.power, $0, $1) },
    ]

    /// `x += 1`
    static let updates: [Token.Kind: BinaryOperator] = [
        .plusAssign: .add, .minusAssign: .subtract, .starAssign: .multiply, .slashAssign: .divide,
    ]

    /// Words that start a statement. The first group is reserved; the second is only special where a value follows,
    /// so that `time` and `param` stay good names for variables.
    static let keywordStatements: [Token.Kind: @Sendable (inout Parser) throws(Diagnostic) -> Statement.Kind] = [
        .ifWord: { (parser) throws(Diagnostic) in try parser.ifStatement() },
        .forWord: { (parser) throws(Diagnostic) in try parser.forStatement() },
        .whileWord: { (parser) throws(Diagnostic) in try parser.whileStatement() },
        .returnWord: { (parser) throws(Diagnostic) in try parser.returnStatement() },
        .breakWord: { (parser) throws(Diagnostic) in try parser.loopExit(.break) },
        .continueWord: { (parser) throws(Diagnostic) in try parser.loopExit(.continue) },
    ]

    static let wordStatements: [String: @Sendable (inout Parser) throws(Diagnostic) -> Statement.Kind] = [
        "import": { (parser) throws(Diagnostic) in try parser.importStatement() },
        "expect": { (parser) throws(Diagnostic) in try parser.expectStatement() },
        "param": { (parser) throws(Diagnostic) in try parser.parameterStatement() },
        "time": { (parser) throws(Diagnostic) in .time(try parser.measuredStatement()) },
        "profile": { (parser) throws(Diagnostic) in .profile(try parser.measuredStatement()) },
    ]
}

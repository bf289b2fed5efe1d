/// The syntax tree. Ranges are UTF-8 offsets into the source.
struct Expression {
    indirect enum Kind {
        case number(Double)
        case string([StringPart])
        case boolean(Bool)
        case none
        case name(String)
        case list([Expression])
        case record([(key: String, value: Expression)])
        /// `a..b by c`; open ends are nil.
        case range(start: Expression?, stop: Expression?, step: Expression?)
        case negate(Expression)
        case not(Expression)
        case and(Expression, Expression)
        case or(Expression, Expression)
        case binary(BinaryOperator, Expression, Expression)
        /// `a ≈ b within c`
        case close(Expression, Expression, within: Expression?)
        case call(Call)
        case index(Expression, [Expression])
        case member(Expression, String, nameRange: Range<Int>)
        case function(FunctionSyntax)
        case conditional(Expression, then: Expression, otherwise: Expression)
    }

    enum StringPart {
        case text(String)
        case code(Expression, Format?)
    }

    let kind: Kind
    let range: Range<Int>
}

/// `f(a, b: c)`, `f a b: c` or `a |> f b: c`; the tree doesn't tell them apart.
struct Call {
    let callee: Expression
    let arguments: [Argument]

    struct Argument {
        /// nil for a positional argument.
        let name: String?
        let nameRange: Range<Int>
        let value: Expression
    }
}

final class FunctionSyntax {
    /// Empty for an anonymous function.
    let name: String
    let parameters: [Parameter]
    let body: [Statement]
    /// From `func` or the first parameter to the end of the body.
    let range: Range<Int>

    struct Parameter {
        let name: String
        let range: Range<Int>
        let fallback: Expression?
    }

    init(name: String, parameters: [Parameter], body: [Statement], range: Range<Int>) {
        self.name = name
        self.parameters = parameters
        self.body = body
        self.range = range
    }
}

struct Statement {
    indirect enum Kind {
        case expression(Expression, isSilenced: Bool)
        /// One target, or several for destructuring; several values stand for a list.
        case assign([Expression], [Expression])
        /// `x += 1`
        case update(Expression, BinaryOperator, Expression)
        case conditional(Expression, then: [Statement], otherwise: [Statement])
        case loop([Expression], in: Expression, body: [Statement])
        case whileLoop(Expression, body: [Statement])
        case function(FunctionSyntax)
        case `return`([Expression])
        case `break`
        case `continue`
        case importFile(Expression)
        case expect(Expression, message: Expression?)
        /// `short` is the value that a recipe's short form takes instead of the default.
        case parameter(name: String, fallback: Expression, help: String, short: Expression?)
        case time(Statement)
        case profile(Statement)
    }

    let kind: Kind
    let range: Range<Int>
}

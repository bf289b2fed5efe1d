import Basics

extension Message {
    // MARK: Characters and words

    static func unknownCharacter(_ scalar: Unicode.Scalar) -> String {
        let isPrintable = scalar.properties.generalCategory != .control && scalar != "\u{FFFD}"
        return isPrintable
            ? "unknown character '\(scalar)'"
            : "unknown character U+" + String(scalar.value, radix: 16, uppercase: true)
    }
    /// What to write instead of a character that looks right but isn't.
    static func replacement(for scalar: Unicode.Scalar) -> String {
        let replacements: [Unicode.Scalar: String] = [
            "“": "\"", "”": "\"", "„": "\"", "‘": "'", "’": "'", "≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "·": "*",
            "−": "-", "–": "-", "÷": "/", "→": "->", "…": "..", "!": "not", "&": "and", "|": "|> or 'or'", "^": "**",
            "~": "~=",
        ]
        return replacements[scalar].map { "write \($0)" } ?? ""
    }
    static func malformedNumber(_ text: String) -> String { "'\(text)' is neither a number nor a name" }
    static func inexactNumber(_ text: String) -> String {
        "\(text) has more digits than a number keeps, which counts in ones up to 2^53 = 9007199254740992"
    }
    static func inexactNumberHelp(_ text: String) -> String {
        "the nearest number is meant by \(text).0; int64 tensors count on: tensor([2**53], dtype: \"int64\") + 1"
    }
    static let unclosedString = "the string is not closed on its line"
    static func unclosedStringHelp(quote: String) -> String {
        "add \(quote) at its end; \\n inside a string is a new line"
    }
    static func unknownEscape(_ text: String) -> String { "unknown escape '\(text)' in a string" }
    static let escapes = "\\n \\t \\r \\\\ \\\" \\{ \\} \\u{1F436}; '…' takes text as it is"
    static let unclosedInterpolation = "the '{' in the string is not closed"
    static let literalBraceHelp = "\\{ is a brace as it is"
    static func unknownFormat(_ text: String) -> String { "unknown format '\(text)'" }
    static let formatHelp = "[<>^][+][0][width][,][.digits][f e g d % s], as in {x:.3f} or {name:>10}"

    // MARK: Grammar

    static func expected(_ expected: String, found: String) -> String { "expected \(expected), found \(found)" }
    static func unclosed(_ opening: String, _ closing: String) -> String {
        "'\(opening)' is never closed by \(closing)"
    }
    static let nestedTooDeeply = "this is nested too deeply"
    static let chainTooLong = "this expression is too long; give a part of it a name"
    static let notAssignable = "only a name, an element or a member can be assigned"
    static let assignableHelp = "x = 1, x[0] = 1, r.alpha = 1, or a, b = pair; == compares"
    static let assignInExpression = "'=' can't stand here"
    static let assignInExpressionHelp = "== compares; an option is written name: value"
    static let slashAsValue = "expected a value, found '/'"
    static let slashAsValueHelp = "a comment begins with #; the whole part of a quotient is floor(a / b)"
    static let pointAsValue = "expected a value, found '.'"
    static let pointAsValueHelp = "a number begins with a digit: 0.5"
    static let bracesHelp = "what belongs together stands in braces: if x > 0 { … }, for x in xs { … }, func f(x) { … }"
    static let spaceBeforeBracket = "x[0] indexes, without a space; beside an operator a call has parentheses: f([0])"
    static let spaceBeforeParenthesis = "f(x) calls, without a space; beside an operator every call has parentheses"
    static let chainedComparison = "comparisons can't be chained"
    static let chainedComparisonHelp = "write 0 < x and x < 1"
    static let colonInSubscript = "a range between brackets is written with '..'"
    static let colonInSubscriptHelp = "x[1..3], x[2..], x[..3], x[0..10 by 2]; ':' alone takes all"
    static let commasBetweenArguments = "between parentheses commas separate arguments: f(x, y, name: z)"
    static let commaInGroup = "parentheses hold one value"
    static let commaInGroupHelp = "[a, b] makes a list"
    static func unequalAssignment(targets: Int, values: Int) -> String {
        "\(Words.count(targets, "name")) can't take \(Words.count(values, "value"))"
    }

    // MARK: Statements

    static let returnOutside = "'return' stands only inside a function"
    static func outsideLoop(_ word: String) -> String { "'\(word)' stands only inside 'for' or 'while'" }
    static func onlyAtTop(_ word: String) -> String { "'\(word)' stands only at the top level" }
    static func namesBeforehand(_ verb: String) -> String {
        "names are looked up before code runs, and those that '\(verb)' brings must be there by then"
    }
    static let plainHelp = "the help of a parameter is a plain string"
    static let plainShort = "the short value of a parameter is written out: a number, a string, a list of these"
    static func parameterTwice(_ name: String) -> String { "the function has two parameters '\(name)'" }
    static func defaultsLast(_ name: String) -> String {
        "the parameter '\(name)' needs a default, as the one before it has one"
    }
    static func notOwnVariable(_ name: String) -> String { "a function can't change '\(name)', which is not its own" }
    static func notOwnVariableHelp(_ name: String) -> String {
        "copy it first (own = \(name)), or return the new value"
    }

    // MARK: Formatting

    static let unstableFormat = "this text can't be formatted without changing what it means; it was left as it is"

    // MARK: Limits

    static let tooManyVariables = "the session has too many variables"
    static let tooManyParameters = "a function takes at most 63 parameters"
    static let tooManyArguments = "a call takes at most 250 arguments"
    static let tooComplex = "this is too much for one piece of code; cut it into functions"
}

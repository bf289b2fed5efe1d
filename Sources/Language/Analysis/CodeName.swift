/// A name of a text: all places where it means the same, read off the syntax without running anything.
public final class CodeName {
    public enum Kind: String, Sendable {
        case variable, function
        /// Of a function.
        case argument
        /// Declared by `param`.
        case parameter
    }

    public struct Use: Sendable {
        public enum Role: Sendable {
            /// It is given a value here.
            case definition
            case reading
            /// It is called, and what it gives is used or not.
            case call(isValueUsed: Bool)
        }

        public let span: SourceSpan
        public let role: Role
        /// Of a definition: the statement that makes it.
        public let statement: Range<Int>?
        /// Of a definition: one of several names, or the variable of a loop, which may be there for its place alone.
        let isIncidental: Bool

        public var isDefinition: Bool { if case .definition = role { true } else { false } }
    }

    public let name: String
    public internal(set) var kind: Kind
    /// Whether it belongs to the session; otherwise it is a function's own.
    public let isOfSession: Bool
    /// In the order of the text; those of imported files come where the import stands.
    public internal(set) var uses: [Use] = []
    /// What it stands for where it is a function.
    var function: FunctionSyntax?
    /// The function whose own it is.
    var owner: FunctionSyntax?
    /// Arguments that calls of it name.
    var labels: [(text: String, span: SourceSpan)] = []

    init(_ name: String, kind: Kind, isOfSession: Bool) {
        self.name = name
        self.kind = kind
        self.isOfSession = isOfSession
    }

    public var definitions: [Use] { uses.filter(\.isDefinition) }
    var isRead: Bool { uses.contains { !$0.isDefinition } }

    /// `func area(width, height = width)`, or the statement that gives it its value, clipped to a line.
    public var summary: String {
        guard let definition = definitions.last, let statement = definition.statement else { return name }
        let source = definition.span.source
        if let function, !function.name.isEmpty {
            return "func " + name + signature(function, in: source)
        }
        if kind == .argument { return "\(name): an argument of the function" }
        let lines = source.slice(statement).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count > 1 ? lines[0] + " …" : String(lines.first ?? "")
    }

    /// The parameters of a function with their defaults, in the order of the text.
    public var parameters: [String] {
        guard let function, let source = definitions.last?.span.source else { return [] }
        return function.parameters.map { Self.text($0, in: source) }
    }

    private func signature(_ function: FunctionSyntax, in source: Source) -> String {
        "(" + function.parameters.map { Self.text($0, in: source) }.joined(separator: ", ") + ")"
    }

    private static func text(_ parameter: FunctionSyntax.Parameter, in source: Source) -> String {
        parameter.name + (parameter.fallback.map { " = " + source.slice($0.range) } ?? "")
    }

    /// The comment on the lines right above the definition, without its marks.
    public var comment: String {
        guard let definition = definitions.last, let statement = definition.statement else { return "" }
        let source = definition.span.source
        var lines: [String] = []
        var line = source.lineIndex(of: statement.lowerBound) - 1
        while line >= 0 {
            let text = source.line(line).drop { $0 == " " || $0 == "\t" }
            guard text.hasPrefix("#"), !text.hasPrefix("#!") else { break }
            lines.insert(String(text.drop { $0 == "#" }.drop { $0 == " " }), at: 0)
            line -= 1
        }
        return lines.joined(separator: "\n")
    }
}

/// Something in a text that is wrong, or looks wrong.
public struct CodeProblem: Sendable {
    public enum Rule: String, Sendable, CaseIterable {
        case syntax = "syntax"
        case unknownName = "unknown-name"
        case unknownOption = "unknown-option"
        case unusedName = "unused-name"
        case missingValue = "missing-value"
        case hiddenVerb = "hidden-verb"
        case unreachable = "unreachable"
        case cellOrder = "cell-order"
        case breakpoint = "breakpoint"
    }

    public let rule: Rule
    public let span: SourceSpan
    public let message: String
    /// Did you mean … ?
    public let label: String
    public let help: String

    init(rule: Rule, span: SourceSpan, message: String, label: String, help: String) {
        (self.rule, self.span, self.message, self.label, self.help) = (rule, span, message, label, help)
    }

    /// Of a text that can't be read at all.
    public init(_ error: Diagnostic) {
        self.init(rule: .syntax, span: error.span, message: error.message, label: error.label, help: error.help)
    }

    /// Running the text would fail.
    public var isError: Bool { [.syntax, .unknownName, .unknownOption].contains(rule) }
}

import Basics

/// Reads the names off the syntax of one text after another, as the compiler gives them their places: a name assigned
/// anywhere in a function is the function's own, all others are the session's.
struct NameCollector {
    let registry: Registry
    private let read: (String) -> String?
    private(set) var names: [CodeName] = []
    var problems: [CodeProblem] = []
    /// Readings of session names, for later: by then it is known what has a value.
    private(set) var readings: [Reading] = []
    /// Functions, and whether a text of this name was ever imported or `open` brings names nobody knows.
    var bringsUnknownNames = false
    /// Names that unfinished code seems to give a value.
    private(set) var guessedNames: Set<String> = []

    struct Reading {
        let name: String
        let span: SourceSpan
        /// Inside a function, which runs later.
        let isDelayed: Bool
        /// Whether the name had a value in the text before.
        let isDefined: Bool
    }

    private(set) var session: [String: CodeName] = [:]
    private var scopes: [[String: CodeName]] = []
    private(set) var source: Source
    private(set) var isChecked = true
    private var importing: [String] = []
    private var statement: Range<Int>?

    init(registry: Registry, read: @escaping (String) -> String?) {
        self.registry = registry
        self.read = read
        source = Source(name: "", text: "")
    }

    mutating func add(_ part: CodeAnalysis.Part) {
        (source, isChecked) = (part.source, part.isChecked)
        do {
            visit(try Parser.parse(part.source))
        } catch {
            guessedNames.formUnion(part.source.declaredNames)
            guard isChecked else { return }
            problems.append(CodeProblem(error))
        }
    }

    // MARK: Statements

    private mutating func visit(_ statements: [Statement]) {
        for (index, statement) in statements.enumerated() {
            visit(statement)
            switch statement.kind {
            case .return, .break, .continue:
                guard index + 1 < statements.count else { continue }
                let rest = statements[index + 1].range.lowerBound..<statements[statements.count - 1].range.upperBound
                let word = source.slice(statement.range).prefix { $0.isLetter }
                report(.unreachable, rest, "this never runs: '\(word)' stands in front of it", help: "remove it")
            default: break
            }
        }
    }

    private mutating func visit(_ statement: Statement) {
        let outside = self.statement
        self.statement = statement.range
        defer { self.statement = outside }
        switch statement.kind {
        case .expression(let value, _): visit(value, isUsed: false)
        case .importFile(let path):
            visit(path)
            importFile(path)
        case .assign(let targets, let values):
            for value in values { visit(value) }
            for target in targets { assign(target, isIncidental: targets.count > 1) }
            if let (name, function) = statement.definition { define(name, as: function) }
        case .update(let target, _, let value):
            visit(value)
            visit(target)
            assign(target, isIncidental: true)
        case .conditional(let condition, let then, let otherwise):
            visit(condition)
            visit(then)
            visit(otherwise)
        case .loop(let targets, let items, let body):
            visit(items)
            for target in targets { assign(target, isIncidental: true) }
            visit(body)
        case .whileLoop(let condition, let body):
            visit(condition)
            visit(body)
        case .function(let function):
            let end = function.range.lowerBound
            add(.definition, function.name, end - function.name.utf8.count..<end, kind: .function)
            define(function.name, as: function)
            visit(function)
        case .return(let values): for value in values { visit(value) }
        case .break, .continue: break
        case .expect(let condition, let message):
            visit(condition)
            if let message { visit(message) }
        case .parameter(let name, let fallback, _, _):
            visit(fallback)
            // Only white space stands between `param` and the name.
            var start = statement.range.lowerBound + "param".utf8.count
            while source.slice(start..<start + name.utf8.count) != name { start += 1 }
            add(.definition, name, start..<start + name.utf8.count, kind: .parameter)
        case .time(let timed), .profile(let timed): visit(timed)
        }
    }

    private mutating func importFile(_ path: Expression) {
        guard let written = path.writtenText else { return }
        let full = Interpreter.path(written, importedFrom: source.name)
        guard !importing.contains(full), let text = read(full) else {
            bringsUnknownNames = true
            return
        }
        let outside = (source, isChecked)
        importing.append(full)
        add(CodeAnalysis.Part(Source(name: full, text: text), isChecked: false))
        importing.removeLast()
        (source, isChecked) = outside
    }

    mutating func visit(_ function: FunctionSyntax) {
        let own = Names(function)
        var scope: [String: CodeName] = [:]
        for name in own.assigned {
            let isArgument = function.parameters.contains { $0.name == name }
            let made = CodeName(name, kind: isArgument ? .argument : .variable, isOfSession: false)
            made.owner = function
            scope[name] = made
            names.append(made)
        }
        scopes.append(scope)
        for parameter in function.parameters {
            add(.definition, parameter.name, parameter.range, kind: .argument)
            if let fallback = parameter.fallback { visit(fallback) }
        }
        visit(function.body)
        scopes.removeLast()
    }

    // MARK: Names

    private mutating func assign(_ target: Expression, isIncidental: Bool) {
        guard case .name(let name) = target.kind else { return visit(target) }
        add(.definition, name, target.range, kind: nil, isIncidental: isIncidental)
    }

    private mutating func define(_ name: String, as function: FunctionSyntax) {
        let made = self.name(name)
        made.kind = .function
        made.function = function
        if registry[name] != nil, let use = made.definitions.last {
            report(
                .hiddenVerb, use.span.range, "the function '\(name)' hides the verb '\(name)'",
                help: "calls mean the function from here on; another name leaves both at hand")
        }
    }

    /// What a name means here.
    mutating func name(_ name: String) -> CodeName {
        for scope in scopes.reversed() { if let own = scope[name] { return own } }
        if let known = session[name] { return known }
        let made = CodeName(name, kind: .variable, isOfSession: true)
        session[name] = made
        names.append(made)
        return made
    }

    mutating func add(
        _ role: CodeName.Use.Role, _ text: String, _ range: Range<Int>, kind: CodeName.Kind?,
        isIncidental: Bool = false
    ) {
        let name = name(text)
        let span = SourceSpan(source: source, range: range)
        let use = CodeName.Use(
            span: span, role: role, statement: role.isDefinition ? statement : nil, isIncidental: isIncidental)
        if name.isOfSession, !role.isDefinition, isChecked {
            readings.append(
                Reading(name: text, span: span, isDelayed: !scopes.isEmpty, isDefined: !name.definitions.isEmpty))
        }
        if let kind { name.kind = kind }
        name.uses.append(use)
    }

    mutating func report(_ rule: CodeProblem.Rule, _ range: Range<Int>, _ message: String, help: String = "") {
        guard isChecked else { return }
        problems.append(
            CodeProblem(
                rule: rule, span: SourceSpan(source: source, range: range), message: message, label: "", help: help))
    }
}

extension CodeName.Use.Role {
    fileprivate var isDefinition: Bool { if case .definition = self { true } else { false } }
}

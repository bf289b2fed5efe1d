import Basics

/// Tokens and trees as text: what tests look at, and by what `rhumb fmt` tells that a tree is as it was.
public enum DebugView {
    /// A token per line: place, kind, text.
    ///
    /// - Throws: `Diagnostic`.
    public static func tokens(of source: Source) throws(Diagnostic) -> String {
        try Lexer.tokens(of: source).map { token in
            let span = SourceSpan(source: source, range: token.range)
            let text = token.kind == .newline || token.kind == .end ? "" : "  " + source.slice(token.range)
            return "\(span.line):\(span.column)  \(token.kind)\(text)\n"
        }.joined()
    }

    /// The syntax tree, indented.
    ///
    /// - Throws: `Diagnostic`.
    public static func syntax(of source: Source) throws(Diagnostic) -> String {
        syntax(of: try Parser.parse(source))
    }

    static func syntax(of statements: [Statement]) -> String {
        var dump = Dump()
        for statement in statements { dump.add(statement) }
        return dump.text
    }

    private struct Dump {
        var text = ""
        private var depth = 0

        private mutating func line(_ words: String, _ children: (inout Dump) -> Void = { _ in }) {
            text += String(repeating: "  ", count: depth) + words + "\n"
            depth += 1
            children(&self)
            depth -= 1
        }

        private mutating func add(_ statements: [Statement], as word: String) {
            if !statements.isEmpty { line(word) { dump in for statement in statements { dump.add(statement) } } }
        }

        mutating func add(_ statement: Statement) {
            switch statement.kind {
            case .expression(let value, let isSilenced):
                line(isSilenced ? "silenced" : "expression") { $0.add(value) }
            case .assign(let targets, let values):
                line("assign") { dump in for part in targets + values { dump.add(part) } }
            case .update(let target, let operation, let value):
                line("update \(operation.rawValue)") {
                    $0.add(target)
                    $0.add(value)
                }
            case .conditional(let condition, let then, let otherwise):
                line("if") { dump in
                    dump.add(condition)
                    dump.add(then, as: "then")
                    dump.add(otherwise, as: "else")
                }
            case .loop(let targets, let items, let body):
                line("for") { dump in
                    for target in targets { dump.add(target) }
                    dump.add(items)
                    dump.add(body, as: "do")
                }
            case .whileLoop(let condition, let body):
                line("while") {
                    $0.add(condition)
                    $0.add(body, as: "do")
                }
            case .function(let function): add(function)
            case .return(let values): line("return") { dump in for value in values { dump.add(value) } }
            case .break: line("break")
            case .continue: line("continue")
            case .importFile(let path): line("import") { $0.add(path) }
            case .expect(let condition, let message):
                line("expect") { dump in
                    dump.add(condition)
                    if let message { dump.add(message) }
                }
            case .parameter(let name, let fallback, let help, let short):
                line("param \(name)" + (help.isEmpty ? "" : " \(Value.quoted(help))")) {
                    $0.add(fallback)
                    if let short { $0.add(short) }
                }
            case .time(let statement): line("time") { $0.add(statement) }
            case .profile(let statement): line("profile") { $0.add(statement) }
            }
        }

        private mutating func add(_ function: FunctionSyntax) {
            line("function " + function.name) { dump in
                for parameter in function.parameters {
                    dump.line("parameter " + parameter.name) {
                        if let fallback = parameter.fallback { $0.add(fallback) }
                    }
                }
                dump.add(function.body, as: "do")
            }
        }

        private mutating func add(_ expression: Expression) {
            switch expression.kind {
            case .number(let number): line("number " + NumberText.exact(number))
            case .boolean(let boolean): line("\(boolean)")
            case .none: line("none")
            case .name(let name): line("name " + name)
            case .string(let parts):
                line("string") { dump in
                    for part in parts {
                        switch part {
                        case .text(let text): dump.line("text " + Value.quoted(text))
                        case .code(let value, let format):
                            dump.line(format == nil ? "code" : "code with format") { $0.add(value) }
                        }
                    }
                }
            case .list(let items): line("list") { dump in for item in items { dump.add(item) } }
            case .record(let fields):
                line("record") { dump in for field in fields { dump.line(field.key + ":") { $0.add(field.value) } } }
            case .range(let start, let stop, let step):
                line("range") { dump in
                    for (word, part) in [("from", start), ("to", stop), ("by", step)] {
                        if let part { dump.line(word) { $0.add(part) } }
                    }
                }
            case .negate(let value): line("negate") { $0.add(value) }
            case .not(let value): line("not") { $0.add(value) }
            case .and(let left, let right):
                line("and") {
                    $0.add(left)
                    $0.add(right)
                }
            case .or(let left, let right):
                line("or") {
                    $0.add(left)
                    $0.add(right)
                }
            case .binary(let operation, let left, let right):
                line("operator " + operation.rawValue) {
                    $0.add(left)
                    $0.add(right)
                }
            case .close(let left, let right, let tolerance):
                line("operator ≈") { dump in
                    dump.add(left)
                    dump.add(right)
                    if let tolerance { dump.line("within") { $0.add(tolerance) } }
                }
            case .call(let call):
                line("call") { dump in
                    dump.add(call.callee)
                    for argument in call.arguments {
                        if let name = argument.name {
                            dump.line(name + ":") { $0.add(argument.value) }
                        } else {
                            dump.add(argument.value)
                        }
                    }
                }
            case .index(let base, let keys):
                line("index") { dump in
                    dump.add(base)
                    for key in keys { dump.add(key) }
                }
            case .member(let base, let name, _): line("member " + name) { $0.add(base) }
            case .function(let function): add(function)
            case .conditional(let condition, let then, let otherwise):
                line("choose") {
                    $0.add(condition)
                    $0.add(then)
                    $0.add(otherwise)
                }
            }
        }
    }
}

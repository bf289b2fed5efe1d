extension Statement {
    /// `func f(x) {…}` and `f = x -> …`: a name and the function that it stands for.
    var definition: (name: String, function: FunctionSyntax)? {
        switch kind {
        case .function(let function): return (function.name, function)
        case .assign(let targets, let values):
            guard targets.count == 1, values.count == 1, case .name(let name) = targets[0].kind,
                case .function(let function) = values[0].kind
            else { return nil }
            return (name, function)
        default: return nil
        }
    }

    /// The outermost expressions of the statement and of those inside it.
    func forEachExpression(_ body: (Expression) -> Void) {
        func each(_ statements: [Statement]) { for statement in statements { statement.forEachExpression(body) } }
        switch kind {
        case .expression(let value, _), .importFile(let value): body(value)
        case .assign(let targets, let values): (targets + values).forEach(body)
        case .update(let target, _, let value): [target, value].forEach(body)
        case .conditional(let condition, let then, let otherwise):
            body(condition)
            each(then)
            each(otherwise)
        case .loop(let targets, let items, let statements):
            (targets + [items]).forEach(body)
            each(statements)
        case .whileLoop(let condition, let statements):
            body(condition)
            each(statements)
        case .function(let function): body(Expression(kind: .function(function), range: function.range))
        case .return(let values): values.forEach(body)
        case .break, .continue: break
        case .expect(let condition, let message): ([condition] + (message.map { [$0] } ?? [])).forEach(body)
        case .parameter(_, let fallback, _, _): body(fallback)
        case .time(let statement), .profile(let statement): statement.forEachExpression(body)
        }
    }
}

extension Expression {
    /// The string that is written out here.
    var writtenText: String? {
        if case .string(let text)? = Operations.literal(self) { text } else { nil }
    }

    /// The expressions it is directly made of, but for calls and functions.
    func forEachPart(_ body: (Expression) -> Void) {
        switch kind {
        case .number, .boolean, .none, .name, .call, .function: break
        case .string(let parts): for case .code(let value, _) in parts { body(value) }
        case .list(let items): items.forEach(body)
        case .record(let fields): for field in fields { body(field.value) }
        case .range(let start, let stop, let step): [start, stop, step].forEach { part in part.map(body) }
        case .negate(let value), .not(let value), .member(let value, _, _): body(value)
        case .and(let left, let right), .or(let left, let right), .binary(_, let left, let right):
            body(left)
            body(right)
        case .close(let left, let right, let tolerance):
            body(left)
            body(right)
            tolerance.map(body)
        case .index(let base, let keys):
            body(base)
            keys.forEach(body)
        case .conditional(let condition, let then, let otherwise):
            body(condition)
            body(then)
            body(otherwise)
        }
    }
}

/// Which names a stretch of syntax assigns and which it reads, functions inside it included.
///
/// Assigning a name anywhere in a function makes it a variable of that function; all other names come from around it.
struct Names {
    /// Assigned by this function itself.
    private(set) var assigned: [String] = []
    private(set) var isAssigned: Set<String> = []
    /// Read by functions inside, and not their own.
    private(set) var readInside: Set<String> = []
    /// Read here.
    private(set) var read: Set<String> = []

    init(_ statements: [Statement]) { visit(statements) }

    init(_ function: FunctionSyntax) {
        for parameter in function.parameters {
            assign(parameter.name)
            if let fallback = parameter.fallback { visit(fallback) }
        }
        visit(function.body)
    }

    /// Names that a function takes from around it.
    var free: Set<String> { read.union(readInside).subtracting(isAssigned) }

    private mutating func assign(_ name: String) {
        if isAssigned.insert(name).inserted { assigned.append(name) }
    }

    private mutating func visit(_ statements: [Statement]) {
        for statement in statements { visit(statement) }
    }

    private mutating func visit(_ statement: Statement) {
        switch statement.kind {
        case .expression(let value, _), .importFile(let value): visit(value)
        case .assign(let targets, let values):
            for target in targets { visit(target: target) }
            for value in values { visit(value) }
        case .update(let target, _, let value):
            visit(target)
            visit(value)
        case .conditional(let condition, let then, let otherwise):
            visit(condition)
            visit(then)
            visit(otherwise)
        case .loop(let targets, let items, let body):
            for target in targets { visit(target: target) }
            visit(items)
            visit(body)
        case .whileLoop(let condition, let body):
            visit(condition)
            visit(body)
        case .function(let function):
            assign(function.name)
            visit(function)
        case .return(let values): for value in values { visit(value) }
        case .break, .continue: break
        case .expect(let condition, let message):
            visit(condition)
            if let message { visit(message) }
        case .parameter(let name, let fallback, _, _):
            assign(name)
            visit(fallback)
        case .time(let statement), .profile(let statement): visit(statement)
        }
    }

    private mutating func visit(target: Expression) {
        if case .name(let name) = target.kind { assign(name) } else { visit(target) }
    }

    private mutating func visit(_ function: FunctionSyntax) { readInside.formUnion(Names(function).free) }

    private mutating func visit(_ expression: Expression) {
        switch expression.kind {
        case .number, .boolean, .none: break
        case .name(let name): read.insert(name)
        case .string(let parts):
            for case .code(let value, _) in parts { visit(value) }
        case .list(let items): for item in items { visit(item) }
        case .record(let fields): for field in fields { visit(field.value) }
        case .range(let start, let stop, let step):
            for part in [start, stop, step] { if let part { visit(part) } }
        case .negate(let value), .not(let value), .member(let value, _, _): visit(value)
        case .and(let left, let right), .or(let left, let right), .binary(_, let left, let right):
            visit(left)
            visit(right)
        case .close(let left, let right, let tolerance):
            visit(left)
            visit(right)
            if let tolerance { visit(tolerance) }
        case .call(let call):
            visit(call.callee)
            for argument in call.arguments { visit(argument.value) }
        case .index(let base, let keys):
            visit(base)
            for key in keys { visit(key) }
        case .function(let function): visit(function)
        case .conditional(let condition, let then, let otherwise):
            visit(condition)
            visit(then)
            visit(otherwise)
        }
    }
}

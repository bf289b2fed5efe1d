extension Compiler {
    /// A statement of the top level: the value of an expression is shown and kept as `_`.
    mutating func top(_ statement: Statement) throws(Diagnostic) {
        guard case .expression(let value, let isSilenced) = statement.kind else { return try self.statement(statement) }
        try at(statement.range) { (compiler) throws(Diagnostic) in
            try compiler.showing(value, isSilenced: isSilenced)
        }
    }

    private mutating func showing(_ value: Expression, isSilenced: Bool) throws(Diagnostic) {
        let outside = nextTemporary
        let register = try temporaries()
        try bare(value, into: register)
        emit(.show, register, isSilenced ? 1 : 0)
        nextTemporary = outside
    }

    /// A statement that is only the name of a verb calls it.
    private mutating func bare(_ value: Expression, into register: Int) throws(Diagnostic) {
        if case .name(let name) = value.kind, home(name) == nil, unit.interpreter.registry[name] != nil {
            try call(Call(callee: value, arguments: []), into: register, value.range)
        } else {
            try expression(value, into: register)
        }
    }

    mutating func statement(_ statement: Statement) throws(Diagnostic) {
        try at(statement.range) { (compiler) throws(Diagnostic) in try compiler.body(of: statement) }
    }

    private mutating func body(of statement: Statement) throws(Diagnostic) {
        let outside = nextTemporary
        defer { nextTemporary = outside }
        switch statement.kind {
        case .expression(let value, _): try bare(value, into: try temporaries())
        case .assign(let targets, let values): try assignment(targets, values)
        case .update(let target, let operation, let value): try update(target, operation, value)
        case .conditional(let condition, let then, let otherwise): try conditional(condition, then, otherwise)
        case .loop(let targets, let items, let body): try loop(targets, items, body)
        case .whileLoop(let condition, let body): try whileLoop(condition, body)
        case .function(let function): try define(function)
        case .return(let values): try returnStatement(values)
        case .break:
            loops[loops.count - 1].breaks.append(emit(.jump, 0, offset: 0))
            assigned = nil
        case .continue:
            loops[loops.count - 1].continues.append(emit(.jump, 0, offset: 0))
            assigned = nil
        case .importFile(let path): try importFile(path)
        case .expect(let condition, let message): try expect(condition, message)
        case .parameter(let name, let fallback, let help, let short):
            let span = SourceSpan(source: unit.source, range: statement.range)
            try parameter(.init(name, fallback, help: help, short: short, at: span), fallback)
        case .time(let timed): try measured(timed)
        case .profile(let timed): try measured(timed, isProfiling: true)
        }
    }

    private mutating func block(_ statements: [Statement]) throws(Diagnostic) {
        blockDepth += 1
        defer { blockDepth -= 1 }
        for statement in statements { try self.statement(statement) }
    }

    /// The body of a function, or a branch that it ends with: the last expression is what the function gives.
    mutating func closing(_ statements: [Statement]) throws(Diagnostic) {
        for statement in statements.dropLast() { try self.statement(statement) }
        let outside = nextTemporary
        defer { nextTemporary = outside }
        switch statements.last?.kind {
        case .expression(let value, _)?:
            try at(value.range) { (compiler) throws(Diagnostic) in
                let register = try compiler.temporaries()
                try compiler.bare(value, into: register)
                compiler.emit(.returnValue, register)
            }
            assigned = nil
            return
        case .conditional(let condition, let then, let otherwise)?:
            let jumps = try jumps(condition, when: false)
            let before = assigned
            try closing(then)
            for jump in jumps { land(jump) }
            assigned = before
            try closing(otherwise)
            return
        case _?: try statement(statements[statements.count - 1])
        case nil: break
        }
        emit(.returnNone)
        assigned = nil
    }

    // MARK: Flow

    /// The variables that have a value after either of two ways.
    private static func join(_ first: Set<Int>?, _ second: Set<Int>?) -> Set<Int>? {
        guard let first else { return second }
        guard let second else { return first }
        return first.intersection(second)
    }

    private mutating func conditional(
        _ condition: Expression, _ then: [Statement], _ otherwise: [Statement]
    ) throws(Diagnostic) {
        let jumps = try jumps(condition, when: false)
        let before = assigned
        try block(then)
        let afterThen = assigned
        assigned = before
        if otherwise.isEmpty {
            for jump in jumps { land(jump) }
        } else {
            let end = afterThen == nil ? nil : emit(.jump, 0, offset: 0)
            for jump in jumps { land(jump) }
            try block(otherwise)
            if let end { land(end) }
        }
        assigned = Self.join(afterThen, assigned)
    }

    private mutating func whileLoop(_ condition: Expression, _ body: [Statement]) throws(Diagnostic) {
        let toTest = emit(.jump, 0, offset: 0)
        let start = here
        // Compiled before the body, whose variables it must not see, and put behind it: a round then takes one jump.
        let jumps = try jumps(condition, when: true)
        let test = parts.cut(from: start)
        let before = assigned
        loops.append(Loop())
        try block(body)
        endOfRound()
        land(toTest)
        let shift = here - start
        parts.append(test)
        for jump in jumps { land(jump + shift, at: start) }
        endOfLoop()
        assigned = before
    }

    private mutating func endOfRound() {
        for jump in loops[loops.count - 1].continues { land(jump) }
    }

    private mutating func endOfLoop() {
        for jump in loops.removeLast().breaks { land(jump) }
    }

    private mutating func loop(
        _ targets: [Expression], _ items: Expression, _ body: [Statement]
    ) throws(Diagnostic) {
        let state = try temporaries(4)
        var isRange = false
        if case .range(let start?, let stop?, let step) = items.kind {
            isRange = true
            try expression(start, into: state)
            try expression(stop, into: state + 1)
            if let step {
                try expression(step, into: state + 2)
            } else {
                emit(.constant, state + 2, try constant(1))
            }
        } else {
            try expression(items, into: state)
        }
        try at(items.range) { (compiler) throws(Diagnostic) in
            _ = compiler.emit(isRange ? .prepareRange : .prepareItems, state)
        }
        let before = assigned
        let toTest = emit(.jump, 0, offset: 0)
        let start = here
        // The variable itself when it is a register and the only one; else a register to distribute from.
        var item = try temporaries()
        if targets.count == 1, case .name(let name) = targets[0].kind, case .register(let own) = target(name) {
            item = own
            markAssigned(.register(own))
        } else {
            try assign(item, to: targets, items.range)
        }
        loops.append(Loop())
        try block(body)
        endOfRound()
        land(toTest)
        try at(items.range) { (compiler) throws(Diagnostic) in
            compiler.emit(isRange ? .nextInRange : .nextItem, state, item)
            compiler.land(compiler.emit(.jump, 0, offset: 0), at: start)
        }
        endOfLoop()
        assigned = before
    }

    private mutating func returnStatement(_ values: [Expression]) throws(Diagnostic) {
        switch values.count {
        case 0: emit(.returnNone)
        case 1: emit(.returnValue, try operand(values[0]))
        default:
            let register = try temporaries()
            try list(values, into: register)
            emit(.returnValue, register)
        }
        assigned = nil
    }

    private mutating func define(_ function: FunctionSyntax) throws(Diagnostic) {
        let home = target(function.name)
        if case .register(let register) = home {
            try closure(function, into: register)
            markAssigned(home)
        } else {
            let register = try temporaries()
            try closure(function, into: register)
            store(register, in: home)
        }
    }

    // MARK: Other statements

    private mutating func importFile(_ path: Expression) throws(Diagnostic) {
        let register = try operand(path)
        try at(path.range) { (compiler) throws(Diagnostic) in _ = compiler.emit(.importFile, register) }
    }

    private mutating func parameter(
        _ declaration: ParameterDeclaration, _ fallback: Expression
    ) throws(Diagnostic) {
        let home = target(declaration.name)
        guard case .register(let register) = home, unit.place[declaration.name] == nil else {
            throw failure(Message.notParameter(declaration.name), range)
        }
        let value = try temporaries()
        try expression(fallback, into: value)
        emit(.parameter, value, try append(declaration, to: \.declarations))
        emit(.take, register, value)
        markAssigned(home)
    }

    private mutating func measured(_ timed: Statement, isProfiling: Bool = false) throws(Diagnostic) {
        let clock = try temporaries()
        emit(.startClock, clock, isProfiling ? 1 : 0)
        if isTop { try top(timed) } else { try statement(timed) }
        emit(.stopClock, clock)
    }

    /// On failure the message tells both sides of a comparison.
    private mutating func expect(_ condition: Expression, _ message: Expression?) throws(Diagnostic) {
        var sides: (Int, Int)?
        // Where the tolerance of `≈` stands.
        var limit: Int?
        let passed: [Int]
        switch condition.kind {
        case .binary(let operation, let left, let right) where operation.isComparison:
            let first = try temporaries(3)
            try comparedSide(left, into: first)
            try comparedSide(right, into: first + 1)
            try at(condition.range) { (compiler) throws(Diagnostic) in
                _ = compiler.emit(operation.opcode, first + 2, first, first + 1)
            }
            sides = (first, first + 1)
            passed = [emit(.jumpIfTrue, first + 2, offset: 0)]
        case .close(let left, let right, let tolerance):
            let first = try temporaries(4)
            try expression(left, into: first)
            try expression(right, into: first + 1)
            try close(first, first + 1, tolerance, into: first + 2, first + 3, condition.range)
            sides = (first, first + 1)
            limit = first + 3
            passed = [emit(.jumpIfTrue, first + 2, offset: 0)]
        default:
            passed = try jumps(condition, when: true)
        }
        let text = try temporaries()
        if let message { try expression(message, into: text) } else { emit(.constant, text, try add(.none)) }
        try at(condition.range) { (compiler) throws(Diagnostic) in
            compiler.emit(.expectFailed, text, sides?.0 ?? 0, sides?.1 ?? 0)
            compiler.emit(.word, sides == nil ? 0 : 1, limit ?? 0, limit == nil ? 0 : 1)
        }
        for jump in passed { land(jump) }
    }
}

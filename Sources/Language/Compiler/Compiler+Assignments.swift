extension Compiler {
    mutating func assignment(_ targets: [Expression], _ values: [Expression]) throws(Diagnostic) {
        if targets.count == 1 { return try assign(targets[0], values[0]) }
        if values.count == 1 {
            let value = try temporaries()
            try expression(values[0], into: value)
            return try assign(value, to: targets, values[0].range)
        }
        guard values.count == targets.count else {
            let range = values[0].range.lowerBound..<values[values.count - 1].range.upperBound
            throw failure(Message.unequalAssignment(targets: targets.count, values: values.count), range)
        }
        // All values are found before the first name changes: `a, b = b, a` swaps.
        let first = try temporaries(values.count)
        for (position, value) in values.enumerated() { try expression(value, into: first + position) }
        for (position, target) in targets.enumerated() { try assign(register: first + position, to: target) }
    }

    /// Distributes the elements of a register over targets.
    mutating func assign(
        _ register: Int, to targets: [Expression], _ span: Range<Int>
    ) throws(Diagnostic) {
        if targets.count == 1 { return try assign(register: register, to: targets[0]) }
        let first = try temporaries(targets.count)
        try at(span) { (compiler) throws(Diagnostic) in
            _ = compiler.emit(.unpack, first, register, targets.count)
        }
        for (position, target) in targets.enumerated() { try assign(register: first + position, to: target) }
    }

    private mutating func assign(register: Int, to target: Expression) throws(Diagnostic) {
        if case .name(let name) = target.kind {
            store(register, in: self.target(name))
        } else {
            try setPath(target) { _ throws(Diagnostic) in register }
        }
    }

    private mutating func assign(_ target: Expression, _ value: Expression) throws(Diagnostic) {
        guard case .name(let name) = target.kind else {
            let constant = try constant(of: value)
            return try setPath(target, constant) { (compiler) throws(Diagnostic) in try compiler.operand(value) }
        }
        let home = self.target(name)
        let value = value.named(name)
        guard case .register(let register) = home else {
            let temporary = try temporaries()
            try expression(value, into: temporary)
            return store(temporary, in: home)
        }
        if try !replace(register, by: value) { try expression(value, into: register) }
        markAssigned(home)
    }

    /// `x = append(x, y)`: hands `x` over instead of sharing it, so that the verb can change it in place.
    private mutating func replace(_ register: Int, by value: Expression) throws(Diagnostic) -> Bool {
        guard case .call(let call) = value.kind, case .name(let verb) = call.callee.kind, home(verb) == nil,
            let entry = unit.interpreter.registry[verb], entry.takesFirst,
            let first = call.arguments.first, first.name == nil, case .name(let name) = first.value.kind,
            case .register(register)? = home(name), try self.register(of: name, first.value.range) != nil
        else { return false }
        try self.call(call, into: register, value.range, updating: register)
        return true
    }

    /// `x += y`; for a variable this is `x = x + y`, which works in place where possible.
    mutating func update(_ target: Expression, _ operation: BinaryOperator, _ value: Expression) throws(Diagnostic) {
        let sum = Expression(
            kind: .binary(operation, target, value), range: target.range.lowerBound..<value.range.upperBound)
        guard case .name(let name) = target.kind else {
            return try setPath(target) { (compiler) throws(Diagnostic) in try compiler.operand(sum) }
        }
        switch home(name) {
        case .register?, .cell?: try assign(target, sum)
        case nil: throw unknownName(name, target.range)
        default: throw notOwn(name, target.range)
        }
    }

    private func notOwn(_ name: String, _ range: Range<Int>) -> Diagnostic {
        failure(Message.notOwnVariable(name), range, help: Message.notOwnVariableHelp(name))
    }

    /// `x.a[i].b = value`: the variable at the root gets a changed value.
    ///
    /// - Parameter constant: the value's position among the constants when it is a literal.
    private mutating func setPath(
        _ target: Expression, _ constant: Int? = nil, _ value: (inout Compiler) throws(Diagnostic) -> Int
    ) throws(Diagnostic) {
        var steps: [Code.PathStep] = []
        var keys: [Expression] = []
        var root = target
        while true {
            if case .index(let base, let indexes) = root.kind {
                steps.append(.keys(indexes.count))
                keys.insert(contentsOf: indexes, at: 0)
                root = base
            } else if case .member(let base, let name, _) = root.kind {
                steps.append(.member(name))
                root = base
            } else {
                break
            }
        }
        steps.reverse()
        guard case .name(let name) = root.kind else { preconditionFailure("the parser admits only names") }
        let container: Int
        let home = self.home(name)
        switch home {
        case .register(let register)?:
            container = try self.register(of: name, root.range) ?? register
        case .cell?:
            container = try temporaries()
            try read(name, into: container, root.range)
        case nil: throw unknownName(name, root.range)
        default: throw notOwn(name, root.range)
        }
        try at(target.range) { (compiler) throws(Diagnostic) in
            if steps.count == 1, keys.count == 1 {
                let key = try compiler.operand(keys[0])
                if let constant {
                    compiler.emit(.setIndexK, container, key, constant)
                } else {
                    compiler.emit(.setIndex, container, key, try value(&compiler))
                }
            } else {
                let first = try compiler.temporaries(keys.count)
                for (position, key) in keys.enumerated() { try compiler.expression(key, into: first + position) }
                let register = try value(&compiler)
                compiler.emit(.setPath, container, try compiler.append(steps, to: \.paths), register)
                compiler.emit(.word, first)
            }
        }
        if case .cell? = home { store(container, in: home!) }
    }
}

extension Expression {
    /// `f = x -> x + 1` makes a function that knows its name.
    fileprivate func named(_ name: String) -> Expression {
        guard case .function(let function) = kind, function.name.isEmpty else { return self }
        let named = FunctionSyntax(
            name: name, parameters: function.parameters, body: function.body, range: function.range)
        return Expression(kind: .function(named), range: range)
    }
}

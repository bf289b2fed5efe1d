extension Compiler {
    /// The register a value is in: a variable's own, or a temporary one.
    mutating func operand(_ expression: Expression) throws(Diagnostic) -> Int {
        if case .name(let name) = expression.kind, let register = try register(of: name, expression.range) {
            return register
        }
        let register = try temporaries()
        try self.expression(expression, into: register)
        return register
    }

    /// Puts the value of an expression into a register. The register is only written once everything is known, so
    /// that it may be a variable that the expression reads.
    mutating func expression(_ expression: Expression, into target: Int) throws(Diagnostic) {
        try at(expression.range) { (compiler) throws(Diagnostic) in
            let outside = compiler.nextTemporary
            try compiler.value(of: expression, into: target)
            compiler.nextTemporary = outside
        }
    }

    /// Position of a literal among the constants; nil for other expressions.
    mutating func constant(of expression: Expression) throws(Diagnostic) -> Int? {
        switch expression.kind {
        case .number(let number): try constant(number)
        case .boolean(let boolean): try add(.boolean(boolean))
        case .none: try add(.none)
        default: nil
        }
    }

    private mutating func value(of expression: Expression, into target: Int) throws(Diagnostic) {
        switch expression.kind {
        case .number, .boolean, .none:
            if let constant = try constant(of: expression) { emit(.constant, target, constant) }
        case .string(let parts): try string(parts, into: target)
        case .name(let name): try read(name, into: target, expression.range)
        case .list(let items): try list(items, into: target)
        case .record(let fields): try record(fields, into: target)
        case .range(let start, let stop, let step): try range(start, stop, step, into: target)
        case .negate(let value): emit(.negate, target, try operand(value))
        case .not(let value): emit(.not, target, try operand(value))
        case .and, .or: try logical(expression, into: target)
        case .binary(let operation, let left, let right): try binary(operation, left, right, into: target)
        case .close(let left, let right, let tolerance):
            let first = try temporaries(3)
            try self.expression(left, into: first)
            try self.expression(right, into: first + 1)
            try close(first, first + 1, tolerance, into: target, first + 2, expression.range)
        case .call(let call): try self.call(call, into: target, expression.range)
        case .index(let base, let keys): try index(base, keys, into: target)
        case .member(let base, let name, let nameRange):
            let register = try operand(base)
            let position = try append(name, to: \.names)
            try at(nameRange) { (compiler) throws(Diagnostic) in
                _ = compiler.emit(.member, target, register, position)
            }
        case .function(let function): try closure(function, into: target)
        case .conditional(let condition, let then, let otherwise):
            let jumps = try jumps(condition, when: false)
            try self.expression(then, into: target)
            let end = emit(.jump, 0, offset: 0)
            for jump in jumps { land(jump) }
            try self.expression(otherwise, into: target)
            land(end)
        }
    }

    private mutating func string(_ parts: [Expression.StringPart], into target: Int) throws(Diagnostic) {
        if parts.isEmpty { emit(.constant, target, try constant("")) }
        if parts.count == 1, case .text(let text) = parts[0] { emit(.constant, target, try constant(text)) }
        guard parts.count > 1 || parts.contains(where: \.isCode) else { return }
        let (values, template) = try self.template(parts)
        emit(.text, target, values, template)
    }

    /// Puts the values of an interpolation into registers.
    ///
    /// - Returns: the first of them, and the position of the template.
    private mutating func template(
        _ parts: [Expression.StringPart]
    ) throws(Diagnostic) -> (values: Int, template: Int) {
        var pieces = [""]
        let first = try temporaries(parts.count(where: \.isCode))
        for part in parts {
            let register = first + pieces.count - 1
            switch part {
            case .text(let text):
                pieces[pieces.count - 1] += text
                continue
            case .code(let value, nil): try expression(value, into: register)
            case .code(let value, let format?):
                let operand = try operand(value)
                let formatPosition = try append(format, to: \.formats)
                try at(value.range) { (compiler) throws(Diagnostic) in
                    _ = compiler.emit(.format, register, operand, formatPosition)
                }
            }
            pieces.append("")
        }
        return (first, try append(pieces, to: \.templates))
    }

    mutating func list(_ items: [Expression], into target: Int) throws(Diagnostic) {
        let first = try temporaries(items.count)
        for (position, item) in items.enumerated() { try expression(item, into: first + position) }
        emit(.list, target, first, items.count)
    }

    private mutating func record(
        _ fields: [(key: String, value: Expression)], into target: Int
    ) throws(Diagnostic) {
        let first = try temporaries(fields.count)
        for (position, field) in fields.enumerated() { try expression(field.value, into: first + position) }
        emit(.record, target, first, try append(fields.map(\.key), to: \.shapes))
    }

    private mutating func range(
        _ start: Expression?, _ stop: Expression?, _ step: Expression?, into target: Int
    ) throws(Diagnostic) {
        let first = try temporaries(3)
        for (position, part) in [start, stop, step].enumerated() {
            if let part {
                try expression(part, into: first + position)
            } else {
                emit(.constant, first + position, try add(.none))
            }
        }
        emit(.range, target, first)
    }

    private mutating func binary(
        _ operation: BinaryOperator, _ left: Expression, _ right: Expression, into target: Int
    ) throws(Diagnostic) {
        let span = range
        if case .number(let number) = right.kind, let opcode = operation.constantOpcode {
            let register = try operand(left)
            return try at(span) { (compiler) throws(Diagnostic) in
                _ = compiler.emit(opcode, target, register, try compiler.constant(number))
            }
        }
        if operation == .add, case .string(let parts) = right.kind, parts.count == 1, case .text(let text) = parts[0] {
            let register = try operand(left)
            emit(.addK, target, register, try constant(text))
            return
        }
        if operation.isComparison {
            let leftRegister = try comparedOperand(left)
            emit(operation.opcode, target, leftRegister, try comparedOperand(right))
            return
        }
        let leftRegister = try operand(left)
        if operation == .add, leftRegister == target, case .list(let items) = right.kind, !items.isEmpty {
            let first = try temporaries(items.count)
            for (position, item) in items.enumerated() { try expression(item, into: first + position) }
            emit(.appendItems, target, first, items.count)
            return
        }
        if operation == .add, leftRegister == target, case .string(let parts) = right.kind, !parts.isEmpty {
            let (values, template) = try self.template(parts)
            emit(.appendText, target, values, template)
            return
        }
        let rightRegister = try operand(right)
        emit(operation.opcode, target, leftRegister, rightRegister)
    }

    /// - Parameter register: takes the tolerance.
    mutating func close(
        _ left: Int, _ right: Int, _ tolerance: Expression?, into target: Int, _ register: Int, _ span: Range<Int>
    ) throws(Diagnostic) {
        if let tolerance {
            try expression(tolerance, into: register)
        } else {
            emit(.constant, register, try add(.none))
        }
        try at(span) { (compiler) throws(Diagnostic) in
            compiler.emit(.close, target, left, right)
            compiler.emit(.word, register)
        }
    }

    /// A side of a comparison: written as `t.name` or `t["name"]`, a column of a table is compared value by value.
    private mutating func comparedOperand(_ expression: Expression) throws(Diagnostic) -> Int {
        switch expression.kind {
        case .member, .index:
            let register = try temporaries()
            try comparedSide(expression, into: register)
            return register
        default: return try operand(expression)
        }
    }

    /// The same, into a given register.
    mutating func comparedSide(_ expression: Expression, into target: Int) throws(Diagnostic) {
        try at(expression.range) { (compiler) throws(Diagnostic) in
            let outside = compiler.nextTemporary
            defer { compiler.nextTemporary = outside }
            switch expression.kind {
            case .member(let base, let name, let nameRange):
                let register = try compiler.operand(base)
                let position = try compiler.append(name, to: \.names)
                try compiler.at(nameRange) { (compiler) throws(Diagnostic) in
                    _ = compiler.emit(.comparedMember, target, register, position)
                }
            case .index(let base, let keys) where keys.count == 1:
                let container = try compiler.operand(base)
                compiler.emit(.comparedIndex, target, container, try compiler.operand(keys[0]))
            default: try compiler.value(of: expression, into: target)
            }
        }
    }

    private mutating func index(_ base: Expression, _ keys: [Expression], into target: Int) throws(Diagnostic) {
        let container = try operand(base)
        if keys.count == 1 {
            let key = try operand(keys[0])
            emit(.index, target, container, key)
            return
        }
        let first = try temporaries(keys.count)
        for (position, key) in keys.enumerated() { try expression(key, into: first + position) }
        emit(.indexMany, target, container, first)
        emit(.word, keys.count)
    }

    mutating func closure(_ function: FunctionSyntax, into target: Int) throws(Diagnostic) {
        let outside = nextTemporary
        defer { nextTemporary = outside }
        let code = try Compiler.compile(function, unit: unit, parent: placeScope(for: function))
        emit(.closure, target, try append(code, to: \.children))
    }

    // MARK: Conditions

    /// `and` and `or` as a value: true or false.
    private mutating func logical(_ expression: Expression, into target: Int) throws(Diagnostic) {
        let jumps = try jumps(expression, when: false)
        emit(.constant, target, try add(.boolean(true)))
        let end = emit(.jump, 0, offset: 0)
        for jump in jumps { land(jump) }
        emit(.constant, target, try add(.boolean(false)))
        land(end)
    }

    /// Code that jumps when a condition has the given value and falls through otherwise; the caller lands the jumps.
    mutating func jumps(_ condition: Expression, when value: Bool) throws(Diagnostic) -> [Int] {
        try at(condition.range) { (compiler) throws(Diagnostic) in
            try compiler.conditionJumps(condition, when: value)
        }
    }

    private mutating func conditionJumps(_ condition: Expression, when value: Bool) throws(Diagnostic) -> [Int] {
        let outside = nextTemporary
        defer { nextTemporary = outside }
        switch condition.kind {
        case .not(let inner): return try jumps(inner, when: !value)
        case .and(let left, let right):
            if !value { return try jumps(left, when: false) + jumps(right, when: false) }
            let skips = try jumps(left, when: false)
            let result = try jumps(right, when: true)
            for skip in skips { land(skip) }
            return result
        case .or(let left, let right):
            if value { return try jumps(left, when: true) + jumps(right, when: true) }
            let skips = try jumps(left, when: true)
            let result = try jumps(right, when: false)
            for skip in skips { land(skip) }
            return result
        case .binary(let operation, let left, let right):
            if case .number(let number) = right.kind, let opcode = operation.constantTest {
                let register = try comparedOperand(left)
                emit(opcode, register, try constant(number), value ? 0 : 1)
                return [emit(.jump, 0, offset: 0)]
            }
            if let opcode = operation.test {
                let leftRegister = try comparedOperand(left)
                let rightRegister = try comparedOperand(right)
                emit(opcode, leftRegister, rightRegister, value ? 0 : 1)
                return [emit(.jump, 0, offset: 0)]
            }
        default: break
        }
        let register = try operand(condition)
        return [emit(value ? .jumpIfTrue : .jumpIfFalse, register, offset: 0)]
    }
}

extension Expression.StringPart {
    fileprivate var isCode: Bool {
        if case .code = self { return true }
        return false
    }
}

extension Compiler {
    /// Where a name's value is found; nil for a name that no variable has.
    mutating func home(_ name: String) -> Home? {
        if let scope {
            if let register = scope.registers[name] {
                return scope.shared.contains(name) ? .cell(register) : .register(register)
            }
            if name == scope.name, !name.isEmpty, scope.parent != nil { return .thisFunction }
            if let capture = Self.capture(name, in: scope) { return .capture(capture) }
        }
        if isTop, let home = unit.place[name] { return home }
        guard let slot = unit.interpreter.slot(name) else { return nil }
        if !isTop { return .global(slot) }
        // A forgotten variable, or one that only a function asked for, is as unknown as one never heard of.
        let isKnown = unit.topNames.contains(name) || unit.interpreter.hasValue(slot) || name == "_"
        return isKnown ? .register(slot) : nil
    }

    /// Finds a variable of a function further out and threads its cell through the functions between.
    private static func capture(_ name: String, in scope: Scope) -> Int? {
        if let known = scope.captures.firstIndex(where: { $0.name == name }) { return known }
        guard let parent = scope.parent else { return nil }
        let capture: Code.Capture
        if let register = parent.registers[name] {
            capture = Code.Capture(isOuterCapture: false, position: register)
        } else if let outer = Self.capture(name, in: parent) {
            capture = Code.Capture(isOuterCapture: true, position: outer)
        } else {
            return nil
        }
        scope.captures.append((name, capture))
        return scope.captures.count - 1
    }

    /// The register that a name's value is in, without moving it; nil when it must be fetched.
    mutating func register(of name: String, _ span: Range<Int>) throws(Diagnostic) -> Int? {
        guard case .register(let register)? = home(name), !mayBeVerb(name, register) else { return nil }
        try requireValue(name, register, span)
        return register
    }

    /// At the top level a name that gets its value only later may until then mean a verb or constant.
    private func mayBeVerb(_ name: String, _ register: Int) -> Bool {
        guard isTop, unit.place[name] == nil, assigned?.contains(register) == false,
            !unit.interpreter.hasValue(register)
        else { return false }
        return unit.interpreter.registry[name] != nil || unit.interpreter.registry.constants[name] != nil
    }

    /// A check, unless the variable surely has a value here.
    private mutating func requireValue(_ name: String, _ register: Int, _ span: Range<Int>) throws(Diagnostic) {
        if assigned?.contains(register) ?? true { return }
        if isTop, unit.interpreter.hasValue(register) { return }
        let position = try append(name, to: \.names)
        try at(span) { (compiler) throws(Diagnostic) in _ = compiler.emit(.check, register, position) }
    }

    /// Fetches the value of a name.
    mutating func read(_ name: String, into target: Int, _ span: Range<Int>) throws(Diagnostic) {
        try at(span) { (compiler) throws(Diagnostic) in
            switch compiler.home(name) {
            case .register(let register)? where compiler.mayBeVerb(name, register):
                compiler.emit(.getGlobal, target, register)
            case .register(let register)?:
                try compiler.requireValue(name, register, span)
                if register != target { compiler.emit(.move, target, register) }
            case .cell(let register)?:
                compiler.emit(.getCell, target, register)
                try compiler.checkShared(name, target)
            case .capture(let position)?:
                compiler.emit(.capture, target, position)
                try compiler.checkShared(name, target)
            case .thisFunction?:
                compiler.emit(.thisFunction, target)
            case .global(let slot)?:
                compiler.emit(.getGlobal, target, slot)
            case nil:
                try compiler.readUnknown(name, into: target, span)
            }
        }
    }

    /// A cell may be read before its variable was assigned.
    private mutating func checkShared(_ name: String, _ register: Int) throws(Diagnostic) {
        emit(.check, register, try append(name, to: \.names))
    }

    /// A verb as a value, a variable that may be defined by the time the function runs, or an error.
    private mutating func readUnknown(_ name: String, into target: Int, _ span: Range<Int>) throws(Diagnostic) {
        if let entry = unit.interpreter.registry[name] {
            emit(.constant, target, try add(.function(Function(entry))))
        } else if let value = unit.interpreter.registry.constants[name] {
            emit(.constant, target, try add(value))
        } else if !isTop {
            guard let slot = unit.interpreter.makeSlot(name) else { throw failure(Message.tooManyVariables, span) }
            emit(.getGlobal, target, slot)
        } else {
            throw unknownName(name, span)
        }
    }

    func unknownName(_ name: String, _ span: Range<Int>) -> Diagnostic {
        var error = unit.interpreter.unknownName(
            name, at: SourceSpan(source: unit.source, range: span), others: unit.topNames.sorted())
        error.kind = .syntax
        return error
    }

    /// Where an assignment to a name goes. Inside a function that is always a variable of its own.
    mutating func target(_ name: String) -> Home {
        guard let home = home(name) else { preconditionFailure("'\(name)' was gathered by Names") }
        return home
    }

    mutating func markAssigned(_ home: Home) {
        if case .register(let register) = home { assigned?.insert(register) }
    }

    /// The variables of the place where this source is run, as a function in it captures them: those that are not
    /// shared by functions yet are handed over as they are now.
    mutating func placeScope(for function: FunctionSyntax) throws(Diagnostic) -> Scope? {
        guard isTop, !unit.place.isEmpty else { return scope }
        let scope = Scope(parent: nil, name: "")
        for name in Names(function).free.sorted() {
            switch unit.place[name] {
            case .cell(let register)?: scope.registers[name] = register
            case .register(let register)?:
                let copy = try temporaries()
                emit(.move, copy, register)
                emit(.newCell, copy)
                scope.registers[name] = copy
            default: break
            }
        }
        return scope
    }

    /// Stores a register into a variable.
    mutating func store(_ register: Int, in home: Home) {
        switch home {
        case .register(let target): if target != register { emit(.move, target, register) }
        case .cell(let cell): emit(.setCell, cell, register)
        case .capture, .thisFunction, .global: preconditionFailure("only own variables are assigned")
        }
        markAssigned(home)
    }
}

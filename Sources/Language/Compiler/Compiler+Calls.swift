extension Compiler {
    /// Emits a call. Its arguments go into the registers behind the one for its result.
    ///
    /// - Parameter updating: the register of a variable that is also the first argument of a verb and is replaced by
    /// the   result. It is emptied last, when nothing can read it any more.
    mutating func call(
        _ call: Call, into target: Int, _ span: Range<Int>, updating: Int? = nil
    ) throws(Diagnostic) {
        // A function in a register stays there during the call: in front of the registers that the call uses.
        var callee: (opcode: Opcode, operand: Int)
        var entry: VerbEntry?
        if case .name(let name) = call.callee.kind {
            (callee, entry) = try namedCallee(name, call.callee.range)
        } else {
            callee = (.call, try operand(call.callee))
        }
        if call.arguments.count > 250 { throw failure(Message.tooManyArguments, span) }
        if callee.opcode == .callVerb, let entry {
            try checkOptions(call, entry)
            // What follows in the same text is compiled after it has run; what follows in the same block can't be.
            if !isTop || blockDepth > 0, entry.bringsVariables(call) {
                throw failure(
                    Message.onlyAtTop(entry.name), call.callee.range, help: Message.namesBeforehand(entry.name))
            }
        }
        let base = try temporaries(call.arguments.count + 1)
        for (position, argument) in call.arguments.enumerated() where position > 0 || updating == nil {
            let type = entry.flatMap { Self.type(of: argument, at: position, in: $0.verb) }
            if type == .word, case .name(let word) = argument.value.kind {
                emit(.constant, base + 1 + position, try constant(word))
            } else {
                try expression(argument.value, into: base + 1 + position)
            }
        }
        let hasOptions = call.arguments.contains { $0.name != nil }
        range = span
        if callee.opcode == .callVerb, let entry, entry.verb.effects.contains(.seesVariables) {
            emit(.standStill)
            parts.standsStill = true
        }
        let position = emit(
            updating == nil ? callee.opcode : .updateByVerb, base, callee.operand,
            call.arguments.count | (hasOptions ? Instruction.hasOptions : 0))
        parts.siteOf[position] = Int32(parts.sites.count)
        parts.sites.append(CallSite(call, calleeName: call.callee.name, updated: updating))
        if let updating {
            emit(.word, updating)
        } else if target != base {
            emit(.take, target, base)
        }
    }

    private mutating func namedCallee(
        _ name: String, _ span: Range<Int>
    ) throws(Diagnostic) -> ((Opcode, Int), VerbEntry?) {
        let interpreter = unit.interpreter
        switch home(name) {
        case .thisFunction?: return ((.callThis, 0), nil)
        case .global(let slot)?: return ((.callGlobal, slot), nil)
        // A verb may have been used before the variable of its name gets a value: `mean = mean(x)`.
        case .register(let slot)? where isTop && unit.place[name] == nil:
            return ((.callGlobal, slot), interpreter.registry[name])
        case .some:
            let register = try temporaries()
            try read(name, into: register, span)
            return ((.call, register), nil)
        case nil: break
        }
        if let entry = interpreter.registry[name] {
            if let known = parts.verbs.firstIndex(where: { $0 === entry }) { return ((.callVerb, known), entry) }
            return ((.callVerb, try append(entry, to: \.verbs)), entry)
        }
        guard !isTop else { throw unknownName(name, span) }
        guard let slot = interpreter.makeSlot(name) else { throw failure(Message.tooManyVariables, span) }
        return ((.callGlobal, slot), nil)
    }

    /// An unknown option is found before anything runs.
    private func checkOptions(_ call: Call, _ entry: VerbEntry) throws(Diagnostic) {
        guard !entry.variants.contains(where: \.takesAnyOption) else { return }
        for argument in call.arguments {
            guard let name = argument.name, !entry.variants.contains(where: { $0.parameter(name) != nil }) else {
                continue
            }
            let problem = CallProblem.unknownOption(name, of: entry.name, in: entry.variants)
            throw failure(problem.message, argument.nameRange, label: problem.label, help: problem.help)
        }
    }

    /// The declared type of the parameter that an argument goes to.
    static func type(of argument: Call.Argument, at position: Int, in verb: Verb) -> ValueType? {
        if let name = argument.name { return verb.parameter(name)?.type }
        let positional = verb.parameters.filter { $0.style != .option }
        if position < positional.count { return positional[position].type }
        guard let last = positional.last, last.style == .rest else { return nil }
        return last.type
    }
}

extension VerbEntry {
    /// Whether a call makes variables: `open` does, unless it is asked for a record.
    func bringsVariables(_ call: Call) -> Bool {
        verb.effects.contains(.bringsVariables)
            && !call.arguments.contains { argument in
                if argument.name == "record", case .boolean(true) = argument.value.kind { return true }
                return false
            }
    }
}

extension Expression {
    fileprivate var name: String? {
        switch kind {
        case .name(let name), .member(_, let name, _): name
        default: nil
        }
    }
}

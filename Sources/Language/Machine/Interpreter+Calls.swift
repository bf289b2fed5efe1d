import Basics

extension Interpreter {
    /// Puts the arguments of a call of a closure in the order of its parameters.
    ///
    /// - Returns: which parameters were given, as a bit set.
    @inline(never)
    func arrange(
        _ function: Function, _ i: Instruction, _ base: UnsafeMutablePointer<Value>,
        _ head: UnsafeMutablePointer<Code.Head>, _ counter: UnsafeMutablePointer<Instruction>
    ) throws -> UInt64 {
        guard case .closure(let closure) = function.body else { return 0 }
        let site = site(head, counter)
        let parameters = closure.code.parameters
        let arguments = site.ranges.indices.map { base[$0] }
        var given: UInt64 = 0
        var next = 0
        for (position, argument) in arguments.enumerated() {
            let target: Int
            if !site.names.isEmpty, let name = site.names[position] {
                guard let found = parameters.firstIndex(where: { $0.name == name }) else {
                    throw CallProblem.unknownArgument(name, of: function, parameters.map(\.name), at: .name(position))
                }
                target = found
            } else {
                while next < parameters.count, given & (1 << UInt64(next)) != 0 { next += 1 }
                guard next < parameters.count else {
                    throw CallProblem.tooMany(
                        function.name, takes: parameters.count { !$0.hasDefault }...parameters.count,
                        came: site.ranges.count, usage: function.signature, at: .argument(position))
                }
                target = next
            }
            if given & (1 << UInt64(target)) != 0 {
                throw CallProblem.twice(parameters[target].name, of: function.name, at: .name(position))
            }
            given |= 1 << UInt64(target)
            base[target] = argument
        }
        for (position, parameter) in parameters.enumerated() where given & (1 << UInt64(position)) == 0 {
            base[position] = .unset
            if !parameter.hasDefault {
                throw CallProblem.missing(parameter.name, of: function.name, usage: function.signature)
            }
        }
        return given
    }

    func site(_ head: UnsafeMutablePointer<Code.Head>, _ counter: UnsafeMutablePointer<Instruction>) -> CallSite {
        let position = counter - 1 - head.pointee.instructions
        guard let site = head.pointee.code._withUnsafeGuaranteedRef({ $0.site(at: position) }) else {
            preconditionFailure("every call has a site")
        }
        return site
    }

    // MARK: Callees that are not closures

    /// A call by the name of a verb.
    @inline(never)
    func callVerb(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>,
        _ counter: UnsafeMutablePointer<Instruction>
    ) throws {
        let link = head.pointee.verbs[i.B]
        let entry = link.pointee.entry.takeUnretainedValue()
        if let shadow = link.pointee.shadow, case .function(let function) = stack[shadow] {
            try callForeign(function, i, registers, head, counter)
        } else {
            try invoke(entry, i, registers, head, counter)
        }
    }

    /// A call by the name of a variable of the session that holds no function: perhaps a verb is meant.
    @inline(never)
    func callVariable(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>,
        _ counter: UnsafeMutablePointer<Instruction>
    ) throws {
        let name = variables.names[i.B]
        if let entry = registry[name] {
            try invoke(entry, i, registers, head, counter)
        } else if hasValue(i.B) {
            throw CallProblem.notCallable(name, stack[i.B])
        } else {
            throw UnknownName(name: name)
        }
    }

    @inline(never)
    func callValue(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>,
        _ counter: UnsafeMutablePointer<Instruction>
    ) throws {
        let name = site(head, counter).calleeName
        if let name, let entry = registry[name] {
            try invoke(entry, i, registers, head, counter)
        } else {
            throw CallProblem.notCallable(name, registers[i.B])
        }
    }

    /// A function value that may be a verb or Swift code.
    @inline(never)
    func callForeign(
        _ function: Function, _ i: Instruction, _ registers: UnsafeMutablePointer<Value>,
        _ head: UnsafeMutablePointer<Code.Head>, _ counter: UnsafeMutablePointer<Instruction>
    ) throws {
        switch function.body {
        case .verb(let entry):
            try invoke(entry, i, registers, head, counter)
        case .closure:
            let site = site(head, counter)
            if let position = site.names.firstIndex(where: { $0 != nil }) {
                throw CallProblem.unknownArgument(
                    site.names[position]!, of: function, [], at: .name(position))
            }
            try native(i, registers, head) { try call(function, $0) }
        case .native(_, _):
            profile?.enter(.function, function.name)
            defer { profile?.leave() }
            let site = site(head, counter)
            if let position = site.names.firstIndex(where: { $0 != nil }) {
                throw CallProblem.unknownArgument(site.names[position]!, of: function, [], at: .name(position))
            }
            try native(i, registers, head) { try call(function, $0) }
        }
    }

    /// Runs Swift code with the arguments of an instruction and stores what it gives.
    private func native(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>,
        _ body: ([Value]) throws -> Value
    ) throws {
        let count = i.C & ~Instruction.hasOptions
        let arguments = (0..<count).map { registers[i.A + 1 + $0] }
        let outside = top
        top = registers + head.pointee.registerCount
        defer { top = outside }
        let result = try body(arguments)
        try result.checkNesting()
        // While the arguments are still there: a variable that was emptied for one of them gets it back.
        try checkInterrupt()
        registers[i.A] = result
        (registers + i.A + 1).clear(count)
    }

    private func invoke(
        _ entry: VerbEntry, _ i: Instruction, _ registers: UnsafeMutablePointer<Value>,
        _ head: UnsafeMutablePointer<Code.Head>, _ counter: UnsafeMutablePointer<Instruction>
    ) throws {
        if i.C & Instruction.hasOptions == 0, let shortcut = entry.verb.shortcut {
            profile?.enter(.verb, entry.name)
            if shortcut.body(registers + i.A, i.C) {
                profile?.leave()
                (registers + i.A + 1).clear(i.C)
                return
            }
            profile?.withdraw()
        }
        let site = site(head, counter)
        try native(i, registers, head) { try invoke(entry, $0, site: site) }
    }

    /// Binds arguments and runs the verb.
    func invoke(_ entry: VerbEntry, _ arguments: [Value], site: CallSite?) throws -> Value {
        let profile = profile
        profile?.enter(.verb, entry.name)
        defer { profile?.leave() }
        let names = site?.names ?? []
        let first = names.isEmpty ? 0 : names.firstIndex { $0 == nil }
        let verb = entry.variant(for: first.flatMap { $0 < arguments.count ? arguments[$0] : nil })
        let bound: Arguments
        do {
            bound = try Arguments(verb, arguments, names: names, interpreter: self)
        } catch let problem as CallProblem {
            throw problem.naming(allVariantsOf: entry, first: first, arguments)
        }
        do {
            return try verb.body(bound)
        } catch let error as RhumbError {
            guard let argument = error.argument,
                let position = bound.origin(of: argument.name, element: argument.element)
            else { throw error }
            throw CallProblem(message: error.message, help: error.hint, spot: .argument(position))
        }
    }

    func checkInterrupt() throws {
        if host.isInterrupted { throw Interruption() }
    }
}

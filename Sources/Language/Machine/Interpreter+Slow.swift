import Basics

/// What the machine leaves to functions of their own: everything that isn't a number.
extension Interpreter {
    func cell(_ register: UnsafeMutablePointer<Value>) -> Cell {
        guard case .object(let object) = register.pointee else { preconditionFailure("a shared variable has a cell") }
        return unsafeDowncast(object, to: Cell.self)
    }

    func makeClosure(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>
    ) throws {
        let code = head.pointee.code.takeUnretainedValue().children[i.B]
        let closure = Closure(code)
        closure.cells = code.captures.map { capture in
            capture.isOuterCapture
                ? frames[depth - 1].cells[capture.position] : cell(registers + capture.position)
        }
        // A function of a function of a function … is let go of link by link; lists between them are not.
        for cell in closure.cells where cell.value.isContainer && !cell.value.isFunction {
            try cell.value.checkNesting()
        }
        registers[i.A] = .function(Function(name: code.name.isEmpty ? "function" : code.name, body: .closure(closure)))
    }

    @inline(never)
    func getGlobal(_ i: Instruction, _ registers: UnsafeMutablePointer<Value>) throws {
        guard hasValue(i.B) else {
            let name = variables.names[i.B]
            if let entry = registry[name] {
                registers[i.A] = .function(Function(entry))
                return
            }
            if let value = registry.constants[name] {
                registers[i.A] = value
                return
            }
            throw UnknownName(name: name)
        }
        registers[i.A] = stack[i.B]
    }

    func noValue(_ position: Int, _ head: UnsafeMutablePointer<Code.Head>) -> RhumbError {
        let name = head.pointee.code.takeUnretainedValue().names[position]
        return RhumbError(Message.noValueYet(name), hint: Message.noValueYetHelp(name))
    }

    // MARK: Operators

    /// `a ← b + right`; appends in place when a string or list grows by itself: `s = s + "x"`.
    @inline(never)
    func add(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ right: UnsafeMutablePointer<Value>
    ) throws {
        let left = registers + i.B
        if i.A == i.B, left != right, try left.append(right) { return }
        registers[i.A] = try Operations.binary(.add, left.pointee, right.pointee)
    }

    @inline(never)
    func binary(
        _ operation: BinaryOperator, _ i: Instruction, _ registers: UnsafeMutablePointer<Value>,
        _ right: UnsafeMutablePointer<Value>
    ) throws {
        registers[i.A] = try Operations.binary(operation, registers[i.B], right.pointee)
    }

    @inline(never)
    func test(
        _ operation: BinaryOperator, _ left: UnsafeMutablePointer<Value>, _ right: UnsafeMutablePointer<Value>
    ) throws -> Bool {
        switch (operation, left.pointee, right.pointee) {
        case (.equal, .string(let x), .string(let y)): return x == y
        case (.equal, _, _) where !left.pointee.isObject && !right.pointee.isObject:
            return left.pointee.isEqual(to: right.pointee)
        default:
            return try Operations.truth(Operations.binary(operation, left.pointee, right.pointee))
        }
    }

    func close(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, tolerance: UnsafeMutablePointer<Value>
    ) throws {
        var limit: Double?
        switch tolerance.pointee {
        case .number(let number) where number >= 0: limit = number
        case .none: break
        default: throw RhumbError(Message.wrongTolerance(tolerance.pointee))
        }
        registers[i.A] = .boolean(try Operations.isClose(registers[i.B], registers[i.C], within: limit))
    }

    // MARK: Loops

    func prepareRange(_ state: UnsafeMutablePointer<Value>) throws {
        let names = ["start", "stop", "step"]
        var ends: [Double] = []
        for (position, name) in names.enumerated() {
            guard case .number(let number) = state[position] else {
                throw RhumbError(Message.rangeOfNumbers(name, state[position]))
            }
            ends.append(number)
        }
        let count = try Self.count(ends)
        state[1] = .number(Double(count))
        state[3] = .number(0)
    }

    private static func count(_ ends: [Double]) throws -> Int {
        if ends[2] == 0 || !ends.allSatisfy(\.isFinite) { throw RhumbError(Message.endlessRange) }
        return NumberRange.count(from: ends[0], to: ends[1], by: ends[2])
    }

    func prepareItems(_ state: UnsafeMutablePointer<Value>) throws {
        switch state[0] {
        case .list: break
        case .range(let range):
            if range.count == nil { throw RhumbError(Message.openRange(range)) }
        case .string, .record, .table: state[0] = .list(try Operations.items(state[0]))
        case .object(let object) where object.count != nil: break
        default: throw RhumbError(Message.notIterable(state[0]))
        }
        state[1] = .number(0)
    }

    @inline(__always)
    func nextItem(_ state: UnsafeMutablePointer<Value>, into item: UnsafeMutablePointer<Value>) throws -> Bool {
        guard case .number(let index) = state[1] else { return false }
        let position = Int(index)
        if case .list(let items) = state[0] {
            guard position < items.count else { return false }
            item.set(items[position])
        } else {
            guard let next = try otherItem(state[0], position) else { return false }
            item.set(next)
        }
        (state + 1).initialize(to: .number(index + 1))
        return true
    }

    @inline(never)
    private func otherItem(_ value: Value, _ position: Int) throws -> Value? {
        switch value {
        case .range(let range): return position < range.count ?? 0 ? .number(range[position]) : nil
        case .object(let object):
            return position < object.count ?? 0 ? try object.element(at: position) : nil
        default: return nil
        }
    }

    // MARK: Composite values

    /// Values that are to become elements.
    private func checkNesting(_ first: UnsafeMutablePointer<Value>, _ count: Int) throws {
        for register in first..<first + count where register.pointee.isContainer { try register.pointee.checkNesting() }
    }

    func makeList(_ i: Instruction, _ registers: UnsafeMutablePointer<Value>) throws {
        try checkNesting(registers + i.B, i.C)
        var items: [Value] = []
        items.reserveCapacity(i.C)
        for register in registers + i.B..<registers + (i.B + i.C) {
            items.append(register.move())
            register.initialize(to: .none)
        }
        registers[i.A] = .list(items)
    }

    /// `a ← a + [b, …]` without making the second list.
    func appendItems(_ i: Instruction, _ registers: UnsafeMutablePointer<Value>) throws {
        try checkNesting(registers + i.B, i.C)
        let list = registers + i.A
        guard case .list = list.pointee, case .list(var items) = list.move() else {
            try makeList(Instruction(.list, i.B, i.B, i.C), registers)
            list.pointee = try Operations.binary(.add, list.pointee, registers[i.B])
            return
        }
        for register in registers + i.B..<registers + (i.B + i.C) {
            items.append(register.move())
            register.initialize(to: .none)
        }
        list.initialize(to: .list(items))
    }

    func makeRecord(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>
    ) throws {
        let keys = head.pointee.code.takeUnretainedValue().shapes[i.C]
        try checkNesting(registers + i.B, keys.count)
        registers[i.A] = .record(Record(keys.enumerated().map { ($1, registers[i.B + $0]) }))
    }

    func makeRange(_ i: Instruction, _ registers: UnsafeMutablePointer<Value>) throws {
        let names = ["start", "stop", "step"]
        var ends: [Double?] = []
        for (position, name) in names.enumerated() {
            switch registers[i.B + position] {
            case .number(let number): ends.append(number)
            case .none: ends.append(nil)
            default: throw RhumbError(Message.rangeOfNumbers(name, registers[i.B + position]))
            }
        }
        let step = ends[2] ?? 1
        if step == 0 || !step.isFinite { throw RhumbError(Message.endlessRange) }
        registers[i.A] = .range(NumberRange(start: ends[0], stop: ends[1], step: step))
    }

    func format(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>
    ) throws {
        registers[i.A] = .string(
            try Operations.formatted(registers[i.B], head.pointee.code.takeUnretainedValue().formats[i.C]))
    }

    @inline(never)
    func index(_ i: Instruction, _ registers: UnsafeMutablePointer<Value>) throws {
        if case .record(let record) = registers[i.B], case .string(let key) = registers[i.C], let value = record[key] {
            registers[i.A] = value
        } else {
            registers[i.A] = try Operations.subscripted(registers[i.B], [registers[i.C]])
        }
    }

    func indexMany(_ i: Instruction, _ registers: UnsafeMutablePointer<Value>, count: Int) throws {
        let keys = (0..<count).map { registers[i.C + $0] }
        registers[i.A] = try Operations.subscripted(registers[i.B], keys)
    }

    @inline(never)
    func setIndex(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ value: UnsafeMutablePointer<Value>
    ) throws {
        let container = registers + i.A
        try value.pointee.checkNesting()
        switch registers[i.B] {
        case .number(let number): if container.replace(number, with: value.pointee) { return }
        case .string(let key): if container.replace(key, with: value.pointee) { return }
        default: break
        }
        try Operations.assign(value.pointee, to: &container.pointee, path: [.keys(1)], keys: [registers[i.B]])
    }

    func setPath(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>,
        keys: UnsafeMutablePointer<Value>
    ) throws {
        try registers[i.C].checkNesting()
        let path = head.pointee.code.takeUnretainedValue().paths[i.B]
        let count = path.reduce(0) { count, step in
            if case .keys(let more) = step { return count + more }
            return count
        }
        let all = (0..<count).map { keys[$0] }
        try Operations.assign(registers[i.C], to: &registers[i.A], path: path[...], keys: all[...])
    }

    func member(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>
    ) throws {
        let name = head.pointee.code._withUnsafeGuaranteedRef { $0.names[i.C] }
        if case .record(let record) = registers[i.B], let value = record[name] {
            (registers + i.A).set(value)
            return
        }
        registers[i.A] = try Operations.member(registers[i.B], name)
    }

    /// A side of a comparison: `t.name` of a table is compared value by value.
    func comparedMember(
        _ i: Instruction, _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>
    ) throws {
        if case .table = registers[i.B] {
            let name = head.pointee.code._withUnsafeGuaranteedRef { $0.names[i.C] }
            if let column = ColumnOperand.of(registers[i.B], name) {
                registers[i.A] = column
                return
            }
        }
        try member(i, registers, head)
    }

    /// The same for `t["name"]`.
    func comparedIndex(_ i: Instruction, _ registers: UnsafeMutablePointer<Value>) throws {
        if case .table = registers[i.B], case .string(let name) = registers[i.C],
            let column = ColumnOperand.of(registers[i.B], name)
        {
            registers[i.A] = column
            return
        }
        try index(i, registers)
    }

    func unpack(_ i: Instruction, _ registers: UnsafeMutablePointer<Value>) throws {
        let items = try Operations.items(registers[i.B])
        guard items.count == i.C else {
            throw RhumbError(Message.unpackCount(targets: i.C, items: items.count, registers[i.B]))
        }
        for (position, item) in items.enumerated() { registers[i.A + position] = item }
    }
}

extension Frame {
    var cells: [Cell] {
        guard let function, case .closure(let closure) = function.takeUnretainedValue().body else { return [] }
        return closure.cells
    }

    @inline(__always)
    func captured(_ position: Int) -> Value { cells[position].value }
}

extension Value {
    fileprivate var isFunction: Bool {
        if case .function = self { return true }
        return false
    }

    var isObject: Bool {
        if case .object = self { return true }
        return false
    }
}

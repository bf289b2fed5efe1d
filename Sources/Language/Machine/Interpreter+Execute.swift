import Basics

extension Interpreter {
    /// Runs code until it returns.
    ///
    /// Numbers travel through here without touching a reference count: operands are matched in place, and stores go
    /// through `set`, which releases only what owns memory. Whatever isn't a number is left to `Interpreter+Slow`.
    /// Calls from function to function stay in this loop; only calls from Swift enter it anew.
    func execute(
        _ entry: UnsafeMutablePointer<Code.Head>, function: Unmanaged<Function>?,
        registers entryRegisters: UnsafeMutablePointer<Value>, given: UInt64 = 0
    ) throws(Diagnostic) -> Value {
        let entryDepth = depth
        let entryTop = top
        var head = entry
        var registers = entryRegisters
        var constants = head.pointee.constants
        var counter = head.pointee.instructions
        /// Rounds until the next look for an interrupt.
        var untilCheck = Self.checkInterval
        defer { top = entryTop }
        do {
            guard reentries < Self.reentryLimit, depth < Self.frameLimit else {
                throw RhumbError(Message.tooDeep, hint: Message.tooDeepHelp)
            }
            entries &+= 1
            if entries & 0xFF == 0 { try checkInterrupt() }
            try grow(to: registers + head.pointee.registerCount)
            if depth >= watchedDepth { try beginWatched(function, head) }
            enter(head, registers, counter: nil, caller: (registers, head), function: function, given: given)
        } catch {
            throw diagnostic(error, head: head, counter: counter + 1, entryDepth: entryDepth)
        }
        reentries += 1
        defer { reentries -= 1 }
        do {
            while true {
                let i = counter.pointee
                counter += 1
                switch i.opcode {
                // MARK: Moving
                case .move: (registers + i.A).copy(registers + i.B)
                case .take: (registers + i.A).take(registers + i.B)
                case .clear: (registers + i.A).clear(i.B)
                case .constant: (registers + i.A).copy(constants + i.B)
                case .check:
                    if case .unset = registers[i.A] { throw noValue(i.B, head) }
                case .getGlobal:
                    if case .number(let number) = stack[i.B] {
                        (registers + i.A).set(number)
                    } else {
                        try getGlobal(i, registers)
                    }
                case .newCell: registers[i.A] = .object(Cell(registers[i.A]))
                case .getCell: registers[i.A] = cell(registers + i.B).value
                case .setCell: cell(registers + i.A).value = registers[i.B]
                case .capture: registers[i.A] = frames[depth - 1].captured(i.B)
                case .thisFunction: registers[i.A] = .function(frames[depth - 1].function!.takeUnretainedValue())
                case .closure: try makeClosure(i, registers, head)

                // MARK: Arithmetic
                case .add:
                    if !combined(registers + i.A, registers + i.B, registers + i.C, +) {
                        try add(i, registers, registers + i.C)
                    }
                case .subtract:
                    if !combined(registers + i.A, registers + i.B, registers + i.C, -) {
                        try binary(.subtract, i, registers, registers + i.C)
                    }
                case .multiply:
                    if !combined(registers + i.A, registers + i.B, registers + i.C, *) {
                        try binary(.multiply, i, registers, registers + i.C)
                    }
                case .divide:
                    if !combined(registers + i.A, registers + i.B, registers + i.C, /) {
                        try binary(.divide, i, registers, registers + i.C)
                    }
                case .remainder:
                    if !combined(registers + i.A, registers + i.B, registers + i.C, Operations.remainder) {
                        try binary(.remainder, i, registers, registers + i.C)
                    }
                case .power: try binary(.power, i, registers, registers + i.C)
                case .matmul: try binary(.matmul, i, registers, registers + i.C)
                case .addK:
                    if !combined(registers + i.A, registers + i.B, constants + i.C, +) {
                        try add(i, registers, constants + i.C)
                    }
                case .subtractK:
                    if !combined(registers + i.A, registers + i.B, constants + i.C, -) {
                        try binary(.subtract, i, registers, constants + i.C)
                    }
                case .multiplyK:
                    if !combined(registers + i.A, registers + i.B, constants + i.C, *) {
                        try binary(.multiply, i, registers, constants + i.C)
                    }
                case .divideK:
                    if !combined(registers + i.A, registers + i.B, constants + i.C, /) {
                        try binary(.divide, i, registers, constants + i.C)
                    }
                case .remainderK:
                    if !combined(registers + i.A, registers + i.B, constants + i.C, Operations.remainder) {
                        try binary(.remainder, i, registers, constants + i.C)
                    }
                case .powerK:
                    if !combined(registers + i.A, registers + i.B, constants + i.C, Operations.power) {
                        try binary(.power, i, registers, constants + i.C)
                    }
                case .less:
                    if !compared(registers + i.A, registers + i.B, registers + i.C, <) {
                        try binary(.less, i, registers, registers + i.C)
                    }
                case .lessOrEqual:
                    if !compared(registers + i.A, registers + i.B, registers + i.C, <=) {
                        try binary(.lessOrEqual, i, registers, registers + i.C)
                    }
                case .greater:
                    if !compared(registers + i.A, registers + i.B, registers + i.C, >) {
                        try binary(.greater, i, registers, registers + i.C)
                    }
                case .greaterOrEqual:
                    if !compared(registers + i.A, registers + i.B, registers + i.C, >=) {
                        try binary(.greaterOrEqual, i, registers, registers + i.C)
                    }
                case .equal: try binary(.equal, i, registers, registers + i.C)
                case .notEqual: try binary(.notEqual, i, registers, registers + i.C)
                case .contained: try binary(.contained, i, registers, registers + i.C)
                case .close:
                    try close(i, registers, tolerance: registers + counter.pointee.A)
                    counter += 1
                case .negate:
                    if case .number(let x) = registers[i.B] {
                        (registers + i.A).set(-x)
                    } else {
                        registers[i.A] = try Operations.unary(.negate, registers[i.B])
                    }
                case .not:
                    if case .boolean(let boolean) = registers[i.B] {
                        (registers + i.A).set(!boolean)
                    } else {
                        registers[i.A] = try Operations.negation(registers[i.B])
                    }

                // MARK: Flow
                case .jump: counter += i.offset
                case .jumpIfFalse:
                    if try !truth(registers + i.A) { try jump(i.offset, &counter, &untilCheck) }
                case .jumpIfTrue:
                    if try truth(registers + i.A) { try jump(i.offset, &counter, &untilCheck) }
                case .jumpIfGiven:
                    if frames[depth - 1].given & (1 << UInt64(i.A)) != 0 { counter += i.offset }
                case .testLess:
                    let holds = try compared(registers + i.A, registers + i.B, .less, <)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .testLessOrEqual:
                    let holds = try compared(registers + i.A, registers + i.B, .lessOrEqual, <=)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .testGreater:
                    let holds = try compared(registers + i.A, registers + i.B, .greater, >)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .testGreaterOrEqual:
                    let holds = try compared(registers + i.A, registers + i.B, .greaterOrEqual, >=)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .testEqual:
                    let holds = try compared(registers + i.A, registers + i.B, .equal, ==)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .testNotEqual:
                    let holds = try compared(registers + i.A, registers + i.B, .notEqual, !=)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .testLessK:
                    let holds = try compared(registers + i.A, constants + i.B, .less, <)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .testLessOrEqualK:
                    let holds = try compared(registers + i.A, constants + i.B, .lessOrEqual, <=)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .testGreaterK:
                    let holds = try compared(registers + i.A, constants + i.B, .greater, >)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .testGreaterOrEqualK:
                    let holds = try compared(registers + i.A, constants + i.B, .greaterOrEqual, >=)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .testEqualK:
                    let holds = try compared(registers + i.A, constants + i.B, .equal, ==)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .testNotEqualK:
                    let holds = try compared(registers + i.A, constants + i.B, .notEqual, !=)
                    try skip(holds == (i.C != 0), &counter, &untilCheck)
                case .prepareRange: try prepareRange(registers + i.A)
                case .nextInRange:
                    let state = registers + i.A
                    if case .number(let start) = state[0], case .number(let count) = state[1],
                        case .number(let step) = state[2], case .number(let index) = state[3], index < count
                    {
                        (registers + i.B).set(start + index * step)
                        (state + 3).initialize(to: .number(index + 1))
                        try skip(false, &counter, &untilCheck)
                    } else {
                        counter += 1
                    }
                case .prepareItems: try prepareItems(registers + i.A)
                case .nextItem:
                    if try nextItem(registers + i.A, into: registers + i.B) {
                        try skip(false, &counter, &untilCheck)
                    } else {
                        counter += 1
                    }

                // MARK: Calls
                case .call, .callGlobal, .callThis:
                    let callee: Unmanaged<Function>
                    switch i.opcode {
                    case .callThis: callee = frames[depth - 1].function!
                    case .callGlobal:
                        guard case .function(let function) = stack[i.B] else {
                            try callVariable(i, registers, head, counter)
                            continue
                        }
                        callee = Unmanaged.passUnretained(function)
                    default:
                        guard case .function(let function) = registers[i.B] else {
                            try callValue(i, registers, head, counter)
                            continue
                        }
                        callee = Unmanaged.passUnretained(function)
                    }
                    guard let next = callee._withUnsafeGuaranteedRef({ $0.head }) else {
                        try callForeign(callee.takeUnretainedValue(), i, registers, head, counter)
                        continue
                    }
                    let base = registers + (i.A + 1)
                    let end = base + next.pointee.registerCount
                    if end > high { try grow(to: end) }
                    // Also says that no argument is an option.
                    var given = UInt64.max
                    if i.C != next.pointee.parameterCount {
                        given = try arrange(callee.takeUnretainedValue(), i, base, head, counter)
                    }
                    if depth >= watchedDepth { try beginWatched(callee, next) }
                    untilCheck -= 1
                    if untilCheck == 0 {
                        untilCheck = Self.checkInterval
                        try checkInterrupt()
                    }
                    enter(next, base, counter: counter, caller: (registers, head), function: callee, given: given)
                    head = next
                    registers = base
                    counter = head.pointee.instructions
                    constants = head.pointee.constants
                case .callVerb:
                    if let shortcut = head.pointee.verbs[i.B].pointee.shortcut, i.C & Instruction.hasOptions == 0,
                        shortcut(registers + i.A, i.C)
                    {
                        // A list left in a register would have to be copied when its variable changes next.
                        (registers + (i.A + 1)).clear(i.C)
                        continue
                    }
                    try callVerb(i, registers, head, counter)
                case .updateByVerb:
                    let variable = registers + counter.pointee.A
                    (registers + (i.A + 1)).take(variable)
                    if let shortcut = head.pointee.verbs[i.B].pointee.shortcut, i.C & Instruction.hasOptions == 0,
                        shortcut(registers + i.A, i.C)
                    {
                        (registers + (i.A + 1)).clear(i.C)
                    } else {
                        try callVerb(i, registers, head, counter)
                    }
                    variable.take(registers + i.A)
                    counter += 1
                case .returnValue, .returnNone:
                    depth -= 1
                    if depth >= watchedDepth { endWatched() }
                    let frame = frames[depth]
                    // Of a called function this is the register in front of its own: the result of the call.
                    let result = registers - 1
                    guard let caller = frame.callerCounter else {
                        let value: Value = i.opcode == .returnValue ? registers[i.A] : .none
                        (registers + head.pointee.firstOwnRegister).clear(
                            head.pointee.registerCount - head.pointee.firstOwnRegister)
                        if depth == 0 { retired.removeAll() }
                        return value
                    }
                    if i.opcode == .returnValue { result.copy(registers + i.A) } else { result.set(.none) }
                    registers.clear(head.pointee.registerCount)
                    counter = caller
                    registers = frame.callerRegisters
                    head = frame.callerHead
                    constants = head.pointee.constants

                // MARK: Composite values
                case .list: try makeList(i, registers)
                case .appendItems: try appendItems(i, registers)
                case .record: try makeRecord(i, registers, head)
                case .range: try makeRange(i, registers)
                case .text: try makeText(i, registers, head)
                case .appendText: try appendText(i, registers, head)
                case .format: try format(i, registers, head)
                case .index:
                    if case .list(let items) = registers[i.B], case .number(let key) = registers[i.C],
                        (registers + i.A).copy(element: key, of: items)
                    {
                        continue
                    }
                    try index(i, registers)
                case .indexMany:
                    try indexMany(i, registers, count: counter.pointee.A)
                    counter += 1
                case .setIndex:
                    if !(registers + i.A).replace(element: registers + i.B, with: registers + i.C) {
                        try setIndex(i, registers, registers + i.C)
                    }
                case .setIndexK:
                    if !(registers + i.A).replace(element: registers + i.B, with: constants + i.C) {
                        try setIndex(i, registers, constants + i.C)
                    }
                case .setPath:
                    try setPath(i, registers, head, keys: registers + counter.pointee.A)
                    counter += 1
                case .member: try member(i, registers, head)
                case .comparedMember: try comparedMember(i, registers, head)
                case .comparedIndex:
                    if case .list(let items) = registers[i.B], case .number(let key) = registers[i.C],
                        (registers + i.A).copy(element: key, of: items)
                    {
                        continue
                    }
                    try comparedIndex(i, registers)
                case .unpack: try unpack(i, registers)

                // MARK: Statements
                case .show: show(registers[i.A], isSilenced: i.B != 0)
                case .expectFailed: throw expectFailed(i, registers, counter.pointee)
                case .importFile:
                    top = registers + head.pointee.registerCount
                    try importFile(registers[i.A], from: head)
                case .parameter: try parameter(i, registers, head)
                case .startClock: try startClock(registers + i.A, isProfiling: i.B != 0)
                case .stopClock: stopClock(registers + i.A)
                case .standStill: standStill(registers, head, counter)
                case .word: break
                }
            }
        } catch {
            let diagnostic = diagnostic(error, head: head, counter: counter, entryDepth: entryDepth)
            unwind(to: entryDepth, head, registers, counter)
            throw diagnostic
        }
    }

    /// Rounds of loops and calls between two looks for an interrupt: some ten microseconds.
    private static let checkInterval = 2048

    /// Passes over the jump that follows, or takes it.
    @inline(__always)
    private func skip(
        _ isPassed: Bool, _ counter: inout UnsafeMutablePointer<Instruction>, _ untilCheck: inout Int
    ) throws {
        if isPassed {
            counter += 1
        } else {
            try jump(counter.pointee.offset + 1, &counter, &untilCheck)
        }
    }

    /// A jump that may lead back: now and then it looks for an interrupt.
    @inline(__always)
    private func jump(
        _ offset: Int, _ counter: inout UnsafeMutablePointer<Instruction>, _ untilCheck: inout Int
    ) throws {
        untilCheck -= 1
        if untilCheck == 0 {
            untilCheck = Self.checkInterval
            try checkInterrupt()
        }
        counter += offset
    }

    /// Makes a call the running one. Its arguments stand in its first registers already.
    @inline(__always)
    private func enter(
        _ head: UnsafeMutablePointer<Code.Head>, _ registers: UnsafeMutablePointer<Value>,
        counter: UnsafeMutablePointer<Instruction>?,
        caller: (registers: UnsafeMutablePointer<Value>, head: UnsafeMutablePointer<Code.Head>),
        function: Unmanaged<Function>?, given: UInt64
    ) {
        (frames + depth).initialize(
            to: Frame(
                callerCounter: counter, callerRegisters: caller.registers, callerHead: caller.head, function: function,
                given: given))
        depth += 1
        var position = head.pointee.parameterCount
        while position < head.pointee.variableCount {
            registers[position] = .unset
            position += 1
        }
    }
}

// The number path of operators. Always inlined, so that the operator given is compiled into the loop.
extension Interpreter {
    /// `target ← left ⊕ right` when both are numbers; false otherwise.
    @inline(__always)
    private func combined(
        _ target: UnsafeMutablePointer<Value>, _ left: UnsafeMutablePointer<Value>,
        _ right: UnsafeMutablePointer<Value>, _ operation: (Double, Double) -> Double
    ) -> Bool {
        guard case .number(let x) = left.pointee, case .number(let y) = right.pointee else { return false }
        target.set(operation(x, y))
        return true
    }

    /// The same for a comparison.
    @inline(__always)
    private func compared(
        _ target: UnsafeMutablePointer<Value>, _ left: UnsafeMutablePointer<Value>,
        _ right: UnsafeMutablePointer<Value>, _ operation: (Double, Double) -> Bool
    ) -> Bool {
        guard case .number(let x) = left.pointee, case .number(let y) = right.pointee else { return false }
        target.set(operation(x, y))
        return true
    }

    @inline(__always)
    private func truth(_ condition: UnsafeMutablePointer<Value>) throws -> Bool {
        if case .boolean(let boolean) = condition.pointee { return boolean }
        return try Operations.truth(condition.pointee)
    }

    /// Whether `left ⊕ right` holds, whatever they are.
    @inline(__always)
    private func compared(
        _ left: UnsafeMutablePointer<Value>, _ right: UnsafeMutablePointer<Value>, _ name: BinaryOperator,
        _ operation: (Double, Double) -> Bool
    ) throws -> Bool {
        if case .number(let x) = left.pointee, case .number(let y) = right.pointee { return operation(x, y) }
        return try test(name, left, right)
    }
}

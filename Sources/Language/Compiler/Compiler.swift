/// Turns the syntax of one function, or of the top level of one source, into code for the machine.
///
/// Variables become registers here, so that nothing is looked up by name while running. At the top level they are the
/// session's slots; in a function they are its own registers, and those that closures share are cells.
struct Compiler {
    /// What the functions of one source have in common.
    final class Unit {
        let source: Source
        let interpreter: Interpreter
        /// Names assigned anywhere at the top level of the source.
        var topNames: Set<String> = []
        /// Variables of the function at whose breakpoint the source is run: registers of the session's stack, or cells.
        var place: [String: Home] = [:]

        init(source: Source, interpreter: Interpreter) {
            self.source = source
            self.interpreter = interpreter
        }
    }

    /// A function around the one being compiled, asked for the variables it shares.
    final class Scope {
        let parent: Scope?
        let name: String
        var registers: [String: Int] = [:]
        /// Variables kept in cells because functions inside read them.
        var shared: Set<String> = []
        var captures: [(name: String, capture: Code.Capture)] = []

        init(parent: Scope?, name: String) {
            self.parent = parent
            self.name = name
        }
    }

    /// Where a variable lives.
    enum Home {
        case register(Int)
        case cell(Int)
        case capture(Int)
        case thisFunction
        case global(Int)
    }

    struct Loop {
        var breaks: [Int] = []
        var continues: [Int] = []
    }

    let unit: Unit
    /// nil at the top level.
    let scope: Scope?
    var parts: Code.Parts
    var nextTemporary: Int
    var numberConstants: [UInt64: Int] = [:]
    var stringConstants: [String: Int] = [:]
    var loops: [Loop] = []
    /// Blocks of statements around the one being compiled.
    var blockDepth = 0
    /// Registers of variables that surely have a value here; nil where control never comes.
    var assigned: Set<Int>? = []
    /// Span of the instructions being emitted.
    var range: Range<Int> = 0..<0

    var isTop: Bool { scope == nil }

    /// Code of the top level of a source.
    ///
    /// - Parameters:
    ///   - firstTemporary: the first register that is free in the running session.
    ///   - place: variables of a function that stands still, which the code sees before those of the session.
    static func compile(
        _ statements: [Statement], of source: Source, in interpreter: Interpreter, firstTemporary: Int,
        place: [String: Home] = [:]
    ) throws(Diagnostic) -> Code {
        let unit = Unit(source: source, interpreter: interpreter)
        unit.place = place
        let names = Names(statements)
        unit.topNames = names.isAssigned
        var compiler = Compiler(
            unit: unit, scope: nil, parts: Code.Parts(name: "", source: source), nextTemporary: firstTemporary)
        compiler.parts.firstOwnRegister = firstTemporary
        compiler.parts.registerCount = firstTemporary
        for name in names.assigned where place[name] == nil {
            guard let slot = interpreter.makeSlot(name) else {
                throw compiler.failure(Message.tooManyVariables, 0..<0)
            }
            if interpreter.hasValue(slot) { compiler.assigned?.insert(slot) }
        }
        for statement in statements {
            try compiler.top(statement)
            compiler.clearTemporaries()
        }
        compiler.emit(.returnNone)
        return Code(compiler.parts)
    }

    /// Temporaries of a finished statement must not keep large values alive.
    private mutating func clearTemporaries() {
        let count = parts.registerCount - nextTemporary
        if count > 0 { emit(.clear, nextTemporary, count) }
    }

    /// Code of a function.
    static func compile(_ function: FunctionSyntax, unit: Unit, parent: Scope?) throws(Diagnostic) -> Code {
        let names = Names(function)
        let scope = Scope(parent: parent, name: function.name)
        for name in names.assigned { scope.registers[name] = scope.registers.count }
        scope.shared = names.isAssigned.intersection(names.readInside)
        var parts = Code.Parts(name: function.name, source: unit.source)
        parts.parameters = function.parameters.map { .init(name: $0.name, hasDefault: $0.fallback != nil) }
        var compiler = Compiler(unit: unit, scope: scope, parts: parts, nextTemporary: names.assigned.count)
        compiler.parts.registerCount = names.assigned.count
        compiler.parts.variableCount = names.assigned.count
        compiler.range = function.range
        if function.parameters.count > 63 { throw compiler.failure(Message.tooManyParameters, function.range) }
        try compiler.prologue(function, names)
        try compiler.closing(function.body)
        compiler.parts.captures = scope.captures.map(\.capture)
        if compiler.parts.standsStill {
            compiler.parts.visible = Code.Visible(
                registers: names.assigned.map { ($0, scope.registers[$0]!, scope.shared.contains($0)) },
                captures: scope.captures.map(\.name))
        }
        return Code(compiler.parts)
    }

    /// Fills parameters that were not given and puts shared variables into cells.
    private mutating func prologue(_ function: FunctionSyntax, _ names: Names) throws(Diagnostic) {
        for (position, parameter) in function.parameters.enumerated() {
            if let fallback = parameter.fallback {
                range = fallback.range
                let jump = emit(.jumpIfGiven, position, offset: 0)
                try expression(fallback, into: position)
                land(jump)
            }
            if scope!.shared.contains(parameter.name) { emit(.newCell, position) }
            assigned?.insert(position)
        }
        for name in names.assigned.dropFirst(function.parameters.count) where scope!.shared.contains(name) {
            emit(.newCell, scope!.registers[name]!)
        }
    }

    // MARK: Emitting

    @discardableResult
    mutating func emit(_ opcode: Opcode, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0) -> Int {
        emit(Instruction(opcode, a, b, c))
    }

    @discardableResult
    mutating func emit(_ opcode: Opcode, _ a: Int, offset: Int) -> Int {
        emit(Instruction(opcode, a, offset: offset))
    }

    private mutating func emit(_ instruction: Instruction) -> Int {
        parts.instructions.append(instruction)
        parts.ranges.append(Int32(range.lowerBound)..<Int32(range.upperBound))
        parts.siteOf.append(-1)
        return parts.instructions.count - 1
    }

    /// Position of the next instruction.
    var here: Int { parts.instructions.count }

    /// Makes the jump at `position` come out at the next instruction, or at `target`.
    mutating func land(_ position: Int, at target: Int? = nil) {
        let jump = parts.instructions[position]
        parts.instructions[position] = Instruction(jump.opcode, jump.A, offset: (target ?? here) - position - 1)
    }

    mutating func at<Result>(
        _ span: Range<Int>, _ body: (inout Compiler) throws(Diagnostic) -> Result
    ) throws(Diagnostic) -> Result {
        let outside = range
        range = span
        defer { range = outside }
        return try body(&self)
    }

    // MARK: Registers and constants

    /// A block of free registers.
    mutating func temporaries(_ count: Int = 1) throws(Diagnostic) -> Int {
        let first = nextTemporary
        nextTemporary += count
        guard nextTemporary < 65_000 else { throw failure(Message.tooComplex, range) }
        parts.registerCount = max(parts.registerCount, nextTemporary)
        return first
    }

    mutating func constant(_ number: Double) throws(Diagnostic) -> Int {
        if let known = numberConstants[number.bitPattern] { return known }
        let position = try add(.number(number))
        numberConstants[number.bitPattern] = position
        return position
    }

    mutating func constant(_ string: String) throws(Diagnostic) -> Int {
        if let known = stringConstants[string] { return known }
        let position = try add(.string(string))
        stringConstants[string] = position
        return position
    }

    mutating func add(_ value: Value) throws(Diagnostic) -> Int {
        try append(value, to: \.constants)
    }

    /// Adds to one of the code's tables, whose positions are 16-bit operands.
    mutating func append<Element>(
        _ element: Element, to table: WritableKeyPath<Code.Parts, [Element]>
    ) throws(Diagnostic) -> Int {
        guard parts[keyPath: table].count < 65_000 else { throw failure(Message.tooComplex, range) }
        parts[keyPath: table].append(element)
        return parts[keyPath: table].count - 1
    }

    func failure(_ message: String, _ range: Range<Int>, label: String = "", help: String = "") -> Diagnostic {
        Diagnostic(.syntax, message, at: SourceSpan(source: unit.source, range: range), label: label, help: help)
    }
}

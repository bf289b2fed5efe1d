import Basics

/// Where a program stands still at a `breakpoint`: code that is run there sees and changes the variables of the function
/// that called it, as well as those of the session.
///
/// Valid until the verb that was given it returns.
public final class Place {
    /// Of the call of `breakpoint`.
    public let span: SourceSpan
    /// The function that stands still; nil at the top level.
    public let function: String?
    private let variables: [(name: String, home: Home)]

    enum Home {
        /// A register of a running function.
        case register(UnsafeMutablePointer<Value>)
        /// A variable that functions share.
        case cell(Cell)
    }

    init(span: SourceSpan, function: String?, variables: [(name: String, home: Home)]) {
        (self.span, self.function, self.variables) = (span, function, variables)
    }

    /// The function's variables that have a value, its arguments first.
    public var values: [(name: String, value: Value)] {
        variables.compactMap { name, home in
            let value =
                switch home {
                case .register(let register): register.pointee
                case .cell(let cell): cell.value
                }
            if case .unset = value { return nil }
            return (name, value)
        }
    }

    /// What is said where no prompt is opened.
    ///
    /// - Parameter reason: why; nil where there is no terminal.
    package func passed(because reason: String?) -> String {
        "breakpoint at \(span.description) passed: \(reason ?? "there is no terminal to open a prompt at")"
    }

    subscript(name: String) -> Value? { values.first { $0.name == name }?.value }

    /// Where code of the top level finds the variables: registers of the session's stack.
    ///
    /// - Parameter next: registers from here on are free; those used are counted up.
    func homes(on stack: UnsafeMutablePointer<Value>, next: inout UnsafeMutablePointer<Value>) -> [String: Compiler
        .Home]
    {
        var homes: [String: Compiler.Home] = [:]
        for (name, home) in variables {
            switch home {
            case .register(let register): homes[name] = .register(register - stack)
            case .cell(let cell):
                next.pointee = .object(cell)
                homes[name] = .cell(next - stack)
                next += 1
            }
        }
        return homes
    }

    var cellCount: Int { variables.count { if case .cell = $0.home { true } else { false } } }
}

extension Code {
    /// The variables that a function has at a breakpoint in it.
    struct Visible {
        var registers: [(name: String, register: Int, isCell: Bool)] = []
        /// Names of the cells that it captured, in their order.
        var captures: [String] = []
    }
}

extension Interpreter {
    /// Remembers where the running code stands, for the verb that is called next.
    func standStill(
        _ registers: UnsafeMutablePointer<Value>, _ head: UnsafeMutablePointer<Code.Head>,
        _ counter: UnsafeMutablePointer<Instruction>
    ) {
        let code = head.pointee.code.takeUnretainedValue()
        let frame = frames[depth - 1]
        var variables = code.visible.registers.map { name, register, isCell in
            (name, isCell ? Place.Home.cell(cell(registers + register)) : .register(registers + register))
        }
        variables += zip(code.visible.captures, frame.cells).map { ($0, .cell($1)) }
        let function = frame.function.map { $0.takeUnretainedValue().name }
        place = Place(
            span: code.span(at: counter - 1 - head.pointee.instructions), function: function, variables: variables)
    }

    /// The place of the call that is being made, for a verb that sees variables; taken once.
    package func takePlace() -> Place? {
        defer { place = nil }
        return place
    }

    /// Runs a source at a place, as ``run(_:)`` does at the top level.
    ///
    /// Names that are new become variables of the session.
    ///
    /// - Throws: `Diagnostic`.
    @discardableResult
    public func run(_ source: Source, at place: Place) throws(Diagnostic) -> Outcome {
        let first = top
        do { try grow(to: top + place.cellCount) } catch {
            throw Diagnostic(.runtime, error.message, at: place.span, help: error.hint)
        }
        let homes = place.homes(on: stack, next: &top)
        let outside = (standing, top)
        standing = place
        defer {
            first.clear(outside.1 - first)
            (standing, top) = (outside.0, first)
        }
        return try run(source, homes: homes)
    }
}

import Basics

extension Interpreter {
    /// What running a source leaves.
    public struct Outcome {
        /// The value of the last statement that was an expression; none when there was none.
        public var value: Value
        /// Whether that statement ended in `;`.
        public var isSilenced: Bool
    }

    /// Runs a source. Values of its top-level expressions go to the host as they come; the last one becomes `_`.
    ///
    /// An error leaves the variables as they were when it happened.
    ///
    /// - Throws: `Diagnostic`.
    @discardableResult
    public func run(_ source: Source) throws(Diagnostic) -> Outcome { try run(source, homes: [:]) }

    /// - Parameter homes: variables of a function that stands still, which come before those of the session.
    func run(_ source: Source, homes: [String: Compiler.Home]) throws(Diagnostic) -> Outcome {
        let statements = try Parser.parse(source)
        let outside = outcome
        outcome = Outcome(value: .none, isSilenced: true)
        defer { outcome = outside }
        // Code below may give a new value to a variable whose function is running further out.
        let kept = retired.count
        for frame in 0..<depth {
            if let function = frames[frame].function { retired.append(.function(function.takeUnretainedValue())) }
        }
        defer { retired.removeSubrange(kept...) }
        // What an import defines, or `open` brings, must be known when the rest is compiled.
        for part in statements.split(after: { $0.isImport || bringsVariables($0) }) {
            let code = try Compiler.compile(part, of: source, in: self, firstTemporary: top - stack, place: homes)
            _ = try execute(code.head, function: nil, registers: stack)
        }
        return outcome
    }

    /// Whether a statement calls a verb that makes variables: `open`.
    private func bringsVariables(_ statement: Statement) -> Bool {
        switch statement.kind {
        case .expression, .assign, .time, .profile:
            Names([statement]).read.contains { registry[$0]?.verb.effects.contains(.bringsVariables) ?? false }
        default: false
        }
    }

    /// Calls a function of the language, such as one given as an argument to a verb.
    ///
    /// - Throws: `Diagnostic` for errors inside; `RhumbError` when the function doesn't take so many arguments.
    public func call(_ function: Function, _ arguments: [Value]) throws -> Value {
        switch function.body {
        case .closure(let closure):
            let given = try given(arguments.count, of: function)
            let head = closure.code.head
            let base = top
            try grow(to: base + head.pointee.registerCount)
            for (position, argument) in arguments.enumerated() { (base + position).set(argument) }
            return try execute(head, function: Unmanaged.passUnretained(function), registers: base, given: given)
        case .verb(let entry):
            return try invoke(entry, arguments, site: nil)
        case .native(let parameters, let body):
            guard parameters.contains(arguments.count) else {
                throw RhumbError(Message.argumentCount(function.name, parameters, came: arguments.count))
            }
            return try body(arguments)
        }
    }

    /// Calls with one argument, which verbs such as `map` do for every element.
    func call(_ function: Function, _ argument: Value) throws -> Value {
        let base = top
        if case .verb(let entry) = function.body, let shortcut = entry.link.pointee.shortcut {
            try grow(to: base + 2)
            (base + 1).set(argument)
            defer { base.clear(2) }
            if shortcut(base, 1) { return base.pointee }
        }
        guard let head = function.head, head.pointee.parameterCount == 1 else { return try call(function, [argument]) }
        try grow(to: base + head.pointee.registerCount)
        base.set(argument)
        return try execute(head, function: Unmanaged.passUnretained(function), registers: base, given: 1)
    }

    func call(_ function: Function, _ first: Value, _ second: Value) throws -> Value {
        try call(function, [first, second])
    }

    /// Which parameters of a closure positional arguments fill, as a bit set.
    func given(_ count: Int, of function: Function) throws(RhumbError) -> UInt64 {
        guard case .closure(let closure) = function.body else { return 0 }
        let parameters = closure.code.parameters
        let required = parameters.prefix { !$0.hasDefault }.count
        guard count >= required, count <= parameters.count else {
            throw RhumbError(
                Message.argumentCount(function.name, required...parameters.count, came: count),
                hint: "\(function.signature)")
        }
        return (1 << UInt64(count)) - 1
    }

    /// Makes registers usable.
    @inline(never)
    func grow(to end: UnsafeMutablePointer<Value>) throws(RhumbError) {
        guard end > high else { return }
        guard end < stack + Self.stackSize else { throw RhumbError(Message.tooDeep, hint: Message.tooDeepHelp) }
        high.initialize(repeating: .unset, count: end - high)
        high = end
    }
}

extension Statement {
    fileprivate var isImport: Bool {
        if case .importFile = kind { return true }
        return false
    }
}

extension Array {
    /// Pieces that end with the elements that match; the last piece may be empty.
    fileprivate func split(after isEnd: (Element) -> Bool) -> [[Element]] {
        var pieces: [[Element]] = [[]]
        for element in self {
            pieces[pieces.count - 1].append(element)
            if isEnd(element) { pieces.append([]) }
        }
        return pieces
    }
}

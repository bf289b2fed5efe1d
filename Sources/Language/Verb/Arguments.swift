import Basics

/// The checked arguments of one call of a verb, and the way back to the interpreter.
///
/// The accessors read a parameter by its declared name. The types were checked against the declaration before the
/// body runs, so an accessor that agrees with the declaration never throws; one that asks for less than declared
/// (a string out of `any`) throws an error whose caret points at the argument.
public struct Arguments {
    public let verb: Verb
    public let interpreter: Interpreter
    /// In the order of the verb's parameters; a rest parameter holds a list. Defaults are filled in.
    public let values: [Value]
    /// How many arguments the call had.
    let count: Int
    /// For each parameter, which argument of the call it came from, nil when not given; empty when each came from the
    /// argument at its own position.
    let origins: [Int?]
    /// The same for each element of a rest parameter.
    let restOrigins: [Int]
    /// Options the verb doesn't list, for verbs declared with `takesAnyOption`.
    public let extra: [(name: String, value: Value)]

    init(
        verb: Verb, interpreter: Interpreter, values: [Value], count: Int, origins: [Int?], restOrigins: [Int],
        extra: [(name: String, value: Value)]
    ) {
        self.verb = verb
        self.interpreter = interpreter
        self.values = values
        self.count = count
        self.origins = origins
        self.restOrigins = restOrigins
        self.extra = extra
    }

    public var host: any SessionHost { interpreter.host }

    /// Tells the host of a file or folder that the verb is about to read: a cell that reads it runs again when it has
    /// changed.
    ///
    /// - Parameter name: what to call it; by default the path.
    /// - Throws: `RhumbError` for a verb that doesn't declare that it reads files.
    public func willRead(_ path: String, as name: String? = nil) throws {
        guard verb.effects.contains(.readsFiles) else { throw RhumbError(Message.undeclaredReading(verb.name)) }
        // What came with Rhumb has a name of its own.
        if name == nil { try host.mayRead(path) }
        host.didRead(path, as: name ?? path)
    }

    private func position(_ name: String) throws -> Int {
        guard let position = verb.parameters.firstIndex(where: { $0.name == name }) else {
            throw RhumbError(Message.undeclaredParameter(name, verb.name))
        }
        return position
    }

    /// The value of a parameter; none for one that was not given and has no default.
    public func value(_ name: String) throws -> Value { values[try position(name)] }

    /// Whether the call gave the parameter.
    public func isGiven(_ name: String) throws -> Bool {
        let position = try position(name)
        return origins.isEmpty ? position < count : origins[position] != nil
    }

    public func number(_ name: String) throws -> Double {
        guard case .number(let number) = try value(name) else { throw try refusal(name, expected: "a number") }
        return number
    }

    public func whole(_ name: String) throws -> Int {
        guard let whole = try value(name).whole else { throw try refusal(name, expected: "a whole number") }
        return whole
    }

    public func boolean(_ name: String) throws -> Bool {
        guard case .boolean(let boolean) = try value(name) else { throw try refusal(name, expected: "true or false") }
        return boolean
    }

    public func string(_ name: String) throws -> String {
        guard case .string(let string) = try value(name) else { throw try refusal(name, expected: "a string") }
        return string
    }

    public func list(_ name: String) throws -> [Value] {
        guard case .list(let list) = try value(name) else { throw try refusal(name, expected: "a list") }
        return list
    }

    public func record(_ name: String) throws -> Record {
        guard case .record(let record) = try value(name) else { throw try refusal(name, expected: "a record") }
        return record
    }

    public func table(_ name: String) throws -> Table {
        guard case .table(let table) = try value(name) else { throw try refusal(name, expected: "a table") }
        return table
    }

    public func function(_ name: String) throws -> Function {
        guard case .function(let function) = try value(name) else { throw try refusal(name, expected: "a function") }
        return function
    }

    /// A list of strings, or a single string as a list of one.
    public func strings(_ name: String) throws -> [String] {
        switch try value(name) {
        case .string(let string): return [string]
        case .list(let list):
            return try list.map { item in
                guard case .string(let string) = item else { throw try refusal(name, expected: "strings", item) }
                return string
            }
        default: throw try refusal(name, expected: "a string or a list of strings")
        }
    }

    /// A list of numbers, a range, or a single number as a list of one.
    public func numbers(_ name: String) throws -> [Double] {
        switch try value(name) {
        case .number(let number): return [number]
        case .range(let range):
            guard let count = range.count, count <= Operations.longestList else {
                throw try refusal(name, expected: "a closed range")
            }
            return (0..<count).map { range[$0] }
        case .list(let list):
            return try list.map { item in
                guard case .number(let number) = item else { throw try refusal(name, expected: "numbers", item) }
                return number
            }
        default: throw try refusal(name, expected: "a number or a list of numbers")
        }
    }

    /// An object of a Swift type.
    public func object<Object>(_ name: String, as type: Object.Type = Object.self) throws -> Object {
        guard let object = try value(name).object(as: type) else {
            throw try refusal(name, expected: verb.parameters[position(name)].type.text)
        }
        return object
    }

    /// nil when the parameter is none, otherwise what `read` gives: `arguments.optional("alpha", arguments.number)`.
    public func optional<Result>(_ name: String, _ read: (String) throws -> Result) throws -> Result? {
        try value(name).isNone ? nil : try read(name)
    }

    /// The seed of a random verb: the option `seed`, else one drawn from the session's stream and noted.
    public func seed() throws -> UInt64 {
        if let seed = try value("seed").whole { return UInt64(seed) }
        let seed = interpreter.drawSeed()
        host.note("seed: \(seed)")
        return seed
    }

    /// An error whose caret points at the argument of a parameter.
    ///
    /// - Parameter element: which of the arguments of a rest parameter.
    public func failure(_ name: String, element: Int = 0, _ message: String, hint: String = "") -> RhumbError {
        RhumbError(message, hint: hint, argument: name, element: element)
    }

    /// `'x' of 'scale' must be a number, not the string "two"`.
    ///
    /// - Parameter value: what came instead; the argument itself when absent.
    public func refusal(_ name: String, expected: String, _ value: Value? = nil) throws -> RhumbError {
        RhumbError(
            Message.wrongArgument(name, of: verb.name, expected: expected, came: try value ?? self.value(name)),
            argument: name)
    }
}

import Basics

extension Arguments {
    /// Gives each argument of a call to its parameter and checks it against the declaration.
    ///
    /// - Parameter names: the option name of each argument, nil for positional ones; empty when all are positional.
    /// - Throws: `CallProblem`, which points at the argument at fault.
    init(_ verb: Verb, _ arguments: [Value], names: [String?], interpreter: Interpreter) throws {
        if names.isEmpty, arguments.count <= verb.leadingPositional {
            try self.init(verb, positional: arguments, interpreter: interpreter)
        } else {
            let names = names.isEmpty ? Array(repeating: nil, count: arguments.count) : names
            try self.init(verb, arguments, allNames: names, interpreter: interpreter)
        }
    }

    /// The commonest case: every argument goes to the parameter at its own position.
    private init(_ verb: Verb, positional arguments: [Value], interpreter: Interpreter) throws {
        var values = arguments
        values.reserveCapacity(verb.parameters.count)
        for (position, parameter) in verb.parameters.enumerated() {
            if position < arguments.count {
                try Self.check(arguments[position], parameter, verb, .argument(position))
            } else {
                values.append(try Self.fallback(parameter, verb))
            }
        }
        self.init(
            verb: verb, interpreter: interpreter, values: values, count: arguments.count, origins: [],
            restOrigins: [], extra: [])
    }

    /// The value of a parameter that was not given.
    private static func fallback(_ parameter: Parameter, _ verb: Verb) throws -> Value {
        switch parameter.fallback {
        case .required: throw CallProblem.missing(parameter, of: verb)
        case .value(let value): value
        case .described: .none
        }
    }

    private init(_ verb: Verb, _ arguments: [Value], allNames names: [String?], interpreter: Interpreter) throws {
        let parameters = verb.parameters
        var values = [Value?](repeating: nil, count: parameters.count)
        var origins = [Int?](repeating: nil, count: parameters.count)
        var rest: [Value] = []
        var restOrigins: [Int] = []
        var extra: [(name: String, value: Value)] = []
        let restPosition = parameters.firstIndex { $0.style == .rest }
        // Options first: `plot x: a b` gives b to the first parameter that is still free.
        for (position, name) in names.enumerated() {
            guard let name else { continue }
            guard let target = parameters.firstIndex(where: { $0.name == name }) else {
                if verb.takesAnyOption {
                    extra.append((name, arguments[position]))
                    continue
                }
                throw CallProblem.unknownOption(name, of: verb.name, in: [verb], at: .name(position))
            }
            if values[target] != nil { throw CallProblem.twice(name, of: verb.name, at: .name(position)) }
            values[target] = arguments[position]
            origins[target] = position
        }
        var next = 0
        for (position, name) in names.enumerated() where name == nil {
            while next < parameters.count, parameters[next].style != .positional || values[next] != nil { next += 1 }
            if next < parameters.count {
                values[next] = arguments[position]
                origins[next] = position
            } else if let restPosition {
                rest.append(arguments[position])
                restOrigins.append(position)
                try Self.check(arguments[position], parameters[restPosition], verb, .argument(position))
            } else {
                throw CallProblem.tooMany(verb, came: names.count, at: .argument(position))
            }
        }
        for (position, parameter) in parameters.enumerated() {
            if let value = values[position] {
                let argument = origins[position]!
                if case .unset = value { continue }
                try Self.check(value, parameter, verb, .argument(argument))
            } else if position == restPosition {
                values[position] = .list(rest)
            } else {
                values[position] = try Self.fallback(parameter, verb)
            }
        }
        self.init(
            verb: verb, interpreter: interpreter, values: values.map { $0 ?? .none }, count: arguments.count,
            origins: origins,
            restOrigins: restOrigins, extra: extra)
    }

    private static func check(
        _ value: Value, _ parameter: Parameter, _ verb: Verb, _ spot: CallProblem.Spot
    ) throws {
        if parameter.type.accepts(value) { return }
        if value.isNone, case .value(.none) = parameter.fallback { return }
        if value.isNone, case .described = parameter.fallback { return }
        throw CallProblem.wrongType(value, parameter, of: verb, at: spot)
    }

    /// The same call with other options, as if they had been given to it: what a record inside an argument says of one
    /// of several things.
    ///
    /// - Parameters:
    ///   - options: each is checked against the declaration.
    ///   - name: the argument that holds them, at which the caret points.
    /// - Throws: `RhumbError` for what is no option of the verb, and for a value of another type.
    public func with(_ options: [(name: String, value: Value)], in name: String) throws -> Arguments {
        var values = values
        var origins = verb.parameters.indices.map { self.origins.isEmpty ? ($0 < count ? $0 : nil) : self.origins[$0] }
        let origin = verb.parameters.firstIndex { $0.name == name }.flatMap { origins[$0] }
        for (option, value) in options {
            guard let position = verb.parameters.firstIndex(where: { $0.name == option && $0.style == .option }) else {
                throw failure(name, "'\(verb.name)' has no option '\(option)'")
            }
            let parameter = verb.parameters[position]
            guard parameter.type.accepts(value) else {
                throw RhumbError(
                    Message.wrongArgument(option, of: verb.name, expected: parameter.type.text, came: value),
                    argument: name)
            }
            values[position] = value
            origins[position] = origin
        }
        return Arguments(
            verb: verb, interpreter: interpreter, values: values, count: count, origins: origins,
            restOrigins: restOrigins, extra: extra)
    }

    /// A call of another verb that a record inside an argument describes by its options.
    ///
    /// - Parameter name: the argument that holds them, at which the caret points.
    /// - Throws: `RhumbError` for what the verb would refuse.
    public func call(of verb: Verb, _ options: [(name: String, value: Value)], in name: String) throws -> Arguments {
        do {
            return try Arguments(verb, options.map(\.value), names: options.map(\.name), interpreter: interpreter)
        } catch let problem as CallProblem {
            throw failure(name, problem.message, hint: problem.help)
        }
    }

    /// Which argument of the call a parameter came from.
    func origin(of name: String, element: Int) -> Int? {
        guard let position = verb.parameters.firstIndex(where: { $0.name == name }) else { return nil }
        if origins.isEmpty { return position < count ? position : nil }
        if let origin = origins[position] { return origin }
        guard verb.parameters[position].style == .rest, element < restOrigins.count else { return nil }
        return restOrigins[element]
    }
}

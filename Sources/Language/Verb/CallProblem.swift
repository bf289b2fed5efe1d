import Basics

/// An error in the arguments of a call: which argument, what was expected, what to try.
struct CallProblem: Error {
    /// Where the caret goes.
    enum Spot {
        /// The name of the function or verb.
        case callee
        /// The value of the argument at a position in the call.
        case argument(Int)
        /// The option name of the argument at a position.
        case name(Int)
    }

    var message: String
    var label = ""
    var help = ""
    var spot = Spot.callee

    static func unknownOption(
        _ name: String, of callee: String, in variants: [Verb], at spot: Spot = .callee
    ) -> CallProblem {
        let parameters = variants.flatMap(\.parameters)
        let options = parameters.map(\.name)
        let guess = Suggestion.closest(to: name, in: options)
        var help = ""
        if let guess, let parameter = parameters.first(where: { $0.name == guess }) {
            help = Message.parameter(parameter)
            if let example = variants[0].examples.first { help += "    example: \(example.code)" }
        } else {
            help = options.isEmpty ? "'\(callee)' takes no options" : "options: " + options.joined(separator: ", ")
        }
        return CallProblem(
            message: Message.unknownOption(name, of: callee), label: guess.map { "did you mean '\($0)'?" } ?? "",
            help: help, spot: spot)
    }

    static func unknownArgument(
        _ name: String, of function: Function, _ parameters: [String], at spot: Spot
    ) -> CallProblem {
        let guess = Suggestion.closest(to: name, in: parameters)
        return CallProblem(
            message: Message.unknownOption(name, of: function.name),
            label: guess.map { "did you mean '\($0)'?" } ?? "", help: function.signature, spot: spot)
    }

    static func tooMany(
        _ name: String, takes count: ClosedRange<Int>, came: Int, usage: String, at spot: Spot
    ) -> CallProblem {
        CallProblem(message: Message.argumentCount(name, count, came: came), help: usage, spot: spot)
    }

    static func tooMany(_ verb: Verb, came: Int, at spot: Spot) -> CallProblem {
        let positional = verb.parameters.filter { $0.style == .positional }
        let required = positional.count { $0.isRequired }
        return tooMany(verb.name, takes: required...positional.count, came: came, usage: verb.usage, at: spot)
    }

    static func twice(_ name: String, of callee: String, at spot: Spot) -> CallProblem {
        CallProblem(message: Message.givenTwice(name, of: callee), spot: spot)
    }

    static func missing(_ name: String, of callee: String, usage: String) -> CallProblem {
        CallProblem(message: Message.missingArgument(name, of: callee, type: nil), help: usage)
    }

    static func missing(_ parameter: Parameter, of verb: Verb) -> CallProblem {
        var help = verb.usage
        if let example = verb.examples.first { help += "    example: \(example.code)" }
        return CallProblem(
            message: Message.missingArgument(parameter.name, of: verb.name, type: parameter.type.text), help: help)
    }

    static func wrongType(_ value: Value, _ parameter: Parameter, of verb: Verb, at spot: Spot) -> CallProblem {
        var problem = CallProblem(
            message: Message.wrongArgument(parameter.name, of: verb.name, expected: parameter.type.text, came: value),
            spot: spot)
        if case .choice(let choices) = parameter.type, case .string(let string) = value {
            problem.label = Suggestion.closest(to: string, in: choices).map { "did you mean \"\($0)\"?" } ?? ""
        }
        if case .list(let items) = value, let element = parameter.type.element,
            let culprit = items.firstIndex(where: { !element.accepts($0) })
        {
            problem.label = "element \(culprit) is \(Message.described(items[culprit]))"
        }
        problem.help = Message.parameter(parameter)
        if case .record(let record) = value, let origin = record.origin {
            problem.label = "it holds \(origin.what)"
            if !origin.advice.isEmpty { problem.help = origin.advice }
        }
        return problem
    }

    /// When no variant of a verb takes the first argument, the message tells what any of them would take.
    func naming(allVariantsOf entry: VerbEntry, first: Int?, _ arguments: [Value]) -> CallProblem {
        guard entry.variants.count > 1, let first, case .argument(first) = spot,
            let name = entry.verb.parameters.first?.name
        else { return self }
        let refused = arguments[first]
        let types = entry.variants.compactMap { $0.parameters.first?.type }
        if types.contains(where: { $0.acceptsKind(refused) }) { return self }
        var problem = self
        problem.message = Message.wrongArgument(
            name, of: entry.name, expected: ValueType.either(types).text, came: refused)
        if case .record(let record) = refused, record.origin?.advice.isEmpty == false { return problem }
        problem.help = "help \(entry.name) shows the ways to call it"
        return problem
    }

    static func notCallable(_ name: String?, _ value: Value) -> CallProblem {
        CallProblem(message: Message.notCallable(name, value), help: Message.notCallableHelp(name, value))
    }
}

/// A name that turned out at run time to stand for nothing; the interpreter makes the error with its suggestion.
struct UnknownName: Error {
    let name: String
}

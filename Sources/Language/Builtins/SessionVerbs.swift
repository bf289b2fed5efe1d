import Basics

/// Verbs about the session itself.
enum SessionVerbs {
    static var all: [Verb] { [help, example, vars, forget] }

    private static var help: Verb {
        Verb(
            "help", family: "session", summary: "explain a verb, a family, a keyword, or search for a word",
            parameters: [
                Parameter("topic", .word, default: "", help: "a verb, a family, a keyword, any other word"),
                .option("full", .boolean, default: false, help: "a verb's page with its formulas and sources"),
            ],
            details: "`? topic` is the same, and at the prompt `topic?` and `??topic` give the full page.",
            examples: [Verb.Example("help sqrt"), Verb.Example("help lists"), Verb.Example("? for")],
            seeAlso: ["example", "vars"]
        ) { call in
            let topic: String =
                switch try call.value("topic") {
                case .function(let function): function.name
                case let value: value.text
                }
            call.host.write(
                call.interpreter.help(topic, width: call.host.width, isFull: try call.boolean("full")))
            return .none
        }
    }

    private static var example: Verb {
        Verb(
            "example", family: "session", summary: "show and run the examples of a verb",
            parameters: [Parameter("verb", .word, help: "the verb")],
            details: "Variables that the examples use stay out of the session.",
            examples: [Verb.Example("example log2", gives: "› log2 8\n3")], seeAlso: ["help"]
        ) { call in
            let name: String =
                switch try call.value("verb") {
                case .function(let function): function.name
                case let value: value.text
                }
            guard let entry = call.interpreter.registry[name] else {
                throw call.failure(
                    "verb", Message.noVerb(name),
                    hint: Message.suggestion(call.interpreter.registry.suggestion(for: name), orList: [], named: ""))
            }
            let session = Interpreter(registry: call.interpreter.registry, host: call.host)
            for example in entry.variants.flatMap(\.examples) {
                call.host.write("› " + example.code.split(separator: "\n").joined(separator: "\n  ") + "\n")
                try session.run(Source(name: "example", text: example.code))
            }
            return .none
        }
    }

    private static var vars: Verb {
        Verb(
            "vars", family: "session", summary: "the variables of the session",
            parameters: [], result: "table",
            examples: [Verb.Example("alpha = 0.5\nvars", gives: "name   kind    value\nalpha  number  0.5")],
            seeAlso: ["forget", "help"], effects: [.readsVariables]
        ) { call in
            let variables = call.interpreter.namedValues
            return .table(
                try Table([
                    Table.Column("name", variables.map(\.name)), Table.Column("kind", variables.map(\.value.typeName)),
                    Table.Column("value", variables.map { $0.value.summary.clipped(to: 60) }),
                ]))
        }
    }

    private static var forget: Verb {
        Verb(
            "forget", family: "session", summary: "remove variables, and what only they keep in memory",
            parameters: [.rest("names", .word, help: "the names of the variables")],
            examples: [Verb.Example("a = 1\nforget a")], seeAlso: ["vars"], effects: [.changesVariables]
        ) { call in
            for (position, name) in try call.list("names").map(\.text).enumerated() {
                guard call.interpreter[name] != nil else {
                    throw call.failure(
                        "names", element: position, Message.unknownName(name),
                        hint: Message.suggestion(
                            Suggestion.closest(to: name, in: call.interpreter.namedValues.map(\.name)), orList: [],
                            named: ""))
                }
                call.interpreter[name] = nil
            }
            return .none
        }
    }
}

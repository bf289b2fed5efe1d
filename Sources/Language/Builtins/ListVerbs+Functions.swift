/// Verbs that go through a list with a function.
extension ListVerbs {
    static var withFunctions: [Verb] { [map, filter, group, reduce, any, every] }

    private static var items: Parameter {
        Parameter("list", .any, help: "anything with elements")
    }

    private static var map: Verb {
        Verb(
            "map", family: "lists", summary: "what a function gives for each element",
            parameters: [items, Parameter("function", .function, help: "a function of one element, or a verb")],
            result: "list; of a table, a table where the function gives records",
            details:
                "`merge` keeps a row's other fields: `map t (row -> merge(row, {words: len(split(row.prompt))}))`.",
            examples: [
                Verb.Example("map [1, 2, 3] (x -> x ** 2)", gives: "[1, 4, 9]"),
                Verb.Example("[4, 9] |> map sqrt", gives: "[2, 3]"),
                Verb.Example(
                    "map (table {a: [1, 2], b: [3, 5]}) (row -> {sum: row.a + row.b, a: row.a})",
                    gives: "sum  a\n  4  1\n  7  2"),
            ],
            seeAlso: ["filter", "reduce"]
        ) { call in
            let function = try call.function("function")
            let value = try call.value("list")
            let results = try Operations.items(value).map { try call.interpreter.call(function, $0) }
            guard case .table = value, !results.isEmpty else { return .list(results) }
            let records = results.compactMap { if case .record(let record) = $0 { record } else { nil } }
            return records.count == results.count ? .table(try Table(rows: records)) : .list(results)
        }
    }

    private static var filter: Verb {
        Verb(
            "filter", family: "lists", summary: "the elements that pass a test",
            parameters: [items, Parameter("test", .function, help: "a function that gives true or false")],
            result: "list; of a table, the table of the rows that pass",
            examples: [
                Verb.Example("filter [1, 2, 3, 4] (x -> x % 2 == 0)", gives: "[2, 4]"),
                Verb.Example(
                    "t = table {prompt: [\"a ball\", \"a knife\"], safety: [0.31, -0.2]}\nfilter t (row -> row.safety > 0)",
                    gives: "prompt  safety\na ball    0.31"),
            ],
            seeAlso: ["map", "count", "group"]
        ) { call in
            let test = try call.function("test")
            return try call.picking("list") { try Operations.truth(call.interpreter.call(test, $0)) }
        }
    }

    private static var group: Verb {
        Verb(
            "group", family: "lists", summary: "elements or rows of a table, by what they have in common",
            parameters: [
                items,
                Parameter(
                    "by", .either([.function, .string]),
                    help: "a function that gives what they share, or a column's name"),
            ],
            result: "record of lists; of a table, a record of tables",
            details: "The keys are texts, in the order in which they first come.",
            examples: [
                Verb.Example("group [1, 2, 3, 4] (x -> x % 2)", gives: "{\"1\": [1, 3], \"0\": [2, 4]}"),
                Verb.Example(
                    "t = table {kind: [\"a\", \"b\", \"a\"], score: [1, 5, 2]}\n"
                        + "for kind, rows in items(group(t, \"kind\")) { print kind mean(rows.score) }",
                    gives: "a 1.5\nb 5"),
            ],
            seeAlso: ["filter", "items", "median"]
        ) { call in
            let value = try call.value("list")
            let members = try Operations.items(value)
            let by = try call.value("by")
            var keys: [String] = []
            var positions: [String: [Int]] = [:]
            for (position, item) in members.enumerated() {
                let key: Value
                switch by {
                case .function(let function): key = try call.interpreter.call(function, item)
                default: key = try Operations.member(item, by.text)
                }
                if positions[key.text] == nil { keys.append(key.text) }
                positions[key.text, default: []].append(position)
            }
            return .record(
                Record(
                    keys.map { key in
                        let own = positions[key] ?? []
                        if case .table(let table) = value { return (key, .table(table.rows(own))) }
                        return (key, .list(own.map { members[$0] }))
                    }))
        }
    }

    private static var reduce: Verb {
        Verb(
            "reduce", family: "lists", summary: "one value made by combining the elements one after the other",
            parameters: [
                items,
                Parameter("function", .function, help: "a function of the value so far and the next element"),
                Parameter("start", .any, fallback: .described("the first element"), help: "the value to start from"),
            ],
            result: "any value",
            examples: [
                Verb.Example("reduce [2, 3, 4] ((a, b) -> a * b)", gives: "24"),
                Verb.Example("reduce [\"a\", \"b\"] ((a, b) -> a + b) \"\"", gives: "\"ab\""),
            ],
            seeAlso: ["sum", "map"]
        ) { call in
            let function = try call.function("function")
            var items = try Operations.items(call.value("list"))[...]
            var result: Value
            if try call.isGiven("start") {
                result = try call.value("start")
            } else if let first = items.popFirst() {
                result = first
            } else {
                throw call.failure("list", Message.emptyReduce, hint: Message.emptyReduceHelp)
            }
            for item in items { result = try call.interpreter.call(function, result, item) }
            return result
        }
    }

    private static var any: Verb {
        Verb(
            "any", family: "lists", summary: "whether an element is true or passes a test",
            parameters: [items, test], result: "true or false",
            examples: [Verb.Example("any [1, 5, 2] (x -> x > 4)", gives: "true")], seeAlso: ["all", "filter"]
        ) { call in .boolean(try holds(call, for: true)) }
    }

    private static var every: Verb {
        Verb(
            "all", family: "lists", summary: "whether every element is true or passes a test",
            parameters: [items, test], result: "true or false",
            examples: [Verb.Example("all [0.1, 0.4] (x -> x < 1)", gives: "true")], seeAlso: ["any", "filter"]
        ) { call in .boolean(try !holds(call, for: false)) }
    }

    private static var test: Parameter {
        Parameter("test", .function, fallback: .described("the elements themselves"), help: "gives true or false")
    }

    /// Whether an element, or the test of it, has the given truth.
    private static func holds(_ call: Arguments, for truth: Bool) throws -> Bool {
        let test = try call.optional("test", call.function)
        return try Operations.items(call.value("list")).contains { item in
            try Operations.truth(test.map { try call.interpreter.call($0, item) } ?? item) == truth
        }
    }
}

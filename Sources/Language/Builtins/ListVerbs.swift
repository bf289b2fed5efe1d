/// Verbs that make, measure and change lists.
enum ListVerbs {
    /// What most of them take: anything with elements.
    static let sequence = ValueType.either([.list(), .range, .string, .record, .table])

    static var all: [Verb] {
        [len, range, append, insert, remove, flatten, repeated, zip, enumerate, contains, index, count]
    }

    private static var len: Verb {
        Verb(
            "len", family: "lists", summary: "how many elements, characters, fields or rows",
            parameters: [Parameter("value", .any, help: "anything that has elements")], result: "number",
            examples: [Verb.Example("len [3, 4]", gives: "2"), Verb.Example("len \"naïve\"", gives: "5")],
            seeAlso: ["count"],
            shortcut: Shortcut { result, count in
                guard count == 1, case .list(let items) = result.registers[1] else { return false }
                result.registers.set(Double(items.count))
                return true
            }
        ) { call in
            let value = try call.value("value")
            guard let count = Operations.count(value) else { throw call.failure("value", Message.notIterable(value)) }
            return .number(Double(count))
        }
    }

    private static var range: Verb {
        Verb(
            "range", family: "lists", summary: "a list of evenly stepped numbers",
            parameters: [
                Parameter("start", .number(), help: "the first number, or the stop when it stands alone"),
                Parameter("stop", .number(), fallback: .described("start, counting from 0"), help: "excluded"),
                Parameter("step", .number(), default: 1, help: "the distance, negative to count down"),
            ],
            result: "list of numbers", details: "`a..b` is the same without making a list; `for` takes either.",
            examples: [
                Verb.Example("range 4", gives: "[0, 1, 2, 3]"), Verb.Example("range 10 0 (-4)", gives: "[10, 6, 2]"),
            ],
            seeAlso: ["enumerate"]
        ) { call in
            let first = try call.number("start")
            let stop = try call.optional("stop", call.number)
            let step = try call.number("step")
            if step == 0 { throw call.failure("step", Message.endlessRange) }
            return .list(
                try Operations.items(
                    .range(NumberRange(start: stop == nil ? 0 : first, stop: stop ?? first, step: step))))
        }
    }

    private static var append: Verb {
        Verb(
            "append", family: "lists", summary: "a list with values added at its end",
            parameters: [
                Parameter("list", .list(), help: "the list"), .rest("values", .any, help: "what to add"),
            ],
            result: "list",
            details: "The list itself stays as it was; `xs = append(xs, x)` replaces it, and does so without copying.",
            examples: [Verb.Example("append [1, 2] 3", gives: "[1, 2, 3]")], seeAlso: ["insert", "remove"],
            shortcut: Shortcut(takesFirst: true) { result, count in
                let registers = result.registers
                guard count == 2, !(registers[2].isContainer && registers[2].isNestedTooDeeply),
                    (registers + 1).append(element: registers + 2)
                else { return false }
                registers.take(registers + 1)
                return true
            }
        ) { call in .list(try call.list("list") + call.list("values")) }
    }

    private static var insert: Verb {
        Verb(
            "insert", family: "lists", summary: "a list with a value put in at a position",
            parameters: [
                Parameter("list", .list(), help: "the list"),
                Parameter("position", .whole(), help: "its index afterwards; negative counts from the end"),
                Parameter("value", .any, help: "what to put in"),
            ],
            result: "list", examples: [Verb.Example("insert [1, 3] 1 2", gives: "[1, 2, 3]")],
            seeAlso: ["append", "remove"]
        ) { call in
            var items = try call.list("list")
            let index = try call.whole("position")
            let position = index < 0 ? index + items.count : index
            guard position >= 0, position <= items.count else {
                throw call.failure("position", Message.indexOutside(index, count: items.count, .list(items)))
            }
            items.insert(try call.value("value"), at: position)
            return .list(items)
        }
    }

    private static var remove: Verb {
        Verb(
            "remove", family: "lists", summary: "a list without the element at a position, or a record without a key",
            parameters: [
                Parameter("from", .either([.list(), .record]), help: "the list or record"),
                Parameter("position", .either([.whole(), .string]), help: "an index or a key"),
            ],
            result: "list or record",
            examples: [
                Verb.Example("remove [1, 2, 3] 0", gives: "[2, 3]"),
                Verb.Example("remove {a: 1, b: 2} \"a\"", gives: "{b: 2}"),
            ],
            seeAlso: ["insert", "filter"]
        ) { call in
            switch (try call.value("from"), try call.value("position")) {
            case (.list(var items), let index):
                guard let index = index.whole else {
                    throw call.failure("position", Message.wrongKey(.list(items), index))
                }
                items.remove(at: try Operations.position(index, count: items.count, of: .list(items)))
                return .list(items)
            case (.record(var record), .string(let key)):
                if record[key] == nil { throw Operations.missingKey(key, record) }
                record[key] = nil
                return .record(record)
            case (let value, let key):
                throw call.failure("position", Message.wrongKey(value, key))
            }
        }
    }

    private static var flatten: Verb {
        Verb(
            "flatten", family: "lists", summary: "the elements of nested lists in one list",
            parameters: [Parameter("list", .list(), help: "lists, and values to keep as they are")], result: "list",
            examples: [Verb.Example("flatten [[1, 2], [3], 4]", gives: "[1, 2, 3, 4]")], seeAlso: ["zip"]
        ) { call in
            var flat: [Value] = []
            for item in try call.list("list") {
                if case .list(let items) = item { flat += items } else { flat.append(item) }
                try Operations.checkLength(flat.count, Operations.longestList)
            }
            return .list(flat)
        }
    }

    private static var repeated: Verb {
        Verb(
            "repeat", family: "lists", summary: "a string or list several times over, or a list of another value",
            parameters: [
                Parameter("value", .any, help: "what to repeat"),
                Parameter("times", .whole(in: 0...Operations.longestList), help: "how often"),
            ],
            result: "list or string",
            examples: [
                Verb.Example("repeat 0 3", gives: "[0, 0, 0]"), Verb.Example("repeat \"-\" 5", gives: "\"-----\""),
                Verb.Example("repeat [\"a\", \"b\"] 2", gives: "[\"a\", \"b\", \"a\", \"b\"]"),
                Verb.Example("repeat [[1, 2]] 2", gives: "[[1, 2], [1, 2]]"),
            ],
            seeAlso: ["range"]
        ) { call in
            let times = try call.whole("times")
            if case .string(let string) = try call.value("value") {
                guard string.utf8.count * times <= Operations.longestString else {
                    throw call.failure("times", Message.textTooLong)
                }
                return .string(String(repeating: string, count: times))
            }
            if case .list(let items) = try call.value("value") {
                try Operations.checkLength(items.count * times, Operations.longestList)
                return .list((0..<times).flatMap { _ in items })
            }
            return .list(Array(repeating: try call.value("value"), count: times))
        }
    }

    private static var zip: Verb {
        Verb(
            "zip", family: "lists", summary: "lists side by side: a list of pairs, as long as the shortest",
            parameters: [.rest("lists", .any, help: "two or more lists")], result: "list of lists",
            examples: [Verb.Example("zip [1, 2] [\"a\", \"b\"]", gives: "[[1, \"a\"], [2, \"b\"]]")],
            seeAlso: ["enumerate", "flatten"]
        ) { call in
            let columns = try call.list("lists").map(Operations.items)
            guard let length = columns.map(\.count).min() else { throw call.failure("lists", Message.needsLists) }
            return .list((0..<length).map { row in .list(columns.map { $0[row] }) })
        }
    }

    private static var enumerate: Verb {
        Verb(
            "enumerate", family: "lists", summary: "each element with its number: a list of [number, element]",
            parameters: [
                Parameter("list", .any, help: "anything with elements"),
                .option("from", .whole(), default: 0, help: "the first number"),
            ],
            result: "list of lists", details: "Goes well with two names: `for i, x in enumerate(xs) { … }`.",
            examples: [Verb.Example("enumerate [\"a\", \"b\"]", gives: "[[0, \"a\"], [1, \"b\"]]")], seeAlso: ["zip"]
        ) { call in
            let first = try call.whole("from")
            let items = try Operations.items(call.value("list"))
            return .list(items.enumerated().map { .list([.number(Double(first + $0)), $1]) })
        }
    }

    private static var contains: Verb {
        Verb(
            "contains", family: "lists", summary: "whether a list has an element, a string a part, a record a key",
            parameters: [
                Parameter("where", .any, help: "where to look"), Parameter("what", .any, help: "what to look for"),
            ],
            result: "true or false", details: "The same as `what in where`.",
            examples: [
                Verb.Example("contains \"a red apple\" \"red\"", gives: "true"),
                Verb.Example("3 in [1, 2]", gives: "false"),
            ],
            seeAlso: ["index", "count"]
        ) { call in .boolean(try Operations.contains(call.value("where"), call.value("what"))) }
    }

    private static var index: Verb {
        Verb(
            "index", family: "lists", summary: "the first position of an element or part, or none",
            parameters: [
                Parameter("where", .either([.list(), .string]), help: "where to look"),
                Parameter("what", .any, help: "what to look for"),
            ],
            result: "number or none",
            examples: [
                Verb.Example("index [\"a\", \"b\"] \"b\"", gives: "1"),
                Verb.Example("index \"abc\" \"c\"", gives: "2"),
            ],
            seeAlso: ["contains"]
        ) { call in
            let what = try call.value("what")
            switch (try call.value("where"), what) {
            case (.list(let items), _):
                return items.firstIndex { $0.isEqual(to: what) }.map { .number(Double($0)) } ?? .none
            case (.string(let string), .string(let part)):
                guard let found = string.firstRange(of: part) else { return .none }
                return .number(Double(string.distance(from: string.startIndex, to: found.lowerBound)))
            case (let container, _): throw call.failure("what", Message.containment(container, what))
            }
        }
    }

    private static var count: Verb {
        Verb(
            "count", family: "lists", summary: "how many elements equal a value or pass a test",
            parameters: [
                Parameter("list", .any, help: "anything with elements"),
                Parameter("what", .any, help: "a value, or a function that gives true or false"),
            ],
            result: "number",
            examples: [
                Verb.Example("count [1, 2, 1] 1", gives: "2"),
                Verb.Example("count [0.2, 0.7, 0.9] (x -> x > 0.5)", gives: "2"),
            ],
            seeAlso: ["filter", "len"]
        ) { call in
            let items = try Operations.items(call.value("list"))
            guard case .function(let test) = try call.value("what") else {
                let what = try call.value("what")
                return .number(Double(items.count { $0.isEqual(to: what) }))
            }
            var found = 0
            for item in items where try Operations.truth(call.interpreter.call(test, [item])) { found += 1 }
            return .number(Double(found))
        }
    }
}

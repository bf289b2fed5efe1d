/// Verbs that sum up, compare and order the elements of a list.
extension ListVerbs {
    static var ordering: [Verb] { [sum, mean, least, greatest, sort, reverse, unique] }

    private static var numbers: Parameter {
        Parameter("list", .either([.list(of: .number()), .range]), help: "a list of numbers or a range")
    }

    private static var sum: Verb {
        Verb(
            "sum", family: "lists", summary: "the sum of numbers", parameters: [numbers], result: "number",
            examples: [Verb.Example("sum [1, 2, 3.5]", gives: "6.5"), Verb.Example("sum 1..101", gives: "5050")],
            seeAlso: ["mean", "reduce"]
        ) { call in .number(try call.numbers("list").reduce(0, +)) }
    }

    private static var mean: Verb {
        Verb(
            "mean", family: "lists", summary: "the mean of numbers", parameters: [numbers], result: "number",
            examples: [Verb.Example("mean [1, 2, 6]", gives: "3")], seeAlso: ["sum"]
        ) { call in
            let numbers = try call.numbers("list")
            if numbers.isEmpty { throw call.failure("list", Message.emptyMean) }
            return .number(numbers.reduce(0, +) / Double(numbers.count))
        }
    }

    private static var least: Verb { extreme("min", "smallest", "1", isLeast: true) }
    private static var greatest: Verb { extreme("max", "largest", "4", isLeast: false) }

    private static func extreme(_ name: String, _ word: String, _ gives: String, isLeast: Bool) -> Verb {
        let shortcut =
            isLeast
            ? Shortcut { $0.pair($1) { $0 < $1 || $0.isNaN ? $0 : $1 } }
            : Shortcut { $0.pair($1) { $0 > $1 || $0.isNaN ? $0 : $1 } }
        return Verb(
            name, family: "lists", summary: "the \(word) of a list, or of the values given",
            parameters: [
                Parameter("first", .any, help: "a list, or the first of several values"),
                .rest("others", .any, help: "the other values"),
                .option(
                    "by", .optional(.function), default: .none, help: "what to compare instead of the elements"),
            ],
            result: "an element", details: "A NaN among numbers is what comes out, as in PyTorch.",
            examples: [
                Verb.Example("\(name) [3, 1, 4]", gives: gives), Verb.Example("\(name) 4 1 3", gives: gives),
                Verb.Example("\(name) [\"aaa\", \"b\"] by: len", gives: isLeast ? "\"b\"" : "\"aaa\""),
            ],
            seeAlso: [isLeast ? "max" : "min", "sort"], shortcut: shortcut
        ) { call in
            let others = try call.list("others")
            let items = others.isEmpty ? try Operations.items(call.value("first")) : [try call.value("first")] + others
            guard var best = items.first else { throw call.failure("first", Message.emptyExtreme(name)) }
            let by = try call.optional("by", call.function)
            var bestKey = try by.map { try call.interpreter.call($0, best) } ?? best
            for item in items.dropFirst() {
                let key = try by.map { try call.interpreter.call($0, item) } ?? item
                let isBetter = try isLeast ? Operations.isBefore(key, bestKey) : Operations.isBefore(bestKey, key)
                if key.isNaN && !bestKey.isNaN || isBetter && !bestKey.isNaN { (best, bestKey) = (item, key) }
            }
            return best
        }
    }

    private static var sort: Verb {
        Verb(
            "sort", family: "lists", summary: "the elements in order",
            parameters: [
                Parameter("list", sequence, help: "a list, or a table to sort by a column"),
                .option(
                    "by", .either([.function, .string]), fallback: .described("the elements themselves"),
                    help: "a function that gives what to compare, or a table's column"),
                .option("descending", .boolean, default: false, help: "largest first"),
            ],
            result: "list or table",
            details: "Equal elements keep their order; NaN counts as larger than every number, as in PyTorch.",
            examples: [
                Verb.Example("sort [3, 1, 2]", gives: "[1, 2, 3]"),
                Verb.Example(
                    "sort [\"ccc\", \"a\", \"bb\"] by: len descending: true", gives: "[\"ccc\", \"bb\", \"a\"]"),
            ],
            seeAlso: ["reverse", "min", "max"]
        ) { call in
            let descending = try call.boolean("descending")
            if case .table(let table) = try call.value("list") {
                var keys: [Value]
                switch try call.value("by") {
                case .string(let column):
                    guard let values = table[column] else { throw table.missing(column) }
                    keys = values
                case .function(let function):
                    keys = try (0..<table.rowCount).map { try call.interpreter.call(function, .record(table.row($0))) }
                default:
                    throw call.failure("list", Message.sortTableNeedsColumn, hint: table.names.joined(separator: ", "))
                }
                return .table(table.rows(try order(keys, descending: descending)))
            }
            let items = try Operations.items(call.value("list"))
            var keys = items
            switch try call.value("by") {
            case .function(let function): keys = try items.map { try call.interpreter.call(function, $0) }
            case .string(let name): keys = try items.map { try Operations.member($0, name) }
            default: break
            }
            return .list(try order(keys, descending: descending).map { items[$0] })
        }
    }

    /// Positions of keys in their order; equal ones as they came.
    private static func order(_ keys: [Value], descending: Bool) throws -> [Int] {
        let numbers = keys.compactMap { key -> Double? in
            if case .number(let number) = key { return number }
            return nil
        }
        if numbers.count == keys.count {
            // Without a look at the kind at each comparison.
            return numbers.indices.sorted { first, second in
                let (x, y) = (numbers[first], numbers[second])
                if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? first < second : descending ? x.isNaN : y.isNaN }
                return x == y ? first < second : descending ? x > y : x < y
            }
        }
        return try keys.indices.sorted { first, second in
            var comparison = Comparison()
            let order = try comparison.order(keys[first], keys[second])
            return order == 0 ? first < second : (order < 0) != descending
        }
    }

    private static var reverse: Verb {
        Verb(
            "reverse", family: "lists", summary: "the elements or characters from last to first",
            parameters: [Parameter("list", sequence, help: "a list, string or table")], result: "list, string or table",
            examples: [
                Verb.Example("reverse [1, 2, 3]", gives: "[3, 2, 1]"),
                Verb.Example("reverse \"abc\"", gives: "\"cba\""),
            ],
            seeAlso: ["sort"]
        ) { call in
            switch try call.value("list") {
            case .string(let string): .string(String(string.reversed()))
            case .table(let table): .table(table.rows((0..<table.rowCount).reversed()))
            case let value: .list(try Operations.items(value).reversed())
            }
        }
    }

    private static var unique: Verb {
        Verb(
            "unique", family: "lists", summary: "the elements without repetitions, in the order they first come",
            parameters: [Parameter("list", .any, help: "anything with elements")], result: "list, or table of a table",
            examples: [Verb.Example("unique [2, 1, 2, 3, 1]", gives: "[2, 1, 3]")], seeAlso: ["count", "sort"]
        ) { call in
            var seenNumbers: Set<Double> = []
            var seenStrings: Set<String> = []
            var others: [Value] = []
            return try call.picking("list") { item in
                switch item {
                case .number(let number): return seenNumbers.insert(number).inserted
                case .string(let string): return seenStrings.insert(string).inserted
                default:
                    try call.interpreter.checkInterrupt()
                    if others.contains(where: { $0.isEqual(to: item) }) { return false }
                    others.append(item)
                    return true
                }
            }
        }
    }
}

extension Value {
    fileprivate var isNaN: Bool {
        if case .number(let number) = self { return number.isNaN }
        return false
    }
}

extension Arguments {
    /// The elements of a parameter that pass a test: a list; the rows of a table as a table.
    func picking(_ name: String, _ test: (Value) throws -> Bool) throws -> Value {
        let value = try value(name)
        let items = try Operations.items(value)
        guard case .table(let table) = value else { return .list(try items.filter(test)) }
        return .table(table.rows(try items.indices.filter { try test(items[$0]) }))
    }
}

extension UnsafeMutableRawPointer {
    /// The shortcut of a verb of two numbers.
    @inline(__always)
    fileprivate func pair(_ count: Int, _ function: (Double, Double) -> Double) -> Bool {
        guard count == 2, case .number(let x) = registers[1], case .number(let y) = registers[2] else { return false }
        registers.set(function(x, y))
        return true
    }
}

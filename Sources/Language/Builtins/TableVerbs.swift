/// Verbs that choose and put together the rows of tables.
enum TableVerbs {
    static var all: [Verb] { [rows, join] }

    private static let example = """
        t = table {prompt: ["a ball", "a knife", "a pill"], category: ["safe", "weapon", "drug"],
                   safety: [0.3, -0.2, -0.1]}

        """

    private static var rows: Verb {
        Verb(
            "where", family: "records", summary: "the rows of a table that hold a value in a column, or pass a test",
            parameters: [
                Parameter("table", .table, help: "the table"),
                Parameter(
                    "column", .either([.string, .function, .list(of: .boolean)]),
                    help: "a column's name; or a test of whole rows; or true or false for each row"),
                Parameter(
                    "value", .any, fallback: .described("needed after a column's name"),
                    help: "what the column holds there: a value, a list of which it holds one, or a test"),
            ],
            result: "table",
            details: """
                `t[t.safety > 0]` is the same with a comparison: where a side of one is written as a column, `t.name` \
                or `t["name"]`, each of its values is compared.
                """,
            examples: [
                Verb.Example(example + "(where t \"category\" \"weapon\").prompt", gives: "[\"a knife\"]"),
                Verb.Example(
                    example + "(where t \"category\" [\"weapon\", \"drug\"]).prompt",
                    gives: "[\"a knife\", \"a pill\"]"),
                Verb.Example(example + "(where t \"safety\" (x -> x < 0)).category", gives: "[\"weapon\", \"drug\"]"),
                Verb.Example(example + "t[t.safety > -0.2].prompt", gives: "[\"a ball\", \"a pill\"]"),
            ],
            seeAlso: ["filter", "group", "join"]
        ) { call in
            let table = try call.table("table")
            guard case .string(let column) = try call.value("column") else {
                if try call.isGiven("value") { throw call.failure("value", Message.whereValueUnused) }
                return .table(table.rows(try positions(table, call)))
            }
            guard let values = table[column] else {
                let error = table.missing(column)
                throw call.failure("column", error.message, hint: error.hint)
            }
            guard try call.isGiven("value") else {
                throw call.failure("column", Message.whereValueMissing(column), hint: Message.whereValueHelp(column))
            }
            let wanted = try call.value("value")
            let isWanted: (Value) throws -> Bool
            switch wanted {
            case .function(let test): isWanted = { try Operations.truth(call.interpreter.call(test, $0)) }
            case .list, .range: isWanted = { try Operations.contains(wanted, $0) }
            default: isWanted = { $0.isEqual(to: wanted) }
            }
            return .table(table.rows(try values.indices.filter { try isWanted(values[$0]) }))
        }
    }

    /// The rows that a test or a list of true and false picks.
    private static func positions(_ table: Table, _ call: Arguments) throws -> [Int] {
        if case .function(let test) = try call.value("column") {
            return try (0..<table.rowCount).filter {
                try Operations.truth(call.interpreter.call(test, .record(table.row($0))))
            }
        }
        let picks = try call.list("column")
        guard picks.count == table.rowCount else {
            throw call.failure("column", Message.maskLength(picks.count, count: table.rowCount, .table(table)))
        }
        return try picks.indices.filter { try Operations.truth(picks[$0]) }
    }

    private static var join: Verb {
        Verb(
            "join", family: "records", summary: "the rows of two tables side by side, by what they have in common",
            parameters: [
                Parameter("table", .table, help: "the first table"),
                Parameter("other", .table, help: "the other one"),
                .option(
                    "by", .either([.string, .list(of: .string)]), fallback: .required,
                    help: "the column, or columns, that must be equal"),
                .option(
                    "how", .choice(Table.JoinKind.allCases.map(\.rawValue)), default: "inner",
                    help: "inner: rows with a partner; left, right, outer: also those of the first, second, of both "
                        + "without one; anti: those of the first without one, alone"),
                .option(
                    "suffixes", .optional(.list(of: .string)), default: .none,
                    help: "two endings for the names of other columns that both tables have"),
            ],
            result: "table: the first table's columns, then the other's",
            details: """
                Rows come in the order of the first table (for `right` in the second's); one with several partners \
                comes once for each. Where there is no partner, cells are none.
                """,
            examples: [
                Verb.Example(
                    example + "u = table {category: [\"weapon\", \"drug\"], law: [\"arms\", \"health\"]}\n"
                        + "(join t u by: \"category\").law",
                    gives: "[\"arms\", \"health\"]"),
                Verb.Example(
                    example + "u = table {category: [\"weapon\", \"drug\"], law: [\"arms\", \"health\"]}\n"
                        + "(join t u by: \"category\" how: \"left\").law",
                    gives: "[none, \"arms\", \"health\"]"),
            ],
            seeAlso: ["where", "table", "group"]
        ) { call in
            let keys = try call.strings("by")
            if keys.isEmpty { throw call.failure("by", Message.joinNeedsKey) }
            if Set(keys).count < keys.count { throw call.failure("by", Message.joinKeyTwice) }
            var suffixes: (String, String)?
            if try !call.value("suffixes").isNone {
                let given = try call.strings("suffixes")
                guard given.count == 2, given[0] != given[1] else {
                    throw call.failure("suffixes", Message.joinSuffixes(given.count))
                }
                suffixes = (given[0], given[1])
            }
            let kind = Table.JoinKind(rawValue: try call.string("how")) ?? .inner
            let (table, pairsUp) = try call.table("table").joined(
                call.table("other"), by: keys, kind, suffixes: suffixes)
            if pairsUp { call.host.note(Message.joinPairsUp(keys)) }
            return .table(table)
        }
    }
}

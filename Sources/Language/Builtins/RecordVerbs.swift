import Basics

enum RecordVerbs {
    static var all: [Verb] { [keys, values, items, merge, get, table, columns, csv] }

    private static var record: Parameter {
        Parameter("record", .either([.record, .table]), help: "a record or table")
    }

    private static var keys: Verb {
        Verb(
            "keys", family: "records", summary: "the keys of a record or the names of a table's columns",
            parameters: [record], result: "list of strings",
            examples: [Verb.Example("keys {alpha: 0.5, group: 8}", gives: "[\"alpha\", \"group\"]")],
            seeAlso: ["values", "items"]
        ) { call in
            if case .table(let table) = try call.value("record") { return .strings(table.names) }
            return .strings(try call.record("record").keys)
        }
    }

    private static var values: Verb {
        Verb(
            "values", family: "records", summary: "the values of a record or the columns of a table",
            parameters: [record], result: "list", examples: [Verb.Example("values {a: 1, b: 2}", gives: "[1, 2]")],
            seeAlso: ["keys", "items"]
        ) { call in
            if case .table(let table) = try call.value("record") {
                return .list(table.columns.map { .list($0.values) })
            }
            return .list(try call.record("record").values)
        }
    }

    private static var items: Verb {
        Verb(
            "items", family: "records", summary: "the fields of a record as a list of [key, value]",
            parameters: [record], result: "list of lists",
            details: "Goes well with two names: `for key, value in items(r) { … }`.",
            examples: [Verb.Example("items {a: 1, b: 2}", gives: "[[\"a\", 1], [\"b\", 2]]")],
            seeAlso: ["keys", "values"]
        ) { call in
            if case .table(let table) = try call.value("record") {
                return .list(table.columns.map { [.string($0.name), .list($0.values)] })
            }
            return .list(try call.record("record").fields.map { [.string($0), $1] })
        }
    }

    private static var merge: Verb {
        Verb(
            "merge", family: "records", summary: "one record of several; later values replace earlier ones",
            parameters: [.rest("records", .record, help: "two or more records")], result: "record",
            examples: [Verb.Example("merge {a: 1, b: 2} {b: 3}", gives: "{a: 1, b: 3}")], seeAlso: ["remove", "get"]
        ) { call in
            var result = Record()
            for case .record(let record) in try call.list("records") {
                for (key, value) in record.fields { result[key] = value }
            }
            return .record(result)
        }
    }

    private static var get: Verb {
        Verb(
            "get", family: "records", summary: "the value of a key, or a default when the record has no such key",
            parameters: [
                Parameter("record", .record, help: "a record"), Parameter("key", .string, help: "the key"),
                Parameter("default", .any, default: .none, help: "the value for a missing key"),
            ],
            result: "any value",
            examples: [
                Verb.Example("get {alpha: 0.5} \"alpha\" 1", gives: "0.5"),
                Verb.Example("get {} \"alpha\" 1", gives: "1"),
            ],
            seeAlso: ["contains", "merge"],
            shortcut: Shortcut { result, count in
                let registers = result.registers
                guard count == 3, case .record(let record) = registers[1], case .string(let key) = registers[2] else {
                    return false
                }
                registers.set(record[key] ?? registers[3])
                return true
            }
        ) { call in try call.record("record")[call.string("key")] ?? call.value("default") }
    }

    private static var table: Verb {
        Verb(
            "table", family: "records", summary: "a table of columns, or of records as its rows",
            parameters: [
                Parameter("rows", .either([.record, .list(of: .record)]), help: "a record of columns, or records")
            ],
            result: "table",
            details: "`t.name` is a column, `t[0]` a row, `t[2..5]` some rows, `t[0, \"name\"]` one value.",
            examples: [
                Verb.Example(
                    "table {prompt: [\"a ball\", \"a knife\"], safety: [0.31, -0.2]}",
                    gives: "prompt   safety\na ball     0.31\na knife   -0.20"),
                Verb.Example("table [{a: 1, b: 2}, {a: 3, b: 4}]", gives: "a  b\n1  2\n3  4"),
            ],
            seeAlso: ["columns", "csv", "sort"]
        ) { call in
            if case .record(let record) = try call.value("rows") {
                return .table(
                    try Table(record.fields.map { name, value in Table.Column(name, try items(of: name, value)) }))
            }
            let rows = try call.list("rows").compactMap { if case .record(let record) = $0 { record } else { nil } }
            return .table(try Table(rows: rows))
        }
    }

    private static func items(of name: String, _ value: Value) throws -> [Value] {
        switch value {
        case .list, .range, .object: try Operations.items(value)
        default: throw RhumbError(Message.columnNeedsList(name, value))
        }
    }

    private static var columns: Verb {
        Verb(
            "columns", family: "records", summary: "a table of some columns of a table",
            parameters: [
                Parameter("table", .table, help: "the table"), .rest("names", .string, help: "the columns, in order"),
            ],
            result: "table",
            examples: [Verb.Example("columns (table {a: [1], b: [2], c: [3]}) \"c\" \"a\"", gives: "c  a\n3  1")],
            seeAlso: ["table", "keys"]
        ) { call in
            let table = try call.table("table")
            return .table(
                try Table(
                    call.strings("names").map { name in
                        guard let values = table[name] else { throw table.missing(name) }
                        return Table.Column(name, values)
                    }))
        }
    }

    private static var csv: Verb {
        Verb(
            "csv", family: "records", summary: "a table as comma-separated text, with every digit",
            parameters: [Parameter("table", .table, help: "the table")], result: "string",
            examples: [
                Verb.Example(
                    "csv (table {a: [1, 0.1], b: [\"x\", \"y, z\"]})", gives: "\"a,b\\n1,x\\n0.1,\\\"y, z\\\"\\n\"")
            ],
            seeAlso: ["table"]
        ) { call in .string(try call.table("table").csv) }
    }
}

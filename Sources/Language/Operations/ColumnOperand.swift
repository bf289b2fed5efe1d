import Basics

/// A column of a table as one side of a comparison: `t.category == "weapon"` compares each of its values.
///
/// The compiler makes one where a side is written as `t.name` or `t["name"]`, for the comparison that follows and for
/// nothing else: no variable and no verb ever holds one. A list, also one that was a column before, is compared whole
/// by `==` (`docs/decisions/column-comparison.md`).
final class ColumnOperand: ObjectValue {
    let name: String
    let values: [Value]

    init(_ name: String, _ values: [Value]) {
        self.name = name
        self.values = values
    }

    var typeName: String { "list" }
    var summary: String { Value.list(values).summary }

    /// A column where the value is a table with a column of that name.
    static func of(_ value: Value, _ name: String) -> Value? {
        guard case .table(let table) = value, let column = table[name] else { return nil }
        return .object(ColumnOperand(name, column))
    }

    /// Either side, where it is a column, as the list that it is elsewhere.
    private static func plain(_ side: Value) -> Value {
        side.object(as: ColumnOperand.self).map { .list($0.values) } ?? side
    }

    /// A comparison with a column on one side or on both; nil where neither is one.
    ///
    /// - Returns: a list of true and false, one for each row; one true or false where `==`, `!=` or `in` meets a list
    ///   that the column is compared with as a whole.
    static func compared(_ operation: BinaryOperator, _ left: Value, _ right: Value) throws -> Value? {
        let (first, second) = (left.object(as: ColumnOperand.self), right.object(as: ColumnOperand.self))
        guard first != nil || second != nil else { return nil }
        let (a, b) = (plain(left), plain(right))
        switch operation {
        case .contained:
            guard let first, isElementwise(container: b) else { return try Operations.binary(operation, a, b) }
            return try first.each { try Operations.binary(operation, $0, b) }
        case .equal, .notEqual:
            if let first, b.isPlain { return try first.each { try Operations.binary(operation, $0, b) } }
            if let second, a.isPlain { return try second.each { try Operations.binary(operation, a, $0) } }
            return try Operations.binary(operation, a, b)
        default:
            if case .list(let x) = a, case .list(let y) = b {
                guard x.count == y.count else {
                    throw RhumbError(Message.comparedLengths(operation, x.count, y.count))
                }
                var others = y.makeIterator()
                return try (first ?? ColumnOperand((second ?? first)?.name ?? "", x)).each {
                    try Operations.binary(operation, $0, others.next() ?? .none)
                }
            }
            if let first, b.isPlain { return try first.each { try Operations.binary(operation, $0, b) } }
            if let second, a.isPlain { return try second.each { try Operations.binary(operation, a, $0) } }
            return try Operations.binary(operation, a, b)
        }
    }

    /// Whether `column in container` asks for each value: a list that holds lists may hold the column as a whole.
    private static func isElementwise(container: Value) -> Bool {
        switch container {
        case .list(let items): items.allSatisfy { if case .list = $0 { false } else { true } }
        case .string, .range, .record, .table: true
        default: false
        }
    }

    private func each(_ compare: (Value) throws -> Value) throws -> Value {
        .list(
            try values.enumerated().map { row, value in
                do { return try compare(value) } catch let error as RhumbError {
                    throw RhumbError(
                        error.message + Message.inRow(row, of: name),
                        hint: value.isNone ? Message.emptyCellHelp(name) : error.hint)
                }
            })
    }
}

extension Value {
    /// Numbers, texts, true, false and none: what one cell of a column is compared with.
    fileprivate var isPlain: Bool {
        switch self {
        case .number, .string, .boolean, .none, .unset: true
        default: false
        }
    }
}

import Basics

extension Operations {
    /// Longer lists and strings are refused: they come from a mistake, and would take the machine down with them.
    static let longestList = 20_000_000
    static let longestString = 1 << 30

    /// How many items `for` finds in a value; nil when it has none to give.
    static func count(_ value: Value) -> Int? {
        switch value {
        case .list(let items): items.count
        case .string(let string): length(string)
        case .record(let record): record.count
        case .range(let range): range.count
        case .table(let table): table.rowCount
        case .object(let object): object.count
        default: nil
        }
    }

    /// How many characters. Plain ASCII has one a byte; only other text needs to be cut into characters.
    static func length(_ string: String) -> Int {
        let isPlain = string.utf8.withContiguousStorageIfAvailable { bytes in
            var seen: UInt8 = 0
            var returns = 0
            for byte in bytes {
                seen |= byte
                returns &+= byte == UInt8(ascii: "\r") ? 1 : 0
            }
            return seen < 0x80 && returns == 0
        }
        return isPlain == true ? string.utf8.count : string.count
    }

    /// The items of a value in order: a list's elements, a range's numbers, a string's characters, a record's keys,
    /// a table's rows as records.
    static func items(_ value: Value) throws -> [Value] {
        switch value {
        case .list(let items): return items
        case .string(let string): return string.map { .string(String($0)) }
        case .record(let record): return .init(record.keys.map { .string($0) })
        case .table(let table): return (0..<table.rowCount).map { .record(table.row($0)) }
        case .range(let range):
            guard let count = range.count else { throw RhumbError(Message.openRange(range)) }
            guard count <= longestList else { throw RhumbError(Message.rangeTooLong(range)) }
            return (0..<count).map { .number(range[$0]) }
        case .object(let object):
            if let count = object.count {
                guard count <= longestList else { throw RhumbError(Message.tooLong(count)) }
                return try (0..<count).map { try object.element(at: $0) }
            }
        default: break
        }
        throw RhumbError(Message.notIterable(value))
    }

    /// Order for sorting; see `Comparison.order`.
    static func isBefore(_ left: Value, _ right: Value) throws -> Bool {
        if case .number(let x) = left, case .number(let y) = right { return x < y || y.isNaN && !x.isNaN }
        var comparison = Comparison()
        return try comparison.order(left, right) < 0
    }
}

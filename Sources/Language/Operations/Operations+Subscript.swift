import Basics

extension Operations {
    /// `value[keys]`
    static func subscripted(_ value: Value, _ keys: [Value]) throws -> Value {
        if case .object(let object) = value {
            if let result = try object.subscripted(keys.map(Subscript.init)) { return result }
            throw RhumbError(Message.noSubscript(value))
        }
        guard keys.count == 1 else {
            if case .table(let table) = value, keys.count == 2 { return try cells(table, keys) }
            throw RhumbError(Message.keyCount(value, keys.count))
        }
        let key = Subscript(keys[0])
        switch (value, key) {
        case (.list(let items), .index(let index)):
            return items[try position(index, count: items.count, of: value)]
        case (.list(let items), .slice(let start, let stop, let step)):
            return .list(
                Subscript.positions(start: start, stop: stop, step: step, count: items.count).map { items[$0] })
        case (.list, .all), (.string, .all), (.table, .all), (.range, .all): return value
        case (.list(let items), .value(.list(let picks))): return .list(try pick(items, picks, of: value))
        case (.string(let string), .index(let index)):
            let characters = Array(string)
            return .string(String(characters[try position(index, count: characters.count, of: value)]))
        case (.string(let string), .slice(let start, let stop, let step)):
            let characters = Array(string)
            let positions = Subscript.positions(start: start, stop: stop, step: step, count: characters.count)
            return .string(String(positions.map { characters[$0] }))
        case (.range(let range), .index(let index)):
            guard let count = range.count else { break }
            return .number(range[try position(index, count: count, of: value)])
        case (.range(let range), .slice(let start, let stop, let step)):
            guard let count = range.count else { break }
            let (first, picked) = Subscript.extent(start: start, stop: stop, step: step, count: count)
            guard picked <= longestList else { throw RhumbError(Message.rangeTooLong(range)) }
            return .list((0..<picked).map { .number(range[first + $0 * (step == 0 ? -1 : step)]) })
        case (.record(let record), .name(let name)):
            if let found = record[name] { return found }
            throw missingKey(name, record)
        case (.table(let table), .name(let name)):
            guard let column = table[name] else { throw table.missing(name) }
            return .list(column)
        case (.table(let table), .index(let index)):
            return .record(table.row(try position(index, count: table.rowCount, of: value)))
        case (.table(let table), .slice(let start, let stop, let step)):
            return .table(table.rows(Subscript.positions(start: start, stop: stop, step: step, count: table.rowCount)))
        case (.table(let table), .value(.list(let picks))):
            let rows = try pick((0..<table.rowCount).map { .number(Double($0)) }, picks, of: value)
            return .table(table.rows(rows.compactMap(\.whole)))
        default: break
        }
        throw RhumbError(Message.wrongKey(value, keys[0]), hint: Message.wrongKeyHint(value, keys[0]))
    }

    static func position(_ index: Int, count: Int, of value: Value) throws -> Int {
        guard let position = Subscript.position(index, count: count) else {
            throw RhumbError(Message.indexOutside(index, count: count, value))
        }
        return position
    }

    /// Elements by a list of indexes, or by a list of true and false of the same length.
    private static func pick(_ items: [Value], _ picks: [Value], of value: Value) throws -> [Value] {
        if case .boolean? = picks.first {
            guard picks.count == items.count else {
                throw RhumbError(Message.maskLength(picks.count, count: items.count, value))
            }
            return try zip(items, picks).compactMap { item, pick in try truth(pick) ? item : nil }
        }
        return try picks.map { pick in
            guard let index = pick.whole else { throw RhumbError(Message.wrongKey(value, pick)) }
            return items[try position(index, count: items.count, of: value)]
        }
    }

    /// `table[row, column]`
    private static func cells(_ table: Table, _ keys: [Value]) throws -> Value {
        let rows = try subscripted(.table(table), [keys[0]])
        return try subscripted(rows, [keys[1]])
    }

    static func missingKey(_ name: String, _ record: Record) -> RhumbError {
        RhumbError(
            Message.noKey(name),
            hint: Message.suggestion(Suggestion.closest(to: name, in: record.keys), orList: record.keys, named: "keys")
        )
    }

    /// `value.name`
    static func member(_ value: Value, _ name: String) throws -> Value {
        var known: [String] = []
        switch value {
        case .record(let record):
            if let found = record[name] { return found }
            known = record.keys
        case .table(let table):
            if let column = table[name] { return .list(column) }
            known = table.names
        case .object(let object):
            if let found = try object.member(name) { return found }
            known = object.memberNames
        default: throw RhumbError(Message.noMember(name, value), hint: Message.noMembersHelp(name))
        }
        throw RhumbError(
            Message.noMember(name, value),
            hint: Message.suggestion(
                Suggestion.closest(to: name, in: known), orList: known, named: "members"))
    }
}

extension Subscript {
    /// What a value between the brackets selects.
    init(_ value: Value) {
        switch value {
        case .number:
            if let whole = value.whole { self = .index(whole) } else { self = .value(value) }
        case .string(let name): self = .name(name)
        case .range(let range):
            if range.start == nil, range.stop == nil, range.step == 1 {
                self = .all
                return
            }
            let ends = [range.start, range.stop, range.step].map { $0.map { Value.number($0).whole } }
            if ends.contains(where: { $0 == .some(nil) }) {
                self = .value(value)
            } else {
                self = .slice(start: ends[0] ?? nil, stop: ends[1] ?? nil, step: (ends[2] ?? nil) ?? 1)
            }
        default: self = .value(value)
        }
    }
}

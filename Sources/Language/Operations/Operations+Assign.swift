import Basics

extension Operations {
    /// Replaces what a path leads to: `container.a[i].b = value`.
    ///
    /// Works in place as long as nothing else shares the storage on the way. When it throws, nothing has changed.
    ///
    /// - Parameter keys: the keys of all steps, one after the other.
    static func assign(
        _ value: Value, to container: inout Value, path: ArraySlice<Code.PathStep>, keys: ArraySlice<Value>
    ) throws {
        guard let step = path.first else {
            container = value
            return
        }
        let rest = path.dropFirst()
        switch step {
        case .member(let name):
            switch container {
            case .record, .table:
                try assign(value, to: &container, key: .string(name), rest: rest, keys: keys)
            default:
                throw RhumbError(Message.notSettable(name, container))
            }
        case .keys(let count):
            if case .object(let object) = container {
                let own = keys.prefix(count).map(Subscript.init)
                var inner = value
                if !rest.isEmpty {
                    guard let old = try object.subscripted(own) else {
                        throw RhumbError(Message.noSubscript(container))
                    }
                    inner = old
                    try assign(value, to: &inner, path: rest, keys: keys.dropFirst(count))
                }
                guard let changed = try object.replacing(own, with: inner) else {
                    throw RhumbError(Message.notReplaceable(container))
                }
                container = changed
            } else if count == 1, let key = keys.first {
                try assign(value, to: &container, key: key, rest: rest, keys: keys.dropFirst())
            } else {
                throw RhumbError(Message.keyCount(container, count))
            }
        }
    }

    private static func assign(
        _ value: Value, to container: inout Value, key: Value, rest: ArraySlice<Code.PathStep>,
        keys: ArraySlice<Value>
    ) throws {
        // Nothing here may hold a second reference to the storage while it is changed.
        switch (Subscript(key), Kind(container)) {
        case (.index(let index), .list(let count)):
            let position = try position(index, count: count, of: container)
            try withList(&container) { try assign(value, to: &$0[position], path: rest, keys: keys) }
        case (.name(let name), .record):
            try withRecord(&container) { record in
                let isKnown = try record.update(name) { try assign(value, to: &$0, path: rest, keys: keys) }
                if !isKnown, !rest.isEmpty { throw missingKey(name, record) }
                if !isKnown { record[name] = value }
            }
        case (.name(let name), .table(var table)):
            var column = table[name].map(Value.list) ?? .none
            try assign(value, to: &column, path: rest, keys: keys)
            guard case .list(let values) = column else { throw RhumbError(Message.columnNeedsList(name, column)) }
            try table.set(name, values)
            container = .table(table)
        default:
            if case .string = container { throw RhumbError(Message.fixedString, hint: Message.fixedStringHelp) }
            throw RhumbError(Message.wrongKey(container, key), hint: Message.wrongKeyHint(container, key))
        }
    }

    /// What of a container decides how it is assigned to.
    private enum Kind {
        case list(count: Int)
        case record
        case table(Table)
        case other

        init(_ value: Value) {
            switch value {
            case .list(let items): self = .list(count: items.count)
            case .record: self = .record
            case .table(let table): self = .table(table)
            default: self = .other
            }
        }
    }

    /// Lets a list be changed without its storage being shared by the value around it.
    private static func withList(_ container: inout Value, _ change: (inout [Value]) throws -> Void) rethrows {
        guard case .list(var items) = container else { return }
        container = .none
        defer { container = .list(items) }
        try change(&items)
    }

    private static func withRecord(_ container: inout Value, _ change: (inout Record) throws -> Void) rethrows {
        guard case .record(var record) = container else { return }
        container = .none
        defer { container = .record(record) }
        try change(&record)
    }
}

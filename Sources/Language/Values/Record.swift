/// Named values in the order they were written: `{alpha: 0.5, mode: "projection"}`.
///
/// Value semantics with shared storage. Small records are searched front to back, larger ones by an index.
public struct Record {
    private var storage: Storage

    private final class Storage {
        var keys: [String]
        var values: [Value]
        /// Position by key; only kept for more than `Record.indexFrom` keys.
        var index: [String: Int]
        var origin: Record.Origin?

        init(keys: [String], values: [Value], index: [String: Int]) {
            self.keys = keys
            self.values = values
            self.index = index
        }

        func position(of key: String) -> Int? {
            keys.count > Record.indexFrom ? index[key] : keys.firstIndex(of: key)
        }
    }

    /// What a record was read from, for errors where something else is wanted.
    public struct Origin: Sendable {
        /// `the weights of a UNet`
        let what: String
        /// What takes it; empty where nothing does.
        let advice: String

        public init(_ what: String, advice: String) { (self.what, self.advice) = (what, advice) }
    }

    /// nil for one that the language made; a changed copy has none.
    public var origin: Origin? {
        get { storage.origin }
        set {
            makeUnique()
            storage.origin = newValue
        }
    }

    private static let indexFrom = 8

    public init() { storage = Storage(keys: [], values: [], index: [:]) }

    /// A later value for the same key replaces the earlier one.
    public init(_ fields: some Sequence<(String, Value)>) {
        self.init()
        for (key, value) in fields { self[key] = value }
    }

    /// Tells this storage from that of all other records alive.
    var storageKey: UInt { UInt(bitPattern: ObjectIdentifier(storage)) }

    public var count: Int { storage.keys.count }
    public var keys: [String] { storage.keys }
    public var values: [Value] { storage.values }
    public var fields: Zip2Sequence<[String], [Value]> { zip(storage.keys, storage.values) }

    /// nil for a missing key; setting nil removes it.
    public subscript(key: String) -> Value? {
        get { storage.position(of: key).map { storage.values[$0] } }
        set {
            makeUnique()
            if let position = storage.position(of: key) {
                if let newValue { storage.values[position] = newValue } else { remove(at: position) }
            } else if let newValue {
                storage.keys.append(key)
                storage.values.append(newValue)
                noteLast()
            }
        }
    }

    /// Changes the value of an existing key in place; false when there is no such key.
    mutating func update(_ key: String, _ change: (inout Value) throws -> Void) rethrows -> Bool {
        makeUnique()
        guard let position = storage.position(of: key) else { return false }
        try change(&storage.values[position])
        return true
    }

    private mutating func makeUnique() {
        if isKnownUniquelyReferenced(&storage) { return }
        storage = Storage(keys: storage.keys, values: storage.values, index: storage.index)
    }

    private func remove(at position: Int) {
        storage.keys.remove(at: position)
        storage.values.remove(at: position)
        storage.index.removeAll()
        if storage.keys.count > Self.indexFrom {
            for (position, key) in storage.keys.enumerated() { storage.index[key] = position }
        }
    }

    private func noteLast() {
        let count = storage.keys.count
        if count == Self.indexFrom + 1 {
            for (position, key) in storage.keys.enumerated() { storage.index[key] = position }
        } else if count > Self.indexFrom {
            storage.index[storage.keys[count - 1]] = count - 1
        }
    }
}

extension Record: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, Value)...) { self.init(elements) }
}

/// A JSON value (RFC 8259), its objects in the order of the file.
///
/// Configurations and safetensors headers need what Foundation's parser hides: the order of names, names that stand
/// twice, and the line of a mistake; and vocabularies of 50,000 entries should not be felt.
public enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    /// A number written without fraction and exponent that fits 64 bits.
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object(Object)

    /// Names and values in the order of the file; no name stands twice.
    public struct Object: Equatable, Sendable, Sequence {
        public private(set) var keys: [String] = []
        public private(set) var values: [JSON] = []
        /// From the ninth name on; below that a search is faster than hashing.
        private var places: [String: Int] = [:]

        public init() {}

        /// An object of the given pairs; where a name stands twice the last value counts.
        public init(_ pairs: [(String, JSON)]) {
            for (key, value) in pairs { self[key] = value }
        }

        public var count: Int { keys.count }

        private static let searchLimit = 8

        private func place(of key: String) -> Int? {
            keys.count <= Self.searchLimit ? keys.firstIndex(of: key) : places[key]
        }

        /// The value of a name; setting a new name appends it, setting nil removes it.
        public subscript(key: String) -> JSON? {
            get { place(of: key).map { values[$0] } }
            set {
                switch (place(of: key), newValue) {
                case (let place?, let value?): values[place] = value
                case (nil, let value?): append(key, value)
                case (let place?, nil):
                    keys.remove(at: place)
                    values.remove(at: place)
                    places = [:]
                    if keys.count > Self.searchLimit { indexAll() }
                case (nil, nil): break
                }
            }
        }

        /// Appends a name unless it is there already; says whether it did.
        @discardableResult
        mutating func append(_ key: String, _ value: JSON) -> Bool {
            if keys.count >= Self.searchLimit {
                if keys.count == Self.searchLimit { indexAll() }
                guard places.updateValue(keys.count, forKey: key) == nil else { return false }
            } else if keys.contains(key) {
                return false
            }
            keys.append(key)
            values.append(value)
            return true
        }

        private mutating func indexAll() {
            for (index, key) in keys.enumerated() { places[key] = index }
        }

        public func makeIterator() -> Zip2Sequence<[String], [JSON]>.Iterator {
            zip(keys, values).makeIterator()
        }

        public static func == (left: Object, right: Object) -> Bool {
            left.keys == right.keys && left.values == right.values
        }
    }
}

/// Reading values without switches.
extension JSON {
    /// The value of a name in an object; nil if this is none or has no such name.
    public subscript(key: String) -> JSON? { object?[key] }

    /// The element of an array; nil if this is none or it is too short.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    public var isNull: Bool { self == .null }

    public var bool: Bool? {
        if case .bool(let value) = self { return value }
        return nil
    }

    /// The integer, also where a whole number was written as `3.0`.
    public var int: Int? {
        switch self {
        case .integer(let value): return value
        case .number(let value): return Int(exactly: value)
        default: return nil
        }
    }

    public var double: Double? {
        switch self {
        case .integer(let value): return Double(value)
        case .number(let value): return value
        default: return nil
        }
    }

    public var string: String? {
        if case .string(let value) = self { return value }
        return nil
    }

    public var array: [JSON]? {
        if case .array(let value) = self { return value }
        return nil
    }

    public var object: Object? {
        if case .object(let value) = self { return value }
        return nil
    }

    /// What kind of value this is, for messages: "a string", "an object".
    public var kind: String {
        switch self {
        case .null: return "null"
        case .bool: return "a boolean"
        case .integer, .number: return "a number"
        case .string: return "a string"
        case .array: return "a list"
        case .object: return "an object"
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Object(elements)) }
}

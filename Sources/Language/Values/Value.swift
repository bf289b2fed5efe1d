/// A value of the language.
///
/// Values have value semantics: assigning a list, record or table and then changing it leaves the original as it was
/// (the storage is shared until then). Only `object` refers to something that lives elsewhere: a model, a trainer.
///
/// The trivial cases come first: the machine tells them from those that own memory by one comparison of the tag.
public enum Value {
    /// The only kind of number; a whole number is one without a fraction.
    case number(Double)
    case boolean(Bool)
    /// A variable that has no value yet. No verb and no host ever receives it.
    case unset
    case none
    case string(String)
    case list([Value])
    case record(Record)
    indirect case range(NumberRange)
    case table(Table)
    case function(Function)
    /// Something the language only handles by its protocol: tensor, image, model, direction, figure.
    case object(any ObjectValue)
}

extension Value {
    /// Owns no memory, so it may be overwritten without a release.
    @inline(__always)
    var isTrivial: Bool {
        switch self {
        case .number, .boolean, .unset, .none: true
        default: false
        }
    }

    /// What messages call the kind of value: `number`, `list`, or the object's own name such as `tensor`.
    public var typeName: String {
        switch self {
        case .number: "number"
        case .boolean: "boolean"
        case .unset, .none: "none"
        case .string: "string"
        case .list: "list"
        case .record: "record"
        case .range: "range"
        case .table: "table"
        case .function: "function"
        case .object(let object): object.typeName
        }
    }

    public var isNone: Bool {
        switch self {
        case .none, .unset: true
        default: false
        }
    }

    /// The number as an index or count; nil for anything else, for fractions and beyond ±2⁵³.
    public var whole: Int? {
        guard case .number(let number) = self, abs(number) <= 0x1p53 else { return nil }
        let whole = Int(number)
        return Double(whole) == number ? whole : nil
    }

    /// The object if it is of the given type.
    public func object<Object>(as type: Object.Type) -> Object? {
        guard case .object(let object) = self else { return nil }
        return object as? Object
    }

    /// A list of strings.
    public static func strings(_ strings: some Sequence<String>) -> Value { .list(strings.map { .string($0) }) }

    /// A list of numbers.
    public static func numbers(_ numbers: some Sequence<Double>) -> Value { .list(numbers.map { .number($0) }) }
}

extension Value: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: Value...) { self = .list(elements) }
}

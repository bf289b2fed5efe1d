import Files
import Language

extension Value {
    /// The `type` of a function, of which there is nothing to write down.
    static let functionType = "function"

    /// The value as data. What JSON has no form for becomes an object with `type` and `summary`; small tensors and the
    /// like also carry their numbers.
    public var json: JSON {
        switch self {
        case .number(let number): .number(exactly: number)
        case .boolean(let boolean): .bool(boolean)
        case .none, .unset: .null
        case .string(let string): .string(string)
        case .list(let items): .array(items.map(\.json))
        case .record(let record): .object(record.fields.map { .init($0, $1.json) })
        case .range(let range): described([.init("text", .string(range.text))])
        case .table(let table): .object(table.columns.map { .init($0.name, .array($0.values.map(\.json))) })
        case .function: described([])
        case .object(let object): described(object.numbers(depth: 0).map { [.init("values", $0)] } ?? [])
        }
    }

    /// A line about it, and further members.
    func described(_ more: [JSON.Member] = []) -> JSON {
        .object([.init("type", .string(typeName)), .init("summary", .string(summary))] + more)
    }
}

extension JSON {
    /// Whole numbers without a fraction; JSON has no infinities, so they become strings.
    fileprivate static func number(exactly number: Double) -> JSON {
        let value = Language.Value.number(number)
        // An integer has no negative zero.
        if let whole = value.whole, whole != 0 || number.sign == .plus { return .integer(whole) }
        return number.isFinite ? .number(number) : .string(value.text)
    }
}

extension ObjectValue {
    /// Elements of a list or tensor that goes into a JSON file as data.
    private static var elementLimit: Int { 64 }

    /// Nested lists of numbers, where that is what the object holds and it is small.
    fileprivate func numbers(depth: Int) -> JSON? {
        guard depth < 3, let count, count <= Self.elementLimit else { return nil }
        var elements: [JSON] = []
        for position in 0..<count {
            switch try? element(at: position) {
            case .number(let number): elements.append(.number(exactly: number))
            case .object(let object) where object.typeName == typeName && count <= 16:
                guard let row = object.numbers(depth: depth + 1) else { return nil }
                elements.append(row)
            default: return nil
            }
        }
        return .array(elements)
    }
}

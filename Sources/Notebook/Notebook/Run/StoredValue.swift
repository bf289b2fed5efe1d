import Files
import Language
import Tensor

/// A value that a run keeps whole, so that `open` brings it back and `replay` compares it bit for bit. Other objects
/// are stored as a line about them.
public protocol StoredValue: ObjectValue {
    /// What it is made of. Read again by whoever brings values back, under the value's `typeName`.
    func parts() throws -> StoredParts
    /// Whether its parts are all there is to it: gradients, for one, are not stored.
    var isStoredWhole: Bool { get }
}

/// A value that stays as it was made, whatever verbs do with it: a model that is only used, a figure. Where a run
/// brings values back, anything else that can't be stored counts as changed by every cell that had it in its hands.
public protocol UnchangingValue: ObjectValue {}

/// What a stored value is made of: data, and tensors by name.
public struct StoredParts {
    public var data: JSON
    public var tensors: [String: Tensor]

    public init(data: JSON = .null, tensors: [String: Tensor] = [:]) {
        (self.data, self.tensors) = (data, tensors)
    }
}

/// Writes the variables of a session as a run keeps them: `values.json` for what is data, `values.safetensors` for the
/// elements of tensors, pictures and directions, a CSV file a table.
struct ValueWriter {
    /// Elements beyond this stay out of the run folder: a model's weights are in a file of their own already.
    static let byteLimit = 256 << 20

    private(set) var tensors: [String: Tensor] = [:]
    /// The order in which the dimensions of a tensor lie in memory, where ``keepsLayout`` and it is not their own.
    private(set) var orders: [String: [Int]] = [:]
    private let keepsLayout: Bool
    private var bytes = 0

    /// - Parameter keepsLayout: whether tensors are written as they lie in memory, where they lie there without gaps.
    init(keepsLayout: Bool = false) { self.keepsLayout = keepsLayout }

    /// Takes over elements that were written before.
    mutating func add(_ tensors: [String: Tensor]) { self.tensors.merge(tensors) { $1 } }

    /// - Parameter name: of the variable; what is inside has it in front of its own: `xs.0`.
    mutating func json(_ value: Value, named name: String) throws -> JSON {
        guard value.writtenCount <= ValueDigest.mostValues else { return value.described() }
        return try written(value, named: name)
    }

    private mutating func written(_ value: Value, named name: String) throws -> JSON {
        switch value {
        case .number(let number) where !number.isFinite:
            return ["type": "number", "text": .string(value.text)]
        case .list(let items):
            return .array(try items.enumerated().map { try written($1, named: "\(name).\($0)") })
        case .record(let record):
            let fields = JSON.object(try record.fields.map { .init($0, try written($1, named: name + "." + $0)) })
            // Whatever has a type is one of the objects below.
            return record["type"] == nil ? fields : ["type": "record", "fields": fields]
        case .range(let range):
            return [
                "type": "range", "summary": .string(range.text), "start": range.start.map { .number($0) } ?? .null,
                "stop": range.stop.map { .number($0) } ?? .null, "step": .number(range.step),
            ]
        case .table(let table):
            return ["type": "table", "rows": .integer(table.rowCount), "columns": try columns(table, named: name)]
        case .object(let object as any StoredValue): return try stored(object, named: name)
        default: return value.json
        }
    }

    /// The columns of a table as lists; what a CSV file can't tell apart stays what it was.
    mutating func columns(_ table: Table, named name: String) throws -> JSON {
        .object(try table.columns.map { .init($0.name, try json(.list($0.values), named: name + "." + $0.name)) })
    }

    private mutating func stored(_ object: any StoredValue, named name: String) throws -> JSON {
        guard case .object(var members) = Value.object(object).json else { return .null }
        let parts = try object.parts()
        let size = parts.tensors.values.reduce(0) { $0 + $1.count * $1.dtype.byteCount }
        guard bytes + size <= Self.byteLimit else { return .object(members) }
        bytes += size
        if !parts.data.isNull { members.append(.init("data", parts.data)) }
        var names: [JSON.Member] = []
        for (part, tensor) in parts.tensors.sorted(by: { $0.key < $1.key }) {
            let key = part.isEmpty ? name : name + "." + part
            if keepsLayout, !tensor.isContiguous, let order = tensor.denseOrder {
                orders[key] = order
                tensors[key] = try tensor.permuted(order)
            } else {
                tensors[key] = tensor
            }
            names.append(.init(part, .string(key)))
        }
        return .object(members + [.init("tensors", .object(names))])
    }
}

extension Value {
    /// A value that ``ValueWriter`` wrote.
    ///
    /// - Parameters:
    ///   - tensor: an entry of `values.safetensors`.
    ///   - make: a value of a type that is not a kind of the language's own; nil when it can't be made again.
    /// - Returns: nil for what was stored as a line about it, or holds such.
    static func stored(
        _ json: JSON, tensor: (String) throws -> Tensor, make: (_ typeName: String, StoredParts) throws -> Value?
    ) throws -> Value? {
        switch json {
        case .null: return .some(.none)
        case .bool(let boolean): return .boolean(boolean)
        case .integer(let integer): return .number(Double(integer))
        case .number(let number): return .number(number)
        case .string(let string): return .string(string)
        case .array(let items):
            let values = try items.compactMap { try stored($0, tensor: tensor, make: make) }
            return values.count == items.count ? .list(values) : nil
        case .object(let members):
            guard let type = json["type"]?.string else { return try record(members, tensor, make).map { .record($0) } }
            switch type {
            case "number": return json["text"]?.string.flatMap { Double($0) }.map { .number($0) }
            case "record": return try record(json["fields"]?.members ?? [], tensor, make).map { .record($0) }
            case "range":
                return .range(
                    NumberRange(
                        start: json["start"]?.number, stop: json["stop"]?.number, step: json["step"]?.number ?? 1))
            case "table":
                guard let columns = try record(json["columns"]?.members ?? [], tensor, make) else { return nil }
                return .table(
                    try Table(
                        columns.fields.map { name, column in
                            guard case .list(let values) = column else { return Table.Column(name, [Value]()) }
                            return Table.Column(name, values)
                        }))
            default:
                guard let names = json["tensors"]?.members else { return nil }
                var parts = StoredParts(data: json["data"] ?? .null)
                for name in names { parts.tensors[name.key] = try tensor(name.value.string ?? "") }
                return try make(type, parts)
            }
        }
    }

    private static func record(
        _ members: [JSON.Member], _ tensor: (String) throws -> Tensor, _ make: (String, StoredParts) throws -> Value?
    ) throws -> Record? {
        var record = Record()
        for member in members {
            guard let value = try stored(member.value, tensor: tensor, make: make) else { return nil }
            record[member.key] = value
        }
        return record
    }
}

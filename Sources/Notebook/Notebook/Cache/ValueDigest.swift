import Files
import Language
import Tensor

/// What the cache can do with a value.
enum Keeping: Int, Comparable {
    /// Numbers, texts and what is made of them: written down, and never part of something else.
    case plain
    /// Written down and brought back to the last bit: a tensor, a picture, a direction.
    case stored
    /// Made again by running the cell that makes it; no verb changes it afterwards.
    case unchanging
    /// Made again by running every cell that had it in its hands: a trainer, an optimiser, a tensor that learns, a
    /// function that may hold such things.
    case changing

    static func < (left: Keeping, right: Keeping) -> Bool { left.rawValue < right.rawValue }

    init(_ value: Value) {
        self = value.writtenCount <= ValueDigest.mostValues ? Keeping(walking: value) : .changing
    }

    private init(walking value: Value) {
        switch value {
        case .number, .boolean, .none, .unset, .string, .range: self = .plain
        case .list(let items): self = items.lazy.map(Keeping.init(walking:)).max() ?? .plain
        case .record(let record): self = record.values.lazy.map(Keeping.init(walking:)).max() ?? .plain
        case .table(let table): self = table.columns.lazy.flatMap(\.values).map(Keeping.init(walking:)).max() ?? .plain
        case .function: self = .changing
        case .object(let object as any StoredValue) where object.isStoredWhole: self = .stored
        case .object(let object): self = object is any UnchangingValue ? .unchanging : .changing
        }
    }
}

/// The checksum of a value's every bit; equal for two values exactly when code can't tell them apart.
struct ValueDigest {
    private let hash = SHA256()
    /// Lists share what they hold: a short program can make one that nobody could write down.
    static let mostValues = 2.5e7

    /// - Returns: nil for a value that can't be written down.
    static func of(_ value: Value) throws -> String? {
        guard Keeping(value) <= .stored else { return nil }
        let digest = ValueDigest()
        try digest.add(value)
        return try digest.hash.finish()
    }

    /// Of several texts in order.
    static func of(_ texts: [String]) throws -> String {
        let digest = ValueDigest()
        for text in texts { digest.add(text) }
        return try digest.hash.finish()
    }

    private func add(_ bits: UInt64) { withUnsafeBytes(of: bits) { hash.update($0) } }

    private func add(_ text: String) {
        add(UInt64(text.utf8.count))
        Array(text.utf8).withUnsafeBytes { hash.update($0) }
    }

    /// Every not-a-number counts as the same one.
    private func add(_ number: Double) { add(number.isNaN ? Double.nan.bitPattern : number.bitPattern) }

    private func add(_ number: Double?) {
        add(UInt64(number == nil ? 0 : 1))
        if let number { add(number) }
    }

    private func add(_ value: Value) throws {
        add(value.typeName)
        switch value {
        case .number(let number): add(number)
        case .boolean(let boolean): add(UInt64(boolean ? 1 : 0))
        case .none, .unset, .function: break
        case .string(let text): add(text)
        case .list(let items):
            add(UInt64(items.count))
            for item in items { try add(item) }
        case .record(let record):
            add(UInt64(record.count))
            for (key, field) in record.fields {
                add(key)
                try add(field)
            }
        case .range(let range):
            add(range.start)
            add(range.stop)
            add(range.step)
        case .table(let table):
            add(UInt64(table.columns.count))
            for column in table.columns {
                add(column.name)
                try add(.list(column.values))
            }
        case .object(let object):
            guard let object = object as? any StoredValue else { break }
            let parts = try object.parts()
            add(parts.data.text())
            for (name, tensor) in parts.tensors.sorted(by: { $0.key < $1.key }) {
                add(name)
                add(tensor.dtype.rawValue)
                add("\(tensor.shape) \(tensor.denseOrder ?? [])")
                let elements = try tensor.contiguous()
                hash.update(
                    UnsafeRawBufferPointer(start: elements.address, count: elements.count * elements.dtype.byteCount))
            }
        }
    }
}

extension Tensor {
    /// The dimensions in the order in which they lie in memory, where they lie there without gaps; nil elsewhere. Sums
    /// over the same numbers in another layout may differ in their last bit.
    var denseOrder: [Int]? {
        let order = shape.indices.sorted { (strides[$0], $1) > (strides[$1], $0) }
        return (try? detached().permuted(order))?.isContiguous == true ? order : nil
    }
}

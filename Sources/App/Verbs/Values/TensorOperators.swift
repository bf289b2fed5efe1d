import Basics
import Language
import Tensor

/// The language's operators on tensors.
enum TensorOperators {
    /// nil for an operator that tensors don't have.
    static func apply(_ operation: BinaryOperator, _ a: Tensor, _ b: Tensor) throws -> Tensor? {
        switch operation {
        case .add: try a + b
        case .subtract: try a - b
        case .multiply: try a * b
        case .divide: try a / b
        case .remainder: try a.modulo(b)
        case .power: try a.power(b)
        case .matmul: try a.product(b)
        case .less: try a.isLess(than: b)
        case .lessOrEqual: try a.isLessOrEqual(to: b)
        case .greater: try a.isGreater(than: b)
        case .greaterOrEqual: try a.isGreaterOrEqual(to: b)
        case .equal, .notEqual, .contained: nil
        }
    }
}

extension BinaryOperator {
    var isComparison: Bool { [.less, .lessOrEqual, .greater, .greaterOrEqual].contains(self) }
}

/// What stands behind the dot: `x.T`, `x.shape`.
enum TensorMembers {
    static let names = ["T", "shape", "dtype", "rank", "count", "item", "list", "grad", "requires_grad"]

    static func value(_ name: String, of tensor: Tensor) throws -> Value? {
        switch name {
        case "T": .tensor(tensor.rank < 2 ? tensor : try tensor.transposed())
        case "shape": .numbers(tensor.shape.map(Double.init))
        case "dtype": .string(tensor.dtype.rawValue)
        case "rank": .number(Double(tensor.rank))
        case "count": .number(Double(tensor.count))
        case "item": try item(of: tensor)
        case "list": try list(of: tensor)
        case "grad": tensor.gradient.map { .tensor($0) } ?? Value.none
        case "requires_grad": .boolean(tensor.requiresGradient)
        default: nil
        }
    }

    /// The single element, with all digits of an integer.
    private static func item(of tensor: Tensor) throws -> Value {
        guard tensor.dtype == .int64, tensor.count == 1 else { return .number(Double(try tensor.item)) }
        return .integer(tensor.ints[0])
    }

    /// Nested lists of the elements, integers with all their digits.
    static func list(of tensor: Tensor) throws -> Value {
        guard tensor.count <= mostListed else {
            throw RhumbError(
                "a list of \(tensor.count) elements is too long", hint: "pick some of them first: x[..1000]")
        }
        if tensor.dtype == .int64 { return nested(tensor.ints[...].lazy.map { .integer($0) }, tensor.shape[...]) }
        return nested(tensor.doubles[...].lazy.map { .number($0) }, tensor.shape[...])
    }

    private static let mostListed = 20_000_000

    private static func nested(_ values: some Collection<Value>, _ shape: ArraySlice<Int>) -> Value {
        guard let size = shape.first else { return values.first ?? .none }
        if shape.count == 1 { return .list(Array(values)) }
        let width = size == 0 ? 0 : values.count / size
        return .list(
            (0..<size).map { row in
                nested(Array(values.dropFirst(row * width).prefix(width)), shape.dropFirst())
            })
    }
}

extension Tensor {
    /// The matrix product; of two int64 tensors an exact one. Shapes as for `matmul`.
    func product(_ other: Tensor) throws -> Tensor {
        guard dtype == .int64, other.dtype == .int64 else { return try matmul(other) }
        return try integerProduct(other)
    }
}

/// `x[0]`, `x[1..3, :]`, `x[[2, 0]]`, `x[mask]`.
enum TensorSubscripts {
    /// What the keys select. Indexes drop their dimension; the dimensions after the last key are whole.
    ///
    /// - Parameter forWriting: refuse keys that select by copying.
    static func view(_ tensor: Tensor, _ keys: [Subscript], forWriting: Bool = false) throws -> Tensor {
        guard keys.count <= tensor.rank else {
            throw RhumbError(
                "a tensor of shape \(Words.shape(tensor.shape)) takes at most \(tensor.rank) "
                    + "subscript\(tensor.rank == 1 ? "" : "s"), not \(keys.count)")
        }
        var result = tensor
        var axis = 0
        for key in keys {
            switch key {
            case .index(let index): result = try result.selected(axis, index)
            case .all: axis += 1
            case .slice(let start, let stop, let step):
                guard step != 0 else { throw RhumbError("the step of a slice must not be 0") }
                // Reckoned, not walked through: a broadcast dimension may be longer than memory.
                let (first, count) = Subscript.extent(start: start, stop: stop, step: step, count: result.shape[axis])
                let end = count == 0 ? first : first + (count - 1) * step + (step > 0 ? 1 : -1)
                result = try result.sliced(axis, from: Swift.max(first, 0), to: Swift.max(end, -1), step: step)
                axis += 1
            case .value(let value):
                guard !forWriting else {
                    throw RhumbError(
                        "elements picked by a list can't be assigned",
                        hint: "assign to indexes and ranges, or use where")
                }
                result = try result.gathered(axis, picked(value, size: result.shape[axis]))
                axis += 1
            case .name(let name):
                throw RhumbError("a tensor has no element named '\(name)'", hint: "use indexes, ranges, lists or masks")
            }
        }
        return result
    }

    /// Indexes from a list of whole numbers, or from a mask as long as the dimension.
    private static func picked(_ value: Value, size: Int) throws -> [Int] {
        if case .list(let items) = value {
            let indexes = items.compactMap(\.whole)
            if indexes.count == items.count { return indexes }
        }
        guard let tensor = try value.asTensor(), tensor.rank == 1 else {
            throw RhumbError(
                "a subscript must be a whole number, a range, a list of whole numbers or a mask, not \(value.described)"
            )
        }
        if tensor.dtype == .int64 { return tensor.ints }
        let mask = tensor.floats
        guard mask.count == size, mask.allSatisfy({ $0 == 0 || $0 == 1 }) else {
            throw RhumbError(
                "a mask must have a 0 or 1 for each of the \(size) elements",
                hint: "compare a tensor of that size: x[x > 0]")
        }
        return mask.indices.filter { mask[$0] == 1 }
    }
}

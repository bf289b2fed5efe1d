import Basics
import Language
import Tensor

/// A tensor in the language.
final class TensorValue: ObjectValue {
    let tensor: Tensor

    init(_ tensor: Tensor) { self.tensor = tensor }

    var typeName: String { "tensor" }

    var summary: String { TensorText.summary(tensor) }

    func display(width: Int) -> String { TensorText.display(tensor, width: width) }

    func formatted(_ format: Format) -> String? {
        guard tensor.count == 1 else { return nil }
        if tensor.dtype == .int64 { return tensor.ints.first.flatMap { format.text($0) } }
        return tensor.doubles.first.flatMap { format.text($0) }
    }

    func unary(_ operation: UnaryOperator) throws -> Value? {
        switch operation {
        case .negate: .tensor(try -tensor)
        }
    }

    func binary(_ operation: BinaryOperator, _ other: Value, isRight: Bool) throws -> Value? {
        guard let other = try other.asTensor(beside: tensor) else { return nil }
        let result = try TensorOperators.apply(operation, isRight ? other : tensor, isRight ? tensor : other)
        // Comparisons of single numbers are true or false.
        if let result, result.rank == 0, operation.isComparison { return .boolean(try result.item != 0) }
        return result.map { .tensor($0) }
    }

    /// Same shape and same elements; NaN equals nothing.
    func isEqual(to other: Value) -> Bool {
        guard let other = try? other.asTensor(beside: tensor) else { return false }
        return tensor.hasSameElements(as: other)
    }

    func isClose(to other: Value, within tolerance: Double) throws -> Bool? {
        guard let other = try other.asTensor(beside: tensor) else { return nil }
        let difference = try (tensor.detached() - other.detached()).floats
        return difference.allSatisfy { Double(abs($0)) <= tolerance }
    }

    func difference(from other: Value) -> Difference? {
        guard let other = try? other.asTensor(beside: tensor),
            let difference = try? tensor.detached() - other.detached()
        else { return nil }
        let sizes = difference.floats.map { abs($0) }
        // What is not a number is worse than any distance.
        let worst = sizes.firstIndex(where: \.isNaN) ?? sizes.indices.max { sizes[$0] < sizes[$1] }
        guard var rest = worst else { return nil }
        var place: [Int] = []
        for size in difference.shape.reversed() {
            place.insert(rest % size, at: 0)
            rest /= size
        }
        return worst.map { Difference(Double(sizes[$0]), at: place) }
    }

    func subscripted(_ keys: [Subscript]) throws -> Value? { .tensor(try TensorSubscripts.view(tensor, keys)) }

    func replacing(_ keys: [Subscript], with value: Value) throws -> Value? {
        guard let source = try value.asTensor(beside: tensor) else { return nil }
        guard tensor.dtype != .int64 || source.dtype == .int64 else {
            throw RhumbError(
                "an element of an int64 tensor must be a whole number, not \(value.summary)",
                hint: "cast(x, \"float32\") holds fractions")
        }
        let result = try tensor.copied()
        let place = try TensorSubscripts.view(result, keys, forWriting: true)
        try place.assign(source.detached().to(result.dtype).expanded(place.shape))
        return .tensor(result)
    }

    var memberNames: [String] { TensorMembers.names }

    func member(_ name: String) throws -> Value? { try TensorMembers.value(name, of: tensor) }

    /// How many elements the first dimension has; a scalar can't be counted.
    var count: Int? { tensor.shape.first }

    func element(at position: Int) throws -> Value { .tensor(try tensor.selected(0, position)) }

    func contains(_ item: Value) throws -> Bool? {
        guard case .number(let number) = item else { return nil }
        // A view may have more elements than there is memory for, which is an error rather than a tensor without any.
        let tensor = try tensor.contiguous()
        if tensor.dtype == .int64 { return Int(exactly: number).map(tensor.ints.contains) ?? false }
        return tensor.floats.contains(Float(number))
    }
}

import Basics
import Language
import Tensor

// The way between the language's values and the engine's tensors.

extension Value {
    /// A tensor as a value. One without dimensions is a number, unless gradients flow through it: so `mean(x) > 0.5` is
    /// true or false, and a loss still knows what it was made from. An int64 beyond ±2⁵³, which no number of the
    /// language can be, stays a tensor too.
    package static func tensor(_ tensor: Tensor) -> Value {
        if tensor.rank == 0, !tensor.requiresGradient {
            if tensor.dtype != .int64, let number = tensor.doubles.first { return .number(number) }
            if tensor.dtype == .int64, let whole = tensor.ints.first { return .integer(whole) }
        }
        return .object(TensorValue(tensor))
    }

    /// A whole number as a value: a number where one can be it exactly, an int64 tensor without dimensions elsewhere.
    static func integer(_ whole: Int) -> Value {
        if whole.magnitude <= 1 << 53 { return .number(Double(whole)) }
        return (try? Tensor(integers: [whole], shape: [])).map { .object(TensorValue($0)) } ?? .number(Double(whole))
    }

    /// A picture as a value.
    package static func image(_ image: Image, name: String = "") -> Value { .object(ImageValue(image, name: name)) }

    /// The tensor this value stands for: a tensor, a picture, a number, a boolean, a range, or nested lists of them.
    /// nil for anything else. Numbers become float32.
    package func asTensor() throws -> Tensor? { try stacking(wholeOnly: false) }

    /// The int64 tensor this value stands for, without rounding: an int64 tensor, a boolean, whole numbers, or nested
    /// lists of them. nil for anything else.
    func asIntegers() throws -> Tensor? { try stacking(wholeOnly: true) }

    /// The tensor this value stands for beside another one: whole numbers join int64 as int64, as Python's do in
    /// PyTorch.
    func asTensor(beside other: Tensor) throws -> Tensor? {
        if other.dtype == .int64, let exact = try asIntegers() { return exact }
        return try asTensor()
    }

    private func stacking(wholeOnly: Bool) throws -> Tensor? {
        switch self {
        case .number(let number):
            guard wholeOnly else { return try Tensor(Float(number)) }
            return try Int(exactly: number).map { try Tensor(integers: [$0], shape: []) }
        case .boolean(let boolean):
            return wholeOnly ? try Tensor(integers: [boolean ? 1 : 0], shape: []) : try Tensor(boolean ? 1 : 0)
        case .range(let range):
            guard let count = range.count, count <= Self.mostNumbers else { return nil }
            return try Value.row((0..<count).lazy.map { range[$0] }, wholeOnly: wholeOnly)
        case .list(let items):
            try checkSize()
            return try Value.stacked(items, wholeOnly: wholeOnly)
        case .object(let object):
            if let tensor = object as? TensorValue {
                return wholeOnly && tensor.tensor.dtype != .int64 ? nil : tensor.tensor
            }
            return wholeOnly ? nil : (object as? ImageValue)?.image.tensor
        default: return nil
        }
    }

    /// A list that has more numbers is not a tensor: lists share what they hold, so a short program can make one that
    /// no machine could lay out.
    private static let mostNumbers = 1 << 28
    /// As many as PyTorch and NumPy have.
    private static let mostDimensions = 64

    /// Follows the first elements of lists in lists, whose lengths are the tensor's sizes.
    private func checkSize() throws {
        var (value, count, depth) = (self, 1, 0)
        while case .list(let items) = value, let first = items.first {
            depth += 1
            guard depth <= Self.mostDimensions else {
                throw RhumbError(
                    "a tensor has at most \(Self.mostDimensions) dimensions; these lists are nested deeper")
            }
            count = count.multipliedReportingOverflow(by: items.count).overflow ? .max : count * items.count
            guard count <= Self.mostNumbers else {
                throw RhumbError("a tensor from lists has at most \(Self.mostNumbers) numbers; these hold more")
            }
            value = first
        }
    }

    private static func row(_ numbers: some Sequence<Double>, wholeOnly: Bool) throws -> Tensor? {
        guard wholeOnly else { return try Tensor(numbers.map { Float($0) }) }
        var integers: [Int] = []
        for number in numbers {
            guard let whole = Int(exactly: number) else { return nil }
            integers.append(whole)
        }
        return try Tensor(integers: integers)
    }

    /// A list of numbers becomes a row without a detour over one tensor a number.
    private static func stacked(_ items: [Value], wholeOnly: Bool) throws -> Tensor? {
        var numbers: [Double] = []
        numbers.reserveCapacity(items.count)
        for item in items {
            guard case .number(let number) = item else { break }
            numbers.append(number)
        }
        if numbers.count == items.count { return try row(numbers, wholeOnly: wholeOnly) }
        var parts: [Tensor] = []
        for item in items {
            guard let part = try item.stacking(wholeOnly: wholeOnly) else { return nil }
            parts.append(part)
        }
        // Numbers beside an int64 that no number can be: all of them are float32, as they are alone.
        if Set(parts.map(\.dtype)).count > 1 { parts = try parts.map { try $0.to(.float32) } }
        return try Tensor.stacked(parts)
    }
}

extension Value {
    /// What in a list keeps it from being a tensor: `a list with the string "a" at [1, 0]`.
    fileprivate var foreignElement: String? {
        guard case .list(let items) = self else { return nil }
        func find(_ items: [Value], _ path: [Int]) -> (Value, [Int])? {
            for (position, item) in items.enumerated() {
                if case .list(let inner) = item {
                    if let found = find(inner, path + [position]) { return found }
                } else if (try? item.asTensor()) == nil {
                    return (item, path + [position])
                }
            }
            return nil
        }
        return find(items, []).map { item, path in
            "a list with \(item.described) at [\(path.map(String.init).joined(separator: ", "))]"
        }
    }
}

extension Arguments {
    /// The tensor that a parameter stands for; see `Value.asTensor`.
    func tensor(_ name: String) throws -> Tensor {
        let value = try value(name)
        if let tensor = try value.asTensor() { return tensor }
        throw noTensor(name, value)
    }

    /// The tensor of a parameter as an element type; whole numbers reach int64 without rounding.
    func tensor(_ name: String, as dtype: DType) throws -> Tensor {
        if dtype == .int64, let exact = try value(name).asIntegers() { return exact }
        return try tensor(name).to(dtype)
    }

    /// Two tensors that an operation combines: whole numbers join an int64 as int64.
    func tensors(_ first: String, _ second: String) throws -> (Tensor, Tensor) {
        let (a, b) = (try tensor(first), try tensor(second))
        if a.dtype == .int64, b.dtype != .int64, let exact = try value(second).asIntegers() { return (a, exact) }
        if b.dtype == .int64, a.dtype != .int64, let exact = try value(first).asIntegers() { return (exact, b) }
        return (a, b)
    }

    private func noTensor(_ name: String, _ value: Value) -> RhumbError {
        failure(
            name,
            "'\(name)' of '\(verb.name)' must be a tensor, an image, a number or nested lists of numbers, not "
                + (value.foreignElement ?? value.described))
    }

    /// The pictures of a parameter: an image, a list of images, or a tensor of shape [3, height, width] or
    /// [count, 3, height, width].
    func images(_ name: String) throws -> [Image] {
        let value = try value(name)
        guard let images = try value.asImages() else {
            var found = value.described
            if case .list(let items) = value, let other = items.first(where: { (try? $0.asImages()) == nil }) {
                found = "a list with \(other.described)"
            }
            throw failure(name, "'\(name)' of '\(verb.name)' must be an image or a list of images, not \(found)")
        }
        return images
    }
}

extension ValueType {
    /// An image, a list of images or a tensor of pixels: what `Arguments.images` reads.
    static var pictures: ValueType { .either([.object("image"), .list(of: .object("image")), .object("tensor")]) }
}

extension Value {
    /// The pictures in an image, a tensor of pixels or a list of either; nil for anything else.
    package func asImages() throws -> [Image]? {
        switch self {
        case .list(let items):
            var images: [Image] = []
            for item in items {
                guard case .object = item, let found = try item.asImages(), found.count == 1 else { return nil }
                images += found
            }
            return images.isEmpty ? nil : images
        case .object(let object):
            if let image = object as? ImageValue { return [image.image] }
            guard let tensor = (object as? TensorValue)?.tensor else { return nil }
            if tensor.rank == 3, tensor.shape[0] == 3 { return [try Image(tensor)] }
            guard tensor.rank == 4, tensor.shape[1] == 3 else { return nil }
            return try (0..<tensor.shape[0]).map { try Image(tensor.selected(0, $0)) }
        default: return nil
        }
    }
}

extension Tensor {
    /// The elements as the language's numbers; integers keep digits that a float has no room for.
    var doubles: [Double] { dtype == .int64 ? ints.map(Double.init) : floats.map(Double.init) }
}

import Language
import Tensor

// The way between the language's values and the engine's tensors.

extension Value {
    /// A tensor as a value. One without dimensions is a number, unless gradients flow through it: so `mean(x) > 0.5` is
    /// true or false, and a loss still knows what it was made from.
    package static func tensor(_ tensor: Tensor) -> Value {
        if tensor.rank == 0, !tensor.requiresGradient, let number = tensor.doubles.first { return .number(number) }
        return .object(TensorValue(tensor))
    }

    /// A picture as a value.
    package static func image(_ image: Image, name: String = "") -> Value { .object(ImageValue(image, name: name)) }

    /// The tensor this value stands for: a tensor, a picture, a number, a boolean, a range, or nested lists of them.
    /// nil for anything else.
    package func asTensor() throws -> Tensor? {
        switch self {
        case .number(let number): return try Tensor(Float(number))
        case .boolean(let boolean): return try Tensor(boolean ? 1 : 0)
        case .range(let range):
            guard let count = range.count, count <= 1 << 28 else { return nil }
            return try Tensor((0..<count).map { Float(range[$0]) })
        case .list(let items): return try Value.stacked(items)
        case .object(let object):
            if let tensor = object as? TensorValue { return tensor.tensor }
            return (object as? ImageValue)?.image.tensor
        default: return nil
        }
    }

    /// A list of numbers becomes a row without a detour over one tensor a number.
    private static func stacked(_ items: [Value]) throws -> Tensor? {
        var numbers: [Float] = []
        numbers.reserveCapacity(items.count)
        for item in items {
            guard case .number(let number) = item else { break }
            numbers.append(Float(number))
        }
        if numbers.count == items.count { return try Tensor(numbers) }
        var parts: [Tensor] = []
        for item in items {
            guard let part = try item.asTensor() else { return nil }
            parts.append(part)
        }
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
            "a list with the \(item.typeName) \(item.summary) at [\(path.map(String.init).joined(separator: ", "))]"
        }
    }
}

extension Arguments {
    /// The tensor that a parameter stands for; see `Value.asTensor`.
    func tensor(_ name: String) throws -> Tensor {
        let value = try value(name)
        if let tensor = try value.asTensor() { return tensor }
        throw failure(
            name,
            "'\(verb.name)' expects a tensor, an image, a number or nested lists of numbers, and got "
                + (value.foreignElement ?? value.typeName))
    }

    /// The pictures of a parameter: an image, a list of images, or a tensor of shape [3, height, width] or
    /// [count, 3, height, width].
    func images(_ name: String) throws -> [Image] {
        let value = try value(name)
        guard let images = try value.asImages() else {
            var got = value.typeName
            if case .list(let items) = value {
                got = items.first.map { "a list with \($0.typeName)" } ?? "an empty list"
            }
            throw failure(name, "'\(verb.name)' expects an image or a list of images, and got \(got)")
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

import Language
import Tensor

extension ValueType {
    /// What a tensor verb takes: tensors and pictures, and numbers, ranges and nested lists as tensors.
    static let tensor = ValueType.either([.object("tensor"), .object("image"), .list(), .number(), .range, .boolean])
    /// A dimension, counted from the end when negative.
    static let axis = ValueType.whole()
    /// One or more dimensions.
    static let axes = ValueType.optional(.either([.whole(), .list(of: .whole())]))
    /// Sizes: `2 3`, or one list of them.
    static let sizes = ValueType.either([.whole(in: 0...Int.max), .list(of: .whole(in: 0...Int.max))])
}

extension Parameter {
    static var tensor: Parameter {
        Parameter("x", .tensor, help: "a tensor, an image, a number or nested lists of numbers")
    }

    static func axis(default value: Value, help: String = "the dimension; negative ones count from the last")
        -> Parameter
    {
        Parameter("axis", .axis, default: value, help: help)
    }

    static var axes: Parameter {
        Parameter(
            "axis", .axes, default: .none,
            help: "the dimension or list of dimensions to reduce; all of them when absent")
    }

    static var keep: Parameter {
        .option("keep", .boolean, default: false, help: "whether reduced dimensions stay, with size 1")
    }

    static var shape: Parameter { .rest("shape", .sizes, help: "the sizes, one after another or as one list") }
}

extension Arguments {
    /// Dimensions of a parameter of type `axes`; nil for all.
    func axes(_ name: String = "axis") throws -> [Int]? {
        try optional(name) { try numbers($0).map { Int($0) } }
    }

    /// The sizes of a rest parameter of type `sizes`.
    func shape(_ name: String = "shape") throws -> [Int] {
        try list(name).flatMap { value -> [Int] in
            if case .list(let sizes) = value { return sizes.compactMap(\.whole) }
            return value.whole.map { [$0] } ?? []
        }
    }

    /// A tensor, or nil where the parameter is none.
    func optionalTensor(_ name: String) throws -> Tensor? { try optional(name, tensor) }

    /// The tensors of a list, or those along the first dimension of a tensor.
    func tensors(_ name: String) throws -> [Tensor] {
        guard case .list(let items) = try value(name) else {
            let whole = try tensor(name)
            guard let size = whole.shape.first else { return [whole] }
            return try (0..<size).map { try whole.selected(0, $0) }
        }
        return try items.enumerated().map { position, item in
            guard let tensor = try item.asTensor() else {
                throw failure(
                    name, "'\(name)' of '\(verb.name)' must be tensors, and element \(position) is \(item.described)")
            }
            return tensor
        }
    }

    /// A whole tensor of int64: indexes or identifiers.
    func integers(_ name: String) throws -> Tensor {
        if let exact = try value(name).asIntegers() { return exact }
        let tensor = try tensor(name)
        if let other = tensor.floats.first(where: { $0 != $0.rounded() }) {
            throw failure(name, "'\(name)' of '\(verb.name)' must be whole numbers, not \(other)")
        }
        return try tensor.to(.int64)
    }
}

extension Verb {
    /// A verb that takes one tensor and gives one, for verbs that come from a table.
    static func tensorFunction(
        _ name: String, family: String, summary: String, details: String = "", examples: [Example],
        seeAlso: [String], _ function: @escaping (Tensor) throws -> Tensor
    ) -> Verb {
        Verb(
            name, family: family, summary: summary, parameters: [.tensor], result: "tensor of x's shape",
            details: details, examples: examples, seeAlso: seeAlso
        ) { call in
            .tensor(try function(call.tensor("x")))
        }
    }

    /// The same verb with another type for its first parameter.
    fileprivate func taking(_ type: ValueType) -> Verb {
        let first = Parameter(parameters[0].name, type, help: parameters[0].help)
        return Verb(
            name, family: family, summary: summary, parameters: [first] + parameters.dropFirst(), result: result,
            details: details, examples: examples, seeAlso: seeAlso, takesAnyOption: takesAnyOption, body: body)
    }
}

extension Registry {
    /// Adds verbs of tensors. One whose name the language has already becomes a variant of it, for tensors, pictures
    /// and what else its first parameter takes that the language's own does not: `exp` of a list is a tensor, `sum` of
    /// a list stays the language's.
    func add(tensorVerbs verbs: [Verb]) {
        let kinds: [(ValueType, sample: Value)] = [
            (.list(), [1]), (.number(), 1), (.range, .range(NumberRange(start: 0, stop: 1))), (.boolean, true),
        ]
        for verb in verbs {
            guard let entry = self[verb.name] else {
                add(verb)
                continue
            }
            let free = kinds.filter { kind in
                verb.parameters[0].type.accepts(kind.sample)
                    && !entry.variants.contains { $0.parameters.first?.type.accepts(kind.sample) ?? false }
            }
            add(verb.taking(.either([.object("tensor"), .object("image")] + free.map(\.0))))
        }
    }
}

import Tensor

/// Where a model's parameters stand in files of one origin, as a list of rules.
///
/// A `*` stands for one part of a name between dots and takes the same text on both sides; the first rule that fits
/// counts.
package struct WeightNames: Sendable {
    package enum Form: Sendable {
        case same
        /// Stored as [inputs, outputs].
        case transposed
        /// One of three of the same shape, stacked along the first dimension.
        case third(Int)
        /// The weight of a linear layer, stored as it is or as a convolution over single pixels.
        case pixelwise
    }

    package struct Rule: Sendable {
        let parameter: String
        let stored: String
        let form: Form

        package init(parameter: String, stored: String, form: Form = .same) {
            (self.parameter, self.stored, self.form) = (parameter, stored, form)
        }
    }

    private let rules: [Rule]
    private let keepsOthers: Bool
    /// What such files hold besides weights.
    let ignored: Set<String>

    /// - Parameters:
    ///   - keepsOthers: parameters that no rule fits stand under their own names; otherwise nowhere.
    ///   - ignored: names of what such files hold besides weights.
    package init(rules: [Rule], keepsOthers: Bool = false, ignored: Set<String> = []) {
        (self.rules, self.keepsOthers, self.ignored) = (rules, keepsOthers, ignored)
    }

    /// Every parameter under its own name.
    package static let own = WeightNames(rules: [], keepsOthers: true)

    /// Where a parameter stands, or nil when no rule says.
    func place(of parameter: String) -> (stored: String, form: Form)? {
        let parts = parameter.split(separator: ".")
        for rule in rules {
            let pattern = rule.parameter.split(separator: ".")
            guard pattern.count == parts.count, zip(pattern, parts).allSatisfy({ $0 == "*" || $0 == $1 }) else {
                continue
            }
            var taken = zip(pattern, parts).filter { $0.0 == "*" }.map(\.1)[...]
            let stored = rule.stored.split(separator: ".").map { $0 == "*" ? taken.removeFirst() : $0 }
            return (stored.joined(separator: "."), rule.form)
        }
        return keepsOthers ? (parameter, .same) : nil
    }
}

extension WeightNames.Form {
    /// The shape that a parameter must have in the file, given the one it has there.
    func stored(_ shape: [Int], found: [Int]) -> [Int] {
        switch self {
        case .same: shape
        case .transposed: shape.reversed()
        case .third: [shape[0] * 3] + shape.dropFirst()
        case .pixelwise: found.count == 4 ? shape + [1, 1] : shape
        }
    }

    /// The parameter in what is stored.
    func parameter(_ stored: Tensor) throws -> Tensor {
        switch self {
        case .same: return stored
        case .transposed: return try stored.transposed().contiguous()
        case .third(let third):
            let size = stored.shape[0] / 3
            return try stored.sliced(0, from: third * size, to: (third + 1) * size).contiguous()
        case .pixelwise: return try stored.reshaped(Array(stored.shape.prefix(2)))
        }
    }
}

extension Weights {
    /// The model that `make` builds of these weights.
    ///
    /// - Parameters:
    ///   - names: where its parameters stand.
    ///   - dtype: of the parameters.
    /// - Throws: one ``FileError`` that names every weight that is missing, unexpected or of another shape.
    package func model<Model>(
        _ names: WeightNames = .own, as dtype: DType, _ make: (ParameterSource) throws -> Model
    ) throws -> Model {
        // What is wrong is collected; the stand-ins are never used.
        var missing: [String] = []
        var misshapen: [FileError.Misshapen] = []
        var used = names.ignored
        let source = ParameterSource { name, shape, _ in
            let place = names.place(of: name)
            guard let place, let found = self.shape(of: place.stored) else {
                missing.append(place?.stored ?? name)
                return try Tensor(0).expanded(shape)
            }
            used.insert(place.stored)
            let expected = place.form.stored(shape, found: found)
            guard found == expected else {
                misshapen.append(FileError.Misshapen(name: place.stored, expected: expected, found: found))
                return try Tensor(0).expanded(shape)
            }
            return try place.form.parameter(self.tensor(place.stored, as: dtype))
        }
        let model = try make(source)
        let unexpected = self.names.filter { !used.contains($0) }
        guard missing.isEmpty, unexpected.isEmpty, misshapen.isEmpty else {
            throw FileError.misfit(
                file: url.displayPath, missing: missing, unexpected: unexpected, misshapen: misshapen)
        }
        if dtype == .float32, let widened = model as? any WidenedModel {
            let halves = Set(used.compactMap { type(of: $0) }).intersection([.float16, .bfloat16])
            widened.halfType = halves.count == 1 ? halves.first : nil
        }
        return model
    }
}

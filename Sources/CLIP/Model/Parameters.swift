import Tensor

/// How a parameter starts when a model is made from nothing.
public enum Initialization: Sendable, Equatable {
    case zeros
    case ones
    case constant(Float)
    /// Normal with mean 0 and this standard deviation.
    case normal(Float)
}

/// Hands a model its parameters by their published names and remembers them in the order they were asked for.
///
/// Loading, fresh initialisation and conversion to another element type differ only in the closure behind it.
public final class ParameterSource {
    private let make: (_ name: String, _ shape: [Int], _ start: Initialization) throws -> Tensor
    private(set) var parameters: [(name: String, tensor: Tensor)] = []

    public init(_ make: @escaping (_ name: String, _ shape: [Int], _ start: Initialization) throws -> Tensor) {
        self.make = make
    }

    /// Freshly initialised parameters that ask for gradients.
    public convenience init(generator: Generator) {
        self.init { _, shape, start in
            let tensor: Tensor
            switch start {
            case .zeros: tensor = try Tensor.zeros(shape)
            case .ones: tensor = try Tensor.ones(shape)
            case .constant(let value): tensor = try Tensor.full(shape, value)
            case .normal(let deviation):
                tensor = try Tensor(
                    generator.normal(count: shape.reduce(1, *), standardDeviation: Double(deviation)), shape: shape)
            }
            return try tensor.requireGradient()
        }
    }

    func parameter(_ name: String, _ shape: [Int], _ start: Initialization) throws -> Tensor {
        let tensor = try make(name, shape, start)
        parameters.append((name, tensor))
        return tensor
    }
}

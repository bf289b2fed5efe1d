/// How a parameter starts when a model is made from nothing.
public enum Initialization: Sendable, Equatable {
    case zeros
    case ones
    case constant(Float)
    /// Normal with mean 0 and this standard deviation.
    case normal(Float)
    /// Uniform between plus and minus this bound.
    case uniform(Float)

    /// What PyTorch starts its linear layers and convolutions with: uniform within 1 / √(inputs of one output).
    public static func fanIn(_ inputs: Int) -> Initialization { .uniform(1 / Float(max(inputs, 1)).squareRoot()) }
}

/// Hands a model its parameters by their published names and remembers them in the order they were asked for, and its
/// linear layers, which adapters may be attached to.
///
/// Loading, fresh initialisation and conversion to another element type differ only in the closure behind it.
public final class ParameterSource {
    private let make: (_ name: String, _ shape: [Int], _ start: Initialization) throws -> Tensor
    public private(set) var parameters: NamedTensors = []
    /// Layers by the name of the module, without `.weight`.
    package internal(set) var linears: [String: Linear] = [:]

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
            case .uniform(let bound):
                tensor = try Tensor.rand(shape, low: -bound, high: bound, generator: generator)
            }
            return try tensor.requireGradient()
        }
    }

    package func parameter(_ name: String, _ shape: [Int], _ start: Initialization) throws -> Tensor {
        let tensor = try make(name, shape, start)
        parameters.append((name, tensor))
        return tensor
    }
}

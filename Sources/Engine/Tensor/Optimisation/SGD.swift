import Basics
import Kernels

/// Stochastic gradient descent with momentum, as `torch.optim.SGD`.
public final class SGD: Optimiser {
    public let parameters: NamedTensors
    public var learningRate: Double
    public let momentum: Double
    /// Added to the gradient, times the parameter.
    public let weightDecay: Double
    /// Whether to look ahead along the momentum (Nesterov).
    public let nesterov: Bool
    private var slots: [OptimiserSlots]
    private static let slotNames = ["momentum_buffer"]

    /// - Throws: `RhumbError` for a parameter that can't be updated in place, or Nesterov without momentum.
    public init(
        _ parameters: NamedTensors, learningRate: Double, momentum: Double = 0, weightDecay: Double = 0,
        nesterov: Bool = false
    ) throws {
        try OptimiserState.check(parameters)
        guard !nesterov || momentum > 0 else {
            throw RhumbError("'momentum' of 'sgd' must be above 0 with Nesterov's rule, not \(momentum)")
        }
        self.parameters = parameters
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.nesterov = nesterov
        slots = try parameters.map { try OptimiserSlots(count: 1, like: $0.tensor) }
    }

    public func step() throws {
        let profile = Profile.entering(.operation, "sgd step")
        defer { profile?.leave() }
        for (index, (name, parameter)) in parameters.enumerated() {
            guard let gradient = try OptimiserState.gradient(of: name, parameter) else { continue }
            slots[index].updates += 1
            parameter.storage.version += 1
            rk_sgd_f32(
                parameter.count, parameter.floatPointer, gradient.floatPointer, slots[index].tensors[0].floatPointer,
                Float(learningRate), Float(momentum), Float(weightDecay), nesterov ? 1 : 0)
        }
    }

    public func state() throws -> [String: Tensor] {
        try OptimiserState.export(slots, Self.slotNames, of: parameters)
    }

    public func restore(_ state: [String: Tensor]) throws {
        slots = try OptimiserState.restored(state, Self.slotNames, of: parameters)
    }
}

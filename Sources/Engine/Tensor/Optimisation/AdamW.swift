import Basics
import Foundation
import Kernels

/// Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019), as `torch.optim.AdamW`.
public final class AdamW: Optimiser {
    public let parameters: NamedTensors
    public var learningRate: Double
    /// Decay rates of the running means of the gradient and of its square.
    public let betas: (Double, Double)
    public let epsilon: Double
    public let weightDecay: Double
    /// Which parameters the weight decay applies to.
    private let decays: [Bool]
    private var slots: [OptimiserSlots]
    private static let slotNames = ["exp_avg", "exp_avg_sq"]

    /// - Parameters:
    ///   - decaying: which parameters decay; all by default. Language and image models usually spare biases, gains and
    ///     scales.
    /// - Throws: `RhumbError` for a parameter that can't be updated in place.
    public init(
        _ parameters: NamedTensors, learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 1e-2, decaying: (String, Tensor) -> Bool = { _, _ in true }
    ) throws {
        try OptimiserState.check(parameters)
        self.parameters = parameters
        self.learningRate = learningRate
        self.betas = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        decays = parameters.map(decaying)
        slots = try parameters.map { try OptimiserSlots(count: 2, like: $0.tensor) }
    }

    public func step() throws {
        let profile = Profile.entering(.operation, "adamw step")
        defer { profile?.leave() }
        for (index, (name, parameter)) in parameters.enumerated() {
            guard let gradient = try OptimiserState.gradient(of: name, parameter) else { continue }
            slots[index].updates += 1
            let updates = Double(slots[index].updates)
            let update = rk_adamw(
                beta2: Float(betas.1), share1: Float(1 - betas.0), share2: Float(1 - betas.1),
                keep: Float(1 - learningRate * (decays[index] ? weightDecay : 0)),
                step_size: Float(learningRate / (1 - pow(betas.0, updates))),
                root_correction: Float((1 - pow(betas.1, updates)).squareRoot()), epsilon: Float(epsilon))
            parameter.storage.version += 1
            rk_adamw_f32(
                parameter.count, parameter.floatPointer, gradient.floatPointer, slots[index].tensors[0].floatPointer,
                slots[index].tensors[1].floatPointer, update)
        }
    }

    public func state() throws -> [String: Tensor] {
        try OptimiserState.export(slots, Self.slotNames, of: parameters)
    }

    public func restore(_ state: [String: Tensor]) throws {
        slots = try OptimiserState.restored(state, Self.slotNames, of: parameters)
    }
}

import Basics
import Kernels

/// A running average of parameters, smoother than the parameters themselves: average += (1 − decay) (p − average).
public final class ExponentialMovingAverage {
    public let parameters: NamedTensors
    public let decay: Double
    /// Whether early updates count more, so that the start is soon forgotten: the first replaces the average, update t
    /// after it decays by min(decay, (1 + t) / (10 + t)), as in diffusers' `EMAModel`.
    public let warmsUp: Bool
    /// How many updates there were.
    public private(set) var updates = 0
    private var averages: [Tensor]

    /// Begins with the parameters as they are.
    public init(_ parameters: NamedTensors, decay: Double = 0.999, warmsUp: Bool = true) throws {
        try OptimiserState.check(parameters)
        guard (0...1).contains(decay) else { throw RhumbError("'decay' of 'ema' must be from 0 to 1, not \(decay)") }
        self.parameters = parameters
        self.decay = decay
        self.warmsUp = warmsUp
        averages = try parameters.map { try $0.tensor.copied() }
    }

    /// Moves the averages towards the parameters, after a step.
    public func update() {
        let count = Double(updates)
        let present = warmsUp ? (updates == 0 ? 0 : min(decay, (1 + count) / (10 + count))) : decay
        updates += 1
        for ((_, parameter), average) in zip(parameters, averages) {
            rk_approach_f32(parameter.count, average.floatPointer, parameter.floatPointer, Float(1 - present))
        }
    }

    /// The averages, under the parameters' names; copies.
    public func averaged() throws -> NamedTensors {
        try zip(parameters, averages).map { ($0.name, try $1.copied()) }
    }

    /// Runs `body` with the averages in the place of the parameters, which come back afterwards, also on an error.
    public func withAverages<Result>(_ body: () throws -> Result) throws -> Result {
        exchange()
        defer { exchange() }
        return try body()
    }

    private func exchange() {
        for ((_, parameter), average) in zip(parameters, averages) {
            parameter.storage.version += 1
            average.storage.version += 1
            for index in 0..<parameter.count { swap(&parameter.floatPointer[index], &average.floatPointer[index]) }
        }
    }

    /// Everything the next update depends on, by name: fit for a safetensors file.
    public func state() throws -> [String: Tensor] {
        var state = ["updates": try Tensor(integers: [updates])]
        for ((name, _), average) in zip(parameters, averages) { state["average.\(name)"] = try average.copied() }
        return state
    }

    /// Continues where `state()` was taken.
    /// - Throws: `RhumbError` naming what is missing or of another shape; nothing has changed then.
    public func restore(_ state: [String: Tensor]) throws {
        guard let count = state["updates"], count.count == 1 else {
            throw RhumbError("the average's state has no 'updates'")
        }
        averages = try parameters.map { name, parameter in
            guard let average = state["average.\(name)"], average.shape == parameter.shape else {
                throw RhumbError(
                    "the average's state has no 'average.\(name)' of shape \(Words.shape(parameter.shape))")
            }
            return try average.to(.float32).copied()
        }
        updates = count.ints[0]
    }
}

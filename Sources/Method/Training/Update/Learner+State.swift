import Basics
import Files
import Tensor

extension Learner {
    /// Parameters, moments and running average by name, as a checkpoint holds them.
    public func state() throws -> [String: Tensor] {
        var state: [String: Tensor] = [:]
        for (name, tensor) in optimiser.parameters { state["parameter.\(name)"] = tensor.detached() }
        for (name, tensor) in try optimiser.state() { state["optimiser.\(name)"] = tensor }
        for (name, tensor) in try average?.state() ?? [:] { state["average.\(name)"] = tensor }
        return state
    }

    /// Puts everything where `state()` found it.
    ///
    /// - Parameter missing: the error for a parameter that the checkpoint lacks or has in another shape.
    /// - Throws: that error, or `RhumbError` for moments or averages that don't fit. Nothing has changed then.
    public func restore(from checkpoint: Checkpoint, missing: (_ name: String, _ shape: [Int]) -> RhumbError) throws {
        let saved = try checkpoint.tensors("parameter.")
        for (name, tensor) in optimiser.parameters where saved[name]?.shape != tensor.shape {
            throw missing(name, tensor.shape)
        }
        let former = try optimiser.state()
        try optimiser.restore(checkpoint.tensors("optimiser."))
        do {
            try average?.restore(checkpoint.tensors("average."))
        } catch {
            try optimiser.restore(former)
            throw error
        }
        try withoutGradients {
            for (name, tensor) in optimiser.parameters { try tensor.assign(saved[name]!) }
        }
    }
}

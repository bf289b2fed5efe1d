import Basics
import Kernels

/// Bounding a step by the length of all gradients together.
public enum GradientClipping {
    /// The Euclidean length of all gradients as one vector; 0 where there are none.
    public static func norm(_ parameters: NamedTensors) throws -> Double {
        var total = 0.0
        for case let gradient? in parameters.map(\.tensor.gradient) {
            let length = Double(try gradient.detached().norm().item)
            total += length * length
        }
        return total.squareRoot()
    }

    /// Scales all gradients so that their common length is at most `maximum`, as
    /// `torch.nn.utils.clip_grad_norm_(…, error_if_nonfinite=True)`.
    /// - Returns: the length before.
    /// - Throws: `RhumbError` naming the first parameter whose gradient is not finite; nothing has changed then.
    @discardableResult
    public static func clip(_ parameters: NamedTensors, maximum: Double) throws -> Double {
        let norm = try norm(parameters)
        guard norm.isFinite else {
            let culprit = try parameters.first { parameter in
                guard let gradient = parameter.tensor.gradient else { return false }
                return try !gradient.detached().norm().item.isFinite
            }
            throw RhumbError(
                "the gradient of '\(culprit?.name ?? "all parameters together")' is not finite",
                hint: "try a smaller learning rate, or look at the loss for overflow")
        }
        let share = maximum / (norm + 1e-6)
        if share < 1 {
            // New tensors: a gradient may be shared with another parameter, or be a view that repeats one value.
            for (_, tensor) in parameters {
                tensor.gradient = try tensor.gradient.map { try $0.detached() * Float(share) }
            }
        }
        return norm
    }
}

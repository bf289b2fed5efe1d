/// x Wᵀ + b, with an adapter beside it where one is attached.
package final class Linear {
    /// [outputs, inputs]
    package let weight: Tensor
    /// [outputs], where the layer has one.
    package let bias: Tensor?
    /// Added to what the frozen weight gives.
    package var adapter: LowRankAdapter?

    /// - Parameter start: of the weight; PyTorch's by default. The bias starts at zero with a normal weight, else as
    ///   the weight does.
    package init(
        _ source: ParameterSource, _ name: String, _ inputs: Int, _ outputs: Int, start: Initialization? = nil,
        bias hasBias: Bool = true
    ) throws {
        weight = try source.parameter("\(name).weight", [outputs, inputs], start ?? .fanIn(inputs))
        bias =
            hasBias
            ? try source.parameter("\(name).bias", [outputs], start == nil ? .fanIn(inputs) : .zeros) : nil
        source.linears[name] = self
    }

    package convenience init(
        _ source: ParameterSource, _ name: String, _ inputs: Int, _ outputs: Int, deviation: Float
    ) throws {
        try self.init(source, name, inputs, outputs, start: .normal(deviation))
    }

    /// activation(x Wᵀ + b) + residual. […, inputs] → […, outputs].
    package func callAsFunction(
        _ x: Tensor, _ activation: Tensor.Activation = .identity, addedTo residual: Tensor? = nil
    ) throws -> Tensor {
        guard let adapter, adapter.isEnabled else {
            return try x.linear(weight, bias: bias, activation: activation, residual: residual)
        }
        return try adapter(x, addedTo: x.linear(weight, bias: bias)).finished(activation, residual)
    }
}

/// A low-rank correction to a linear layer: y + scale · up(down(x)) (Hu et al. 2021).
public final class LowRankAdapter {
    /// [rank, inputs]
    public let down: Tensor
    /// [outputs, rank]
    public let up: Tensor
    /// alpha / rank
    public let scale: Float
    /// False while the layer is to act as it did before.
    public var isEnabled = true

    public init(down: Tensor, up: Tensor, scale: Float) {
        (self.down, self.up, self.scale) = (down, up, scale)
    }

    func callAsFunction(_ x: Tensor, addedTo y: Tensor) throws -> Tensor {
        // The matrices stay in float32 where what they correct has less precision.
        try y + x.linear(down.to(x.dtype)).linear(up.to(x.dtype)) * scale
    }
}

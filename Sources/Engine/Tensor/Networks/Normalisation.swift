/// Layer normalisation with gain and bias.
package struct LayerNorm {
    package let weight: Tensor
    package let bias: Tensor
    package let epsilon: Float

    package init(_ source: ParameterSource, _ name: String, _ width: Int, epsilon: Float) throws {
        weight = try source.parameter("\(name).weight", [width], .ones)
        bias = try source.parameter("\(name).bias", [width], .zeros)
        self.epsilon = epsilon
    }

    package func callAsFunction(_ x: Tensor) throws -> Tensor {
        try x.layerNorm(weight: weight, bias: bias, epsilon: epsilon)
    }
}

/// Group normalisation with gain and bias; channels innermost.
package struct GroupNorm {
    package let weight: Tensor
    package let bias: Tensor
    package let groups: Int
    package let epsilon: Float

    package init(_ source: ParameterSource, _ name: String, _ channels: Int, groups: Int, epsilon: Float) throws {
        weight = try source.parameter("\(name).weight", [channels], .ones)
        bias = try source.parameter("\(name).bias", [channels], .zeros)
        (self.groups, self.epsilon) = (groups, epsilon)
    }

    /// activation(norm(x + added)), added [batch, channels]. [batch, …, channels] → the same.
    package func callAsFunction(
        _ x: Tensor, adding added: Tensor? = nil, _ activation: Tensor.Activation = .identity
    ) throws -> Tensor {
        try x.groupNorm(
            groups: groups, weight: weight, bias: bias, epsilon: epsilon, adding: added, activation: activation)
    }
}

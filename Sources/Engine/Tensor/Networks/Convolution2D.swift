/// A two-dimensional convolution with a bias; channels innermost.
package struct Convolution2D {
    /// [outputs, inputs, kernel, kernel]
    package let weight: Tensor
    /// [outputs]
    package let bias: Tensor
    package let geometry: Convolution

    /// - Parameter kernel: its side in pixels; by default the padding keeps the size where the stride is 1.
    package init(
        _ source: ParameterSource, _ name: String, _ inputs: Int, _ outputs: Int, kernel: Int = 3,
        geometry: Convolution? = nil
    ) throws {
        let fan = Initialization.fanIn(inputs * kernel * kernel)
        weight = try source.parameter("\(name).weight", [outputs, inputs, kernel, kernel], fan)
        bias = try source.parameter("\(name).bias", [outputs], fan)
        self.geometry = geometry ?? Convolution(padding: kernel / 2)
    }

    /// x ∗ w + b + residual. [batch, height, width, inputs] → [batch, height', width', outputs].
    package func callAsFunction(_ x: Tensor, addedTo residual: Tensor? = nil) throws -> Tensor {
        try x.conv2d(weight, bias: bias, geometry, residual: residual)
    }
}

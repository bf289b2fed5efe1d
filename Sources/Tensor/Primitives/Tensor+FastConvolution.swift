import OneDNN

/// A convolution through oneDNN: its geometry, and its weights in the layouts that the three passes want.
struct FastConvolution {
    let geometry: Convolution
    /// [outputs, inputs, kernelHeight, kernelWidth]
    let weight: Tensor
    /// Whether gradients will be asked for.
    var isRecorded = false

    private var primitive: onednn_geometry {
        let (top, left, bottom, right) = geometry.padding
        return onednn_geometry(
            strides: (geometry.stride, geometry.stride), dilations: (geometry.dilation, geometry.dilation),
            padding: (top, bottom, left, right))
    }

    /// y = x ∗ w + b, activated, plus the residual; nil when there is no kernel for it.
    ///
    /// - Parameter place: where y is to be, dense; in memory of its own when absent.
    func forward(
        _ x: Tensor, bias: Tensor?, _ activation: Tensor.Activation, residual: Tensor?, _ target: [Int],
        into place: Tensor? = nil
    ) throws -> Tensor? {
        guard Engine.usesPrimitives, x.dtype.isFloatingPoint, x.dtype == weight.dtype, x.count > 0, weight.count > 0,
            target.allSatisfy({ $0 > 0 })
        else { return nil }
        let x = try x.detached().contiguous(), bias = try bias?.detached().contiguous()
        let residual = try residual?.detached().to(x.dtype).contiguous()
        let y = try place ?? Tensor(uninitialized: target, x.dtype)
        if activation == .identity, let winograd = WinogradConvolution(weight, geometry, of: x.dtype, to: target, isRecorded: isRecorded),
            let y = try winograd.forward(x, bias: bias, residual: residual, into: y)
        {
            return y
        }
        let packed = try PackedWeights.of(weight, for: .convolution)
        var (input, output, shape) = (x.primitive(), y.primitive(), primitive)
        let status = withExtendedLifetime((x, bias, residual)) {
            Primitives.withEpilogue(bias: bias, activation, residual: residual?.primitive()) {
                onednn_convolution(&input, packed.handle, &output, &shape, $0)
            }
        }
        guard try Primitives.ran(status, "conv2d") else { return nil }
        packed.settle(weight)
        return y
    }

    /// dx from dy; nil when there is no kernel for it.
    func backwardData(_ dy: Tensor, _ target: [Int]) throws -> Tensor? {
        let dy = try dy.contiguous(), dx = try Tensor(uninitialized: target, dy.dtype)
        let winograd = WinogradConvolution(weight, geometry, of: dy.dtype, to: dy.shape, isRecorded: true)
        if let dx = try winograd?.backwardData(dy, into: dx) { return dx }
        let packed = try PackedWeights.of(weight, for: .convolution)
        var (gradient, result, shape) = (dy.primitive(), dx.primitive(), primitive)
        let status = withExtendedLifetime(dy) { onednn_convolution_backward_data(&gradient, packed.handle, &result, &shape) }
        return try Primitives.ran(status, "conv2d") ? dx : nil
    }

    /// dw, and db where there is a bias, from x and dy, both in float32; nil when there is no kernel for it.
    func backwardWeights(_ x: Tensor, _ dy: Tensor, bias: Tensor?) throws -> (dw: Tensor, db: Tensor?)? {
        let x = try x.detached().contiguous(), dy = try dy.contiguous()
        let winograd = WinogradConvolution(weight, geometry, of: x.dtype, to: dy.shape, isRecorded: true)
        if let result = try winograd?.backwardWeights(x, dy, bias: bias) { return result }
        if weight.shape[2...] == [1, 1], geometry == Convolution() {
            // Under a kernel of one pixel they are a product of matrices, for which there is a faster kernel.
            let rows = try dy.reshaped([dy.count / weight.shape[0], weight.shape[0]])
            let pixels = try x.reshaped([x.count / weight.shape[1], weight.shape[1]])
            if let dw = try Tensor.fastProduct(rows.transposed(), pixels, batch: [], as: .float32) {
                return (try dw.reshaped(weight.shape), try bias.map { _ in try rows.columnSums() })
            }
        }
        let dw = try Tensor(uninitialized: weight.shape), db = try bias.map { try Tensor(uninitialized: $0.shape) }
        var (input, gradient, result, shape) = (x.primitive(), dy.primitive(), dw.primitive(), primitive)
        var sums = db?.primitive() ?? onednn_tensor()
        let status = withExtendedLifetime((x, dy)) {
            withUnsafePointer(to: &sums) {
                onednn_convolution_backward_weights(&input, &gradient, &result, db == nil ? nil : $0, 1, &shape)
            }
        }
        guard try Primitives.ran(status, "conv2d") else { return nil }
        return (dw, db)
    }
}

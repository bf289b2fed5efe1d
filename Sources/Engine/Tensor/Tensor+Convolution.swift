import Basics
import Kernels

/// Geometry of a two-dimensional convolution, in pixels.
public struct Convolution: Hashable, Sendable {
    public var stride: Int
    /// Zeros added above, left, below and right.
    public var padding: (top: Int, left: Int, bottom: Int, right: Int) { (top, left, bottom, right) }
    public var dilation: Int
    private var top: Int, left: Int, bottom: Int, right: Int

    public init(stride: Int = 1, padding: Int = 0, dilation: Int = 1) {
        self.init(stride: stride, top: padding, left: padding, bottom: padding, right: padding, dilation: dilation)
    }

    /// Uneven padding, as the down-samplers of image autoencoders have.
    public init(stride: Int = 1, top: Int, left: Int, bottom: Int, right: Int, dilation: Int = 1) {
        (self.stride, self.dilation) = (stride, dilation)
        (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
    }

    /// Height and width of the result.
    func output(height: Int, width: Int, kernel: (Int, Int)) -> (Int, Int) {
        (
            (height + top + bottom - dilation * (kernel.0 - 1) - 1) / stride + 1,
            (width + left + right - dilation * (kernel.1 - 1) - 1) / stride + 1
        )
    }
}

extension Tensor {
    /// activation(x ∗ w + b) + residual: two-dimensional convolution (cross-correlation, as usual in deep learning),
    /// in one primitive where nothing is recorded.
    ///
    /// - Parameters:
    ///   - weight: [outputs, inputs, kernelHeight, kernelWidth], as checkpoints keep it.
    ///   - bias: [outputs].
    ///   - residual: of the result's shape, added at the end.
    /// - Shapes: channels innermost: [batch, height, width, inputs] → [batch, height', width', outputs].
    public func conv2d(
        _ weight: Tensor, bias: Tensor? = nil, _ geometry: Convolution = Convolution(),
        activation: Activation = .identity, residual: Tensor? = nil
    ) throws -> Tensor {
        guard rank == 4, weight.rank == 4, shape[3] == weight.shape[1] else {
            throw RhumbError.shapes(
                shape, weight.shape, in: "conv2d",
                because: "they must be [batch, height, width, inputs] and [outputs, inputs, height, width]")
        }
        if let bias, bias.shape != [weight.shape[0]] {
            throw RhumbError.shapes(
                weight.shape, bias.shape, in: "conv2d", because: "the bias must have \(weight.shape[0]) elements")
        }
        guard geometry.stride > 0, geometry.dilation > 0 else {
            throw RhumbError(
                "'stride' and 'dilation' of 'conv2d' must be at least 1, not \(geometry.stride) and \(geometry.dilation)"
            )
        }
        let (oh, ow) = geometry.output(height: shape[1], width: shape[2], kernel: (weight.shape[2], weight.shape[3]))
        guard oh > 0, ow > 0 else {
            throw RhumbError.shapes(
                shape, weight.shape, in: "conv2d", because: "the kernel is larger than the padded input")
        }
        let target = [shape[0], oh, ow, weight.shape[0]]
        if let residual, residual.shape != target {
            throw RhumbError.shapes(
                target, residual.shape, in: "conv2d", because: "the residual must have the result's shape")
        }
        try StopFlag.check()
        let profile = Profile.entering(.operation, "conv2d")
        defer { profile?.leave() }
        let inputs = [self, weight] + (bias.map { [$0] } ?? [])
        let isRecorded = Tensor.records(inputs + (residual.map { [$0] } ?? []))
        let fast = FastConvolution(
            geometry: geometry, weight: weight.detached(), isRecorded: isRecorded,
            isFrozen: isRecorded && !weight.requiresGradient)
        guard isRecorded else {
            return try fast.forward(self, bias: bias, activation, residual: residual, target)
                ?? referenceConvolution(weight, bias, geometry).finished(activation, residual)
        }
        // A derivative needs what went into the activation, so that stays an operation of its own, as what follows it.
        let added = activation == .identity && residual?.dtype == dtype ? residual : nil
        guard let result = try fast.forward(self, bias: bias, .identity, residual: added, target) else {
            return try referenceConvolution(weight, bias, geometry).finished(activation, residual)
        }
        // x is kept where weights want a gradient, and nothing of a frozen layer.
        let wanted = (x: requiresGradient, weight: weight.requiresGradient, bias: bias?.requiresGradient == true)
        let kept = wanted.weight || wanted.bias ? detached() : nil
        return try result.recorded("conv2d", inputs + (added.map { [$0] } ?? [])) { [shape, dtype] dy in
            let beside = added == nil ? [] : [dy]
            let dx = wanted.x ? try fast.backwardData(dy, shape) : nil
            let parameters = try kept.flatMap { try fast.backwardWeights($0, dy, bias: bias) }
            if (dx == nil && wanted.x) || (parameters == nil && wanted.weight) {
                // dx does not depend on x.
                let x = try kept ?? Tensor.zeros(shape, dtype)
                return try x.referenceGradients(weight, bias, geometry, dy, wanted) + beside
            }
            return [dx, parameters?.dw] + (bias == nil ? [] : [parameters?.db]) + beside
        }.finished(activation, added == nil ? residual : nil)
    }

    /// The reference implementation: a matrix product over the patches under the kernel.
    private func referenceConvolution(_ weight: Tensor, _ bias: Tensor?, _ geometry: Convolution) throws -> Tensor {
        let (kh, kw) = (weight.shape[2], weight.shape[3])
        let output = geometry.output(height: shape[1], width: shape[2], kernel: (kh, kw))
        let patches = try patches(geometry, kernel: (kh, kw), output: output)
        // [outputs, kernelHeight · kernelWidth · inputs], the order of the patches.
        let kernel = try weight.permuted([0, 2, 3, 1]).reshaped([weight.shape[0], kh * kw * shape[3]])
        return try patches.linear(kernel, bias: bias)
            .reshaped([shape[0], output.0, output.1, weight.shape[0]]).to(weight.dtype == dtype ? dtype : .float32)
    }

    /// Derivatives of the reference implementation, where oneDNN lacks one of its own.
    private func referenceGradients(
        _ weight: Tensor, _ bias: Tensor?, _ geometry: Convolution, _ dy: Tensor,
        _ wanted: (x: Bool, weight: Bool, bias: Bool)
    ) throws -> [Tensor?] {
        let leaves = try zip([self, weight] + (bias.map { [$0] } ?? []), [wanted.x, wanted.weight, wanted.bias]).map {
            try $0.detached().requireGradient($1)
        }
        try Engine.recording {
            try leaves[0].referenceConvolution(leaves[1], bias == nil ? nil : leaves[2], geometry).backward(dy)
        }
        return leaves.map(\.gradient)
    }

    /// The patch under each position of the kernel, as rows, for the reference implementation by a matrix product.
    private func patches(_ geometry: Convolution, kernel: (Int, Int), output: (Int, Int)) throws -> Tensor {
        try StopFlag.check()
        let x = try to(.float32).contiguous()
        let plan = rk_patches(
            batch: shape[0], height: shape[1], width: shape[2], channels: shape[3], kernel_height: kernel.0,
            kernel_width: kernel.1, out_height: output.0, out_width: output.1, stride_y: geometry.stride,
            stride_x: geometry.stride, dilation_y: geometry.dilation, dilation_x: geometry.dilation,
            pad_top: geometry.padding.top, pad_left: geometry.padding.left)
        let result = try Tensor(uninitialized: [shape[0] * output.0 * output.1, kernel.0 * kernel.1 * shape[3]])
        rk_patches_gather_f32(plan, x.floatPointer, result.floatPointer)
        return result.recorded("patches", [x]) {
            let dx = try Tensor.zeros(x.shape)
            rk_patches_scatter_f32(plan, try $0.contiguous().floatPointer, dx.floatPointer)
            return [dx]
        }
    }
}

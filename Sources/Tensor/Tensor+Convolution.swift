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
    /// Two-dimensional convolution (cross-correlation, as everywhere in this field).
    ///
    /// - Parameters:
    ///   - weight: [outputs, inputs, kernelHeight, kernelWidth], as checkpoints keep it.
    ///   - bias: [outputs].
    /// - Shapes: channels innermost: [batch, height, width, inputs] → [batch, height', width', outputs].
    public func conv2d(_ weight: Tensor, bias: Tensor? = nil, _ geometry: Convolution = Convolution()) throws -> Tensor {
        guard rank == 4, weight.rank == 4, shape[3] == weight.shape[1] else {
            throw TensorError.shapes(shape, weight.shape, in: "conv2d", because: "expected [batch, height, width, inputs] and [outputs, inputs, height, width]")
        }
        let (kh, kw) = (weight.shape[2], weight.shape[3])
        let (oh, ow) = geometry.output(height: shape[1], width: shape[2], kernel: (kh, kw))
        guard oh > 0, ow > 0, geometry.stride > 0, geometry.dilation > 0 else {
            throw TensorError.shapes(shape, weight.shape, in: "conv2d", because: "the kernel is larger than the padded input")
        }
        let patches = try patches(geometry, kernel: (kh, kw), output: (oh, ow))
        // [outputs, kernelHeight · kernelWidth · inputs], the order of the patches.
        let kernel = try weight.permuted([0, 2, 3, 1]).reshaped([weight.shape[0], kh * kw * shape[3]])
        return try patches.linear(kernel, bias: bias).reshaped([shape[0], oh, ow, weight.shape[0]])
    }

    /// The patch under each position of the kernel, as rows: the readable way to convolve by a matrix product.
    private func patches(_ geometry: Convolution, kernel: (Int, Int), output: (Int, Int)) throws -> Tensor {
        try Engine.checkCancelled()
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

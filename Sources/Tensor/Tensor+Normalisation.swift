import Kernels

extension Tensor {
    /// exp(x) / Σ exp(x) along `axis`.
    public func softmax(_ axis: Int = -1) throws -> Tensor {
        let at = try resolve(axis: axis, in: "softmax")
        if at != rank - 1 { return try transposed(at, -1).softmax(-1).transposed(at, -1) }
        try Engine.checkCancelled()
        let columns = shape[at], x = try to(.float32).contiguous()
        let rows = columns == 0 ? 0 : count / columns
        let y = try Tensor(uninitialized: shape)
        rk_softmax_rows_f32(rows, columns, x.floatPointer, y.floatPointer)
        let kept = y.detached(), from = dtype
        return try (dtype == .bfloat16 ? y.to(.bfloat16) : y).recorded("softmax", [self]) {
            let g = try $0.to(.float32).contiguous()
            let dx = try Tensor(uninitialized: kept.shape)
            rk_softmax_rows_gradient_f32(rows, columns, kept.floatPointer, g.floatPointer, dx.floatPointer)
            return [try dx.to(from)]
        }
    }

    /// x − log Σ exp(x) along `axis`.
    public func logSoftmax(_ axis: Int = -1) throws -> Tensor {
        let shifted = try self - detached().max([axis], keepDims: true)
        return try shifted - shifted.exp().sum([axis], keepDims: true).log()
    }

    /// log Σ exp(x) along `axis`, without overflow.
    public func logSumExp(_ axis: Int = -1, keepDims: Bool = false) throws -> Tensor {
        let top = try detached().max([axis], keepDims: true)
        let result = try (self - top).exp().sum([axis], keepDims: true).log() + top
        return keepDims ? result : try result.squeezed(axis)
    }

    /// Rows of the last dimension brought to mean 0 and variance 1, then scaled and shifted (Ba et al. 2016).
    ///
    /// - Parameter weight, bias: [width], both optional.
    public func layerNorm(weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Float = 1e-5) throws -> Tensor {
        guard let columns = shape.last, columns > 0 else {
            throw TensorError.shape(shape, in: "layer_norm", expected: "a last dimension of at least one element")
        }
        for parameter in [weight, bias].compactMap({ $0 }) where parameter.shape != [columns] {
            throw TensorError.shapes(shape, parameter.shape, in: "layer_norm", because: "weight and bias must have \(columns) elements")
        }
        try Engine.checkCancelled()
        let rows = count / columns, from = dtype
        let x = try to(.float32).contiguous()
        let w = try weight?.to(.float32).contiguous(), b = try bias?.to(.float32).contiguous()
        let y = try Tensor(uninitialized: shape), mean = try Tensor(uninitialized: [rows]), rstd = try Tensor(uninitialized: [rows])
        rk_layer_norm_f32(rows, columns, x.floatPointer, w?.floatPointer, b?.floatPointer, epsilon, y.floatPointer, mean.floatPointer, rstd.floatPointer)
        let inputs = [self] + [weight, bias].compactMap { $0 }
        return try (from == .bfloat16 ? y.to(.bfloat16) : y).recorded("layer_norm", inputs) {
            let g = try $0.to(.float32).contiguous()
            let dx = try Tensor(uninitialized: x.shape)
            let dw = try weight.map { _ in try Tensor.zeros([columns]) }, db = try bias.map { _ in try Tensor.zeros([columns]) }
            rk_layer_norm_gradient_f32(
                rows, columns, x.floatPointer, w?.floatPointer, mean.floatPointer, rstd.floatPointer, g.floatPointer,
                dx.floatPointer, dw?.floatPointer, db?.floatPointer)
            return [try dx.to(from)] + [dw, db].compactMap { $0 }
        }
    }

    /// Groups of channels brought to mean 0 and variance 1 over all positions, then scaled and shifted a channel
    /// (Wu and He 2018). Channels are innermost: [batch, …, channels].
    public func groupNorm(groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Float = 1e-5) throws -> Tensor {
        guard rank >= 2, let channels = shape.last, groups > 0, channels > 0, channels % groups == 0 else {
            throw TensorError.shape(shape, in: "group_norm", expected: "[batch, …, channels] with channels divisible into \(groups) groups")
        }
        for parameter in [weight, bias].compactMap({ $0 }) where parameter.shape != [channels] {
            throw TensorError.shapes(shape, parameter.shape, in: "group_norm", because: "weight and bias must have \(channels) elements")
        }
        try Engine.checkCancelled()
        let batch = shape[0], positions = shape.dropFirst().dropLast().reduce(1, *), from = dtype
        let x = try to(.float32).contiguous()
        let w = try weight?.to(.float32).contiguous(), b = try bias?.to(.float32).contiguous()
        let y = try Tensor(uninitialized: shape)
        let mean = try Tensor(uninitialized: [batch, groups]), rstd = try Tensor(uninitialized: [batch, groups])
        rk_group_norm_f32(
            batch, positions, channels, groups, x.floatPointer, w?.floatPointer, b?.floatPointer, epsilon,
            y.floatPointer, mean.floatPointer, rstd.floatPointer)
        let inputs = [self] + [weight, bias].compactMap { $0 }
        return try (from == .bfloat16 ? y.to(.bfloat16) : y).recorded("group_norm", inputs) {
            let g = try $0.to(.float32).contiguous()
            let dx = try Tensor(uninitialized: x.shape)
            let dw = try weight.map { _ in try Tensor.zeros([channels]) }, db = try bias.map { _ in try Tensor.zeros([channels]) }
            rk_group_norm_gradient_f32(
                batch, positions, channels, groups, x.floatPointer, w?.floatPointer, mean.floatPointer, rstd.floatPointer,
                g.floatPointer, dx.floatPointer, dw?.floatPointer, db?.floatPointer)
            return [try dx.to(from)] + [dw, db].compactMap { $0 }
        }
    }
}

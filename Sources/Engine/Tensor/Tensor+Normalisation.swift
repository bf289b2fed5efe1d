import Basics
import Kernels

extension Tensor {
    /// exp(x) / Σ exp(x) along `axis`.
    public func softmax(_ axis: Int = -1) throws -> Tensor {
        let at = try resolve(axis: axis, in: "softmax")
        if at != rank - 1 { return try transposed(at, -1).softmax(-1).transposed(at, -1) }
        try StopFlag.check()
        let profile = Profile.entering(.operation, "softmax")
        defer { profile?.leave() }
        let y = try softmaxRows().to(dtype == .bfloat16 ? .bfloat16 : .float32), kept = y.detached()
        return y.recorded("softmax", [self]) { [try kept.softmaxGradient($0)] }
    }

    private func softmaxRows() throws -> Tensor {
        let columns = shape[rank - 1], x = try detached().to(.float32).contiguous()
        let y = try Tensor(uninitialized: shape)
        rk_softmax_rows_f32(columns == 0 ? 0 : count / columns, columns, x.floatPointer, y.floatPointer)
        return y
    }

    /// dx of y = softmax(x) along the last dimension, where this tensor is y.
    func softmaxGradient(_ dy: Tensor) throws -> Tensor {
        let columns = shape[rank - 1]
        let y = try detached().to(.float32).contiguous(), g = try dy.detached().to(.float32).contiguous()
        let dx = try Tensor(uninitialized: shape)
        rk_softmax_rows_gradient_f32(
            columns == 0 ? 0 : count / columns, columns, y.floatPointer, g.floatPointer, dx.floatPointer)
        return try dx.to(dtype)
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
            throw RhumbError.shape(shape, in: "layer_norm", must: "have at least one element in its last dimension")
        }
        for parameter in [weight, bias].compactMap({ $0 }) where parameter.shape != [columns] {
            throw RhumbError.shapes(
                shape, parameter.shape, in: "layer_norm", because: "weight and bias must have \(columns) elements")
        }
        try StopFlag.check()
        let profile = Profile.entering(.operation, "layer_norm")
        defer { profile?.leave() }
        let inputs = [self] + [weight, bias].compactMap { $0 }
        if let (y, plan) = try FastLayerNorm.forward(self, weight, bias, epsilon) {
            return y.recorded("layer_norm", inputs) { dy in
                if let (dx, dw, db) = try plan.backward(dy) {
                    return [dx, try dw.to(weight?.dtype ?? .float32), try db.to(bias?.dtype ?? .float32)]
                }
                // mean and variance are oneDNN's; the reference derivative needs 1 / standard deviation.
                let rstd = try (plan.variance + epsilon).reciprocalSquareRoot()
                return try self.layerNormGradients(dy, weight, bias, plan.mean, rstd)
            }
        }
        let rows = count / columns, x = try detached().to(.float32).contiguous()
        let w = try weight?.detached().to(.float32).contiguous(), b = try bias?.detached().to(.float32).contiguous()
        let y = try Tensor(uninitialized: shape), mean = try Tensor(uninitialized: [rows]),
            rstd = try Tensor(uninitialized: [rows])
        rk_layer_norm_f32(
            rows, columns, x.floatPointer, w?.floatPointer, b?.floatPointer, epsilon, y.floatPointer, mean.floatPointer,
            rstd.floatPointer)
        return try (dtype == .bfloat16 ? y.to(.bfloat16) : y).recorded("layer_norm", inputs) {
            try self.layerNormGradients($0, weight, bias, mean, rstd)
        }
    }

    private func layerNormGradients(
        _ dy: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ mean: Tensor, _ rstd: Tensor
    ) throws -> [Tensor?] {
        let columns = shape[rank - 1], x = try detached().to(.float32).contiguous(),
            g = try dy.to(.float32).contiguous()
        let w = try weight?.detached().to(.float32).contiguous(), dx = try Tensor(uninitialized: shape)
        func zeros(like parameter: Tensor?) throws -> Tensor? {
            parameter?.requiresGradient == true ? try Tensor.zeros([columns]) : nil
        }
        let dw = try zeros(like: weight), db = try zeros(like: bias)
        let done = rk_layer_norm_gradient_f32(
            count / columns, columns, x.floatPointer, w?.floatPointer, mean.floatPointer, rstd.floatPointer,
            g.floatPointer, dx.floatPointer, dw?.floatPointer, db?.floatPointer)
        guard done == 1 else { throw RhumbError.outOfMemory(in: "layer_norm") }
        return [try dx.to(dtype == .bfloat16 ? .bfloat16 : .float32)]
            + (try [(dw, weight), (db, bias)].compactMap { gradient, parameter in
                try parameter.map { try gradient?.to($0.dtype) }
            })
    }
}

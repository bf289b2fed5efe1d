import Basics

extension Tensor {
    /// The activation that a linear layer or a convolution may end with.
    public enum Activation: String, Sendable, CaseIterable {
        case identity, relu, gelu, geluTanh, quickGELU, silu
    }

    /// Applies one of the named activations.
    public func activated(_ activation: Activation) throws -> Tensor {
        switch activation {
        case .identity: self
        case .relu: try relu()
        case .gelu: try gelu()
        case .geluTanh: try geluTanh()
        case .quickGELU: try quickGELU()
        case .silu: try silu()
        }
    }

    /// activation(x Wᵀ + b) + residual, in one primitive where nothing is recorded.
    ///
    /// - Parameters:
    ///   - weight: [outputs, inputs], as checkpoints keep it.
    ///   - bias: [outputs].
    ///   - residual: of the result's shape, added at the end.
    /// - Shapes: […, inputs] → […, outputs].
    public func linear(
        _ weight: Tensor, bias: Tensor? = nil, activation: Activation = .identity, residual: Tensor? = nil
    ) throws -> Tensor {
        guard weight.rank == 2, let width = shape.last, width == weight.shape[1] else {
            throw RhumbError.shapes(
                shape, weight.shape, in: "linear",
                because: "a weight is [outputs, inputs] and the last size must be its inputs")
        }
        let outputs = weight.shape[0], target = Array(shape.dropLast()) + [outputs]
        if let bias, bias.shape != [outputs] {
            throw RhumbError.shapes(
                weight.shape, bias.shape, in: "linear", because: "the bias must have \(outputs) elements")
        }
        if let residual, residual.shape != target {
            throw RhumbError.shapes(
                target, residual.shape, in: "linear", because: "the residual must have the result's shape")
        }
        try StopFlag.check()
        let profile = Profile.entering(.operation, "linear")
        defer { profile?.leave() }
        let inputs = [self, weight] + (bias.map { [$0] } ?? [])
        guard Tensor.records(inputs + (residual.map { [$0] } ?? [])) else {
            return try fastLinear(
                weight, bias: bias, activation, residual: residual, packing: weight.node == nil && Engine.packsWeights)
                ?? affine(weight, bias).finished(activation, residual)
        }
        // A derivative needs what went into the activation, so that stays an operation of its own, as what follows it.
        let added = activation == .identity && residual?.dtype == dtype ? residual : nil
        guard
            let result = try detached().fastLinear(
                weight.detached(), bias: bias, .identity, residual: added, packing: false)
        else {
            return try affine(weight, bias).finished(activation, residual)
        }
        // x is kept where the weight wants a gradient, and nothing of a frozen layer.
        let kept = weight.requiresGradient ? detached() : nil, wantsInput = requiresGradient
        let wantsBias = bias?.requiresGradient == true
        return try result.recorded("linear", inputs + (added.map { [$0] } ?? [])) { [shape] gradient in
            // y = x Wᵀ + b: dx = dy W, dW = dyᵀ x, db = Σ dy
            let dy = try gradient.reshaped([gradient.count / outputs, outputs]).contiguous()
            let dx = wantsInput ? try dy.matmul(weight.detached()).reshaped(shape) : nil
            let dw = try kept.map { x in
                // Sums over many rows keep their digits: float32 whatever goes in.
                let x = try x.reshaped([x.count / width, width]), turned = try dy.transposed()
                return try Tensor.fastProduct(turned, x, batch: [], as: .float32) ?? turned.matmul(x)
            }
            let db = wantsBias ? try dy.columnSums() : nil
            return [dx, dw] + (bias == nil ? [] : [db]) + (added == nil ? [] : [gradient])
        }.finished(activation, added == nil ? residual : nil)
    }

    /// The reference implementation: a product, then an addition.
    private func affine(_ weight: Tensor, _ bias: Tensor?) throws -> Tensor {
        let width = weight.shape[1], rows = width == 0 ? shape.dropLast().reduce(1, *) : count / width
        let product = try reshaped([rows, width]).matmul(weight.transposed())
        return try (bias.map { try product + $0 } ?? product).reshaped(Array(shape.dropLast()) + [weight.shape[0]])
    }

    /// What an epilogue does, as operations of their own.
    func finished(_ activation: Activation, _ residual: Tensor?) throws -> Tensor {
        let result = try activated(activation)
        return try residual.map { try result + $0 } ?? result
    }
}

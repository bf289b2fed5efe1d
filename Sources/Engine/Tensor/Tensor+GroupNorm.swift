import Basics
import Kernels

extension Tensor {
    /// Groups of channels brought to mean 0 and variance 1 over all positions, then scaled and shifted a channel
    /// (Wu and He 2018), and activated. Channels are innermost.
    ///
    /// - Parameters:
    ///   - weight, bias: [channels], both optional.
    ///   - added: [batch, channels], added to all positions before anything else.
    /// - Shapes: [batch, …, channels] → the same.
    public func groupNorm(
        groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Float = 1e-5, adding added: Tensor? = nil,
        activation: Activation = .identity
    ) throws -> Tensor {
        guard rank >= 2, let channels = shape.last, groups > 0, channels > 0, channels % groups == 0 else {
            throw RhumbError.shape(
                shape, in: "group_norm", must: "be [batch, …, channels] with channels divisible into \(groups) groups")
        }
        for parameter in [weight, bias].compactMap({ $0 }) where parameter.shape != [channels] {
            throw RhumbError.shapes(
                shape, parameter.shape, in: "group_norm", because: "weight and bias must have \(channels) elements")
        }
        if let added, added.shape != [shape[0], channels] {
            throw RhumbError.shapes(
                shape, added.shape, in: "group_norm", because: "what is added must be [\(shape[0]), \(channels)]")
        }
        try StopFlag.check()
        let profile = Profile.entering(.operation, "group_norm")
        defer { profile?.leave() }
        // SiLU is what follows everywhere; others are operations of their own.
        guard activation == .identity || activation == .silu else {
            return try groupNorm(groups: groups, weight: weight, bias: bias, epsilon: epsilon, adding: added)
                .activated(activation)
        }
        let plan = try GroupNormPlan(
            self, groups: groups, weight: weight, bias: bias, epsilon: epsilon, added: added, silu: activation == .silu)
        return try plan.forward().recorded("group_norm", [self] + [weight, bias, added].compactMap { $0 }) { dy in
            let (dx, dweight, dbias, dadded) = try plan.backward(dy)
            return [dx]
                + [weight.map { _ in dweight }, bias.map { _ in dbias }, added.map { _ in dadded }].compactMap { $0 }
        }
    }
}

/// One call of group norm: its operands as the kernel reads them, and the moments that its derivative needs.
private struct GroupNormPlan {
    let x: Tensor  // float32 or bfloat16, as the result and its gradients
    let weight, bias, added: Tensor?
    let mean, rstd: Tensor
    let shape: rk_group_norm

    init(
        _ x: Tensor, groups: Int, weight: Tensor?, bias: Tensor?, epsilon: Float, added: Tensor?, silu: Bool
    ) throws {
        func wide(_ t: Tensor?) throws -> Tensor? { try t?.detached().to(.float32).contiguous() }
        let batch = x.shape[0], positions = x.shape.dropFirst().dropLast().reduce(1, *), channels = x.shape[x.rank - 1]
        self.x = try x.detached().to(x.dtype == .bfloat16 ? .bfloat16 : .float32).contiguous()
        (self.weight, self.bias, self.added) = (try wide(weight), try wide(bias), try wide(added))
        (mean, rstd) = (try Tensor(uninitialized: [batch, groups]), try Tensor(uninitialized: [batch, groups]))
        shape = rk_group_norm(
            batch: batch, positions: positions, channels: channels, groups: groups,
            weight: (self.weight?.floatPointer).map { UnsafePointer($0) },
            bias: (self.bias?.floatPointer).map { UnsafePointer($0) },
            added: (self.added?.floatPointer).map { UnsafePointer($0) }, epsilon: epsilon, silu: silu ? 1 : 0)
    }

    /// y, and mean and rstd for the derivative.
    func forward() throws -> Tensor {
        let y = try Tensor(uninitialized: x.shape, x.dtype)
        let done = withExtendedLifetime(self) {
            x.dtype == .bfloat16
                ? rk_group_norm_bf16(shape, x.halfPointer, y.halfPointer, mean.floatPointer, rstd.floatPointer)
                : rk_group_norm_f32(shape, x.floatPointer, y.floatPointer, mean.floatPointer, rstd.floatPointer)
        }
        guard done == 1 else { throw RhumbError.outOfMemory(in: "group_norm") }
        return y
    }

    /// dx in the type of x; the gradients of weight, bias and what was added in float32.
    func backward(_ dy: Tensor) throws -> (dx: Tensor, dweight: Tensor, dbias: Tensor, dadded: Tensor?) {
        let dy = try dy.to(x.dtype).contiguous(), dx = try Tensor(uninitialized: x.shape, x.dtype)
        let dweight = try Tensor(uninitialized: [shape.channels]), dbias = try Tensor(uninitialized: [shape.channels])
        let dadded = try added.map { try Tensor(uninitialized: $0.shape) }
        let done = withExtendedLifetime((self, dy)) {
            x.dtype == .bfloat16
                ? rk_group_norm_gradient_bf16(
                    shape, x.halfPointer, mean.floatPointer, rstd.floatPointer, dy.halfPointer, dx.halfPointer,
                    dweight.floatPointer, dbias.floatPointer, dadded?.floatPointer)
                : rk_group_norm_gradient_f32(
                    shape, x.floatPointer, mean.floatPointer, rstd.floatPointer, dy.floatPointer, dx.floatPointer,
                    dweight.floatPointer, dbias.floatPointer, dadded?.floatPointer)
        }
        guard done == 1 else { throw RhumbError.outOfMemory(in: "group_norm") }
        return (dx, dweight, dbias, dadded)
    }
}

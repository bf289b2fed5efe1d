import OneDNN

/// Layer norm of bfloat16 through oneDNN, where the processor computes with it; weight and bias are float32.
struct FastLayerNorm {
    let x, weight, bias: Tensor
    let epsilon: Float
    let mean, variance: Tensor

    /// The normalised rows, and what their derivative needs; nil when there is no kernel for them.
    static func forward(_ x: Tensor, _ weight: Tensor?, _ bias: Tensor?, _ epsilon: Float) throws -> (
        Tensor, FastLayerNorm
    )? {
        guard Engine.usesPrimitives, Engine.multipliesBFloat16, x.dtype == .bfloat16, x.count > 0, let weight, let bias
        else { return nil }
        let x = try x.detached().contiguous(), rows = x.count / weight.count
        let plan = FastLayerNorm(
            x: x, weight: try weight.detached().to(.float32).contiguous(),
            bias: try bias.detached().to(.float32).contiguous(), epsilon: epsilon,
            mean: try Tensor(uninitialized: [rows]), variance: try Tensor(uninitialized: [rows]))
        let y = try Tensor(uninitialized: x.shape, x.dtype)
        var (input, output) = (plan.rows(x), plan.rows(y))
        let status = withExtendedLifetime(plan) {
            onednn_layer_norm(
                &input, plan.weight.floatPointer, plan.bias.floatPointer, &output, plan.mean.floatPointer,
                plan.variance.floatPointer, epsilon)
        }
        return try Primitives.ran(status, "layer_norm") ? (y, plan) : nil
    }

    /// dx in the type of x, dweight and dbias in float32; nil when there is no kernel for them.
    func backward(_ gradient: Tensor) throws -> (dx: Tensor, dweight: Tensor, dbias: Tensor)? {
        let dy = try gradient.to(x.dtype).contiguous(), dx = try Tensor(uninitialized: x.shape, x.dtype)
        let dweight = try Tensor(uninitialized: weight.shape), dbias = try Tensor(uninitialized: weight.shape)
        var (input, from, to) = (rows(x), rows(dy), rows(dx))
        let status = withExtendedLifetime((self, dy)) {
            onednn_layer_norm_backward(
                &input, weight.floatPointer, mean.floatPointer, variance.floatPointer, &from, &to,
                dweight.floatPointer, dbias.floatPointer, epsilon)
        }
        return try Primitives.ran(status, "layer_norm") ? (dx, dweight, dbias) : nil
    }

    private func rows(_ t: Tensor) -> onednn_tensor {
        t.primitive([t.count / weight.count, weight.count], [weight.count, 1])
    }
}

import Basics
import Kernels

extension Tensor {
    /// value · GELU(gate), where the first half of the last dimension are values and the second half gates (GEGLU,
    /// Shazeer 2020).
    ///
    /// - Shapes: […, 2 · width] → […, width].
    public func geglu() throws -> Tensor {
        guard let last = shape.last, last % 2 == 0 else {
            throw RhumbError.shape(shape, in: "geglu", must: "have a last dimension of even size")
        }
        try StopFlag.check()
        let profile = Profile.entering(.operation, "geglu")
        defer { profile?.leave() }
        let width = last / 2
        guard Engine.usesPrimitives, dtype.isFloatingPoint else {
            return try sliced(-1, from: 0, to: width) * sliced(-1, from: width, to: last).gelu()
        }
        let x = try detached().contiguous(), rows = width == 0 ? 0 : count / last
        let y = try Tensor(uninitialized: shape.dropLast() + [width], dtype)
        dtype == .bfloat16
            ? rk_geglu_bf16(rows, width, x.halfPointer, y.halfPointer)
            : rk_geglu_f32(rows, width, x.floatPointer, y.floatPointer)
        return y.recorded("geglu", [self]) {
            let dy = try $0.to(x.dtype).contiguous(), dx = try Tensor(uninitialized: x.shape, x.dtype)
            x.dtype == .bfloat16
                ? rk_geglu_gradient_bf16(rows, width, x.halfPointer, dy.halfPointer, dx.halfPointer)
                : rk_geglu_gradient_f32(rows, width, x.floatPointer, dy.floatPointer, dx.floatPointer)
            return [dx]
        }
    }
}

import Kernels

/// The derivative of fused attention, with the scores computed again rather than kept: they are the largest of all.
///
/// P = softmax(S), S = q kᵀ c, y = P v: dv = Pᵀ dy, dP = dy vᵀ, dS = c P (dP − Σ dP P), dq = dS k, dk = dSᵀ q.
struct AttentionGradient {
    /// [batch, heads, positions, width]
    let q, k, v: Tensor
    /// Added to the scores, or nil.
    let mask: Tensor?

    /// dq, dk and dv from dy, those that are wanted, with the heads between positions in memory, as layers before and
    /// after read and write them; nil where oneDNN has no kernel for it.
    func callAsFunction(_ dy: Tensor, wanted: (q: Bool, k: Bool, v: Bool)) throws -> [Tensor?]? {
        let batch = Array(q.shape.dropLast(2)), keys = k.shape[2], c = 1 / Float(q.shape[3]).squareRoot()
        guard q.dtype == k.dtype, q.dtype == v.dtype, dy.dtype == q.dtype,
            var p = try Tensor.fastProduct(q, k.transposed(), batch: batch, as: .float32, scale: c),
            let dP = try Tensor.fastProduct(dy, v.transposed(), batch: batch, as: .float32)
        else { return nil }
        if let mask { p = try p + mask }
        let rows = p.count / keys, dS = try Tensor(uninitialized: p.shape, q.dtype)
        if q.dtype == .bfloat16 {
            let half = try Tensor(uninitialized: p.shape, .bfloat16)
            rk_attention_gradient_rows_bf16(
                rows, keys, c, p.floatPointer, dP.floatPointer, half.halfPointer, dS.halfPointer)
            p = half
        } else {
            rk_attention_gradient_rows_f32(rows, keys, c, p.floatPointer, dP.floatPointer, dS.floatPointer)
        }
        func product(_ a: Tensor, _ b: Tensor) throws -> Tensor {
            try Tensor.fastProduct(a, b, batch: batch, swapped: true) ?? a.matmul(b)
        }
        return [
            wanted.q ? try product(dS, k) : nil, wanted.k ? try product(dS.transposed(), q) : nil,
            wanted.v ? try product(p.transposed(), dy) : nil,
        ]
    }
}

import Basics
import Kernels

extension Tensor {
    /// Fused attention, unrecorded; nil for element types and layouts it does not read.
    static func fastAttention(_ q: Tensor, _ k: Tensor, _ v: Tensor, causal: Bool, mask: Tensor?) throws -> Tensor? {
        let (batch, heads, queries, width) = (q.shape[0], q.shape[1], q.shape[2], q.shape[3]), keys = k.shape[2]
        guard Engine.usesPrimitives, q.dtype.isFloatingPoint, k.dtype == q.dtype, v.dtype == q.dtype, q.count > 0,
            keys > 0,
            v.shape[3] == width
        else { return nil }
        let isBFloat16 = q.dtype == .bfloat16
        if isBFloat16, !Engine.multipliesBFloat16 || width % 2 != 0 {
            return try fastAttention(q.to(.float32), k.to(.float32), v.to(.float32), causal: causal, mask: mask)?.to(
                .bfloat16)
        }
        let (q, k, v) = (try q.withDenseWidth(), try k.withDenseWidth(), try v.withDenseWidth())
        let mask = try mask?.detached().to(.float32).expanded([batch, heads, queries, keys]).withDenseWidth()
        // Heads side by side in each position, as the layer that follows reads them.
        let result = try Tensor(uninitialized: [batch, queries, heads, width], q.dtype)
        func strides(_ t: Tensor) -> (Int, Int, Int) { (t.strides[0], t.strides[1], t.strides[2]) }
        let plan = rk_attention(
            batch: batch, heads: heads, queries: queries, keys: keys, width: width, q_strides: strides(q),
            k_strides: strides(k), v_strides: strides(v),
            out_strides: (result.strides[0], result.strides[2], result.strides[1]),
            mask_strides: mask.map(strides) ?? (0, 0, 0), mask: mask.map { UnsafePointer($0.floatPointer) },
            scale: 1 / Float(width).squareRoot(), causal: causal ? 1 : 0)
        // Of the keys behind a query nothing is computed.
        let seen = causal ? Swift.min(keys, (queries + 1) / 2) : keys
        Engine.count(products: batch * heads * queries, seen, 2 * width, in: q.dtype)
        let done = withExtendedLifetime((q, k, v, mask)) {
            isBFloat16
                ? rk_attention_bf16(plan, q.halfPointer, k.halfPointer, v.halfPointer, result.halfPointer)
                : rk_attention_f32(plan, q.floatPointer, k.floatPointer, v.floatPointer, result.floatPointer)
        }
        guard done == 1 else { throw RhumbError.outOfMemory(in: "attention") }
        return result.view([batch, heads, queries, width], [result.strides[0], width, result.strides[1], 1])
    }

    /// This tensor, or a copy whose last dimension is dense.
    private func withDenseWidth() throws -> Tensor { strides[3] == 1 || shape[3] == 1 ? self : try contiguous() }
}

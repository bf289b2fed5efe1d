import Kernels

/// The derivative of fused attention, with the scores computed again rather than kept: they are the largest of all.
///
/// P = softmax(S), S = q kᵀ c, y = P v: dv = Pᵀ dy, dP = dy vᵀ, dS = c P (dP − Σ dP P), dq = dS k, dk = dSᵀ q.
struct AttentionGradient {
    /// [batch, heads, positions, width]
    let q, k, v: Tensor
    /// Added to the scores, or nil.
    let mask: Tensor?

    /// So many scores are computed at once, 64 MB in float32, of which three or four such stacks are needed.
    private static let mostScores = 1 << 24

    /// dq, dk and dv from dy, those that are wanted, with the heads between positions in memory, as layers before and
    /// after read and write them; nil where oneDNN has no kernel for it.
    func callAsFunction(_ dy: Tensor, wanted: (q: Bool, k: Bool, v: Bool)) throws -> [Tensor?]? {
        guard q.rank == 4, q.dtype == k.dtype, q.dtype == v.dtype, dy.dtype == q.dtype else { return nil }
        /// [batch, heads, positions, width], heads between positions.
        func place(_ t: Tensor) throws -> Tensor {
            try Tensor(uninitialized: [t.shape[0], t.shape[2], t.shape[1], t.shape[3]], t.dtype).transposed(1, 2)
        }
        let results = (
            q: wanted.q ? try place(q) : nil, k: wanted.k ? try place(k) : nil, v: wanted.v ? try place(v) : nil
        )
        let (batch, heads) = (q.shape[0], q.shape[1]), scores = max(q.shape[2] * k.shape[2], 1)
        let mask = try mask?.expanded([batch, heads, q.shape[2], k.shape[2]])
        // Whole rows of the batch where they fit, else some heads of one.
        let most = max(Self.mostScores / scores, 1)
        let (rows, group) = (max(most / heads, 1), min(most, heads))
        for row in stride(from: 0, to: batch, by: rows) {
            for head in stride(from: 0, to: heads, by: group) {
                func part(_ t: Tensor) throws -> Tensor {
                    try t.sliced(0, from: row, to: min(row + rows, batch))
                        .sliced(1, from: head, to: min(head + group, heads))
                }
                let piece = AttentionGradient(
                    q: try part(q), k: try part(k), v: try part(v), mask: try mask.map(part))
                let places = (q: try results.q.map(part), k: try results.k.map(part), v: try results.v.map(part))
                guard try piece.run(part(dy), into: places) else { return nil }
            }
        }
        return [results.q, results.k, results.v]
    }

    /// Writes the gradients that have a place; false where there is no kernel for it.
    private func run(_ dy: Tensor, into places: (q: Tensor?, k: Tensor?, v: Tensor?)) throws -> Bool {
        let batch = Array(q.shape.dropLast(2)), keys = k.shape[2], c = 1 / Float(q.shape[3]).squareRoot()
        guard var p = try Tensor.fastProduct(q, k.transposed(), batch: batch, as: .float32, scale: c),
            let dP = try Tensor.fastProduct(dy, v.transposed(), batch: batch, as: .float32)
        else { return false }
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
        func product(_ a: Tensor, _ b: Tensor, into place: Tensor?) throws {
            guard let place else { return }
            if try Tensor.fastProduct(a, b, batch: batch, into: place) == nil { try place.assign(a.matmul(b)) }
        }
        try product(dS, k, into: places.q)
        try product(dS.transposed(), q, into: places.k)
        try product(p.transposed(), dy, into: places.v)
        return true
    }
}

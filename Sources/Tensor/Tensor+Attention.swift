import Foundation

extension Tensor {
    /// Scaled dot-product attention: softmax(q kᵀ / √width + mask) v (Vaswani et al. 2017).
    ///
    /// - Parameters:
    ///   - causal: position i sees positions 0…i only.
    ///   - mask: added to the scores, broadcasting to [batch, heads, queries, keys]; −∞ hides a key.
    /// - Shapes: q [batch, heads, queries, width], k and v [batch, heads, keys, width] → [batch, heads, queries, width].
    public static func attention(_ q: Tensor, _ k: Tensor, _ v: Tensor, causal: Bool = false, mask: Tensor? = nil) throws -> Tensor {
        guard q.rank == 4, k.rank == 4, v.rank == 4, q.shape[3] == k.shape[3], k.shape[2] == v.shape[2] else {
            throw TensorError.shapes(q.shape, k.shape, in: "attention", because: "expected [batch, heads, positions, width] with equal widths")
        }
        var scores = try (q * (1 / Float(q.shape[3]).squareRoot())).matmul(k.transposed())
        if causal { scores = try scores + causalMask(queries: q.shape[2], keys: k.shape[2]) }
        if let mask { scores = try scores + mask }
        return try scores.softmax().matmul(v)
    }

    /// 0 where key ≤ query, −∞ elsewhere: [queries, keys].
    static func causalMask(queries: Int, keys: Int) throws -> Tensor {
        let mask = try zeros([queries, keys])
        for row in 0..<queries {
            for column in 0..<keys where column > row { mask.floatPointer[row * keys + column] = -.infinity }
        }
        return mask
    }
}

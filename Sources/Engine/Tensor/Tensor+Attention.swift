import Basics
import Foundation

extension Tensor {
    /// Scaled dot-product attention: softmax(q kᵀ / √width + mask) v (Vaswani et al. 2017).
    ///
    /// - Parameters:
    ///   - causal: position i sees positions 0…i only.
    ///   - mask: added to the scores, broadcasting to [batch, heads, queries, keys]; −∞ hides a key.
    /// - Shapes: q [batch, heads, queries, width], k and v [batch, heads, keys, width] → [batch, heads, queries,
    ///   width].
    public static func attention(_ q: Tensor, _ k: Tensor, _ v: Tensor, causal: Bool = false, mask: Tensor? = nil)
        throws -> Tensor
    {
        guard q.rank == 4, k.rank == 4, v.rank == 4, q.shape[3] == k.shape[3], k.shape[2] == v.shape[2] else {
            throw RhumbError.shapes(
                q.shape, k.shape, in: "attention",
                because: "they must be [batch, heads, positions, width] with equal widths")
        }
        try StopFlag.check()
        let profile = Profile.entering(.operation, "attention")
        defer { profile?.leave() }
        guard let result = try fastAttention(q.detached(), k.detached(), v.detached(), causal: causal, mask: mask),
            !(records([q, k, v]) && mask?.requiresGradient == true)
        else { return try probabilities(q, k, causal, mask).to(v.dtype).matmul(v) }
        return result.recorded("attention", [q, k, v]) { gradient in
            var added = mask?.detached()
            if causal {
                let hidden = try causalMask(queries: q.shape[2], keys: k.shape[2])
                added = try added.map { try $0 + hidden } ?? hidden
            }
            let plan = AttentionGradient(q: q.detached(), k: k.detached(), v: v.detached(), mask: added)
            let wanted = (q.requiresGradient, k.requiresGradient, v.requiresGradient)
            if let gradients = try plan(gradient, wanted: wanted) { return gradients }
            // P = softmax(S), S = q kᵀ c, y = P v. dv = Pᵀ dy; dP = dy vᵀ; dS = P (dP - Σ dP P); dq = dS k c;
            // dk = dSᵀ q c. The scores are computed again rather than kept: they are the largest of all.
            let p = try probabilities(q.detached(), k.detached(), causal, mask?.detached()).to(v.dtype)
            let dP = try gradient.matmul(v.detached().transposed())
            let dS = try p.softmaxGradient(dP) * (1 / Float(q.shape[3]).squareRoot())
            return [
                q.requiresGradient ? try dS.matmul(k.detached()) : nil,
                k.requiresGradient ? try dS.transposed().matmul(q.detached()) : nil,
                v.requiresGradient ? try p.transposed().matmul(gradient) : nil,
            ]
        }
    }

    /// softmax(q kᵀ / √width + mask): the reference implementation, and the first half of the derivative.
    private static func probabilities(_ q: Tensor, _ k: Tensor, _ causal: Bool, _ mask: Tensor?) throws -> Tensor {
        var scores = try (q * (1 / Float(q.shape[3]).squareRoot())).matmul(k.transposed())
        if causal { scores = try scores + causalMask(queries: q.shape[2], keys: k.shape[2]) }
        if let mask { scores = try scores + mask }
        return try scores.softmax()
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

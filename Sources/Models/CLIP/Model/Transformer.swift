import Tensor

/// Multi-head self-attention.
struct SelfAttention {
    let heads: Int
    let query, key, value, output: Linear

    init(_ source: ParameterSource, _ name: String, _ c: some TransformerConfiguration) throws {
        heads = c.numAttentionHeads
        let width = c.hiddenSize
        // Deviations as transformers starts CLIP: residual branches shrink with the depth.
        let inner = 1 / Float(width).squareRoot() / Float(2 * max(c.numHiddenLayers, 1)).squareRoot()
        key = try Linear(source, "\(name).k_proj", width, width, deviation: inner)
        value = try Linear(source, "\(name).v_proj", width, width, deviation: inner)
        query = try Linear(source, "\(name).q_proj", width, width, deviation: inner)
        output = try Linear(source, "\(name).out_proj", width, width, deviation: 1 / Float(width).squareRoot())
    }

    /// residual + attention of x: queries from `asking` (by default x itself), keys and values from x.
    ///
    /// - Parameter mask: as of `Tensor.attention`.
    /// - Shapes: x [batch, positions, width]; asking and residual [batch, queries, width], as the result.
    func callAsFunction(
        _ x: Tensor, asking: Tensor? = nil, causal: Bool, mask: Tensor? = nil, addedTo residual: Tensor
    ) throws -> Tensor {
        /// [batch, heads, positions, width / heads], a view.
        func split(_ t: Tensor) throws -> Tensor {
            try t.reshaped([t.shape[0], t.shape[1], heads, t.shape[2] / heads]).transposed(1, 2)
        }
        let mixed = try Tensor.attention(
            split(query(asking ?? x)), split(key(x)), split(value(x)), causal: causal, mask: mask)
        return try output(mixed.transposed(1, 2).reshaped(residual.shape), addedTo: residual)
    }
}

/// One pre-norm layer: x + attention(norm x), then x + mlp(norm x).
struct EncoderLayer {
    let attention: SelfAttention
    let attentionNorm: LayerNorm
    let expand, contract: Linear
    let mlpNorm: LayerNorm
    let activation: Tensor.Activation

    init(_ source: ParameterSource, _ name: String, _ c: some TransformerConfiguration) throws {
        let width = c.hiddenSize
        let inner = 1 / Float(width).squareRoot() / Float(2 * max(c.numHiddenLayers, 1)).squareRoot()
        attention = try SelfAttention(source, "\(name).self_attn", c)
        attentionNorm = try LayerNorm(source, "\(name).layer_norm1", width, epsilon: c.layerNormEps)
        expand = try Linear(
            source, "\(name).mlp.fc1", width, c.intermediateSize, deviation: 1 / Float(2 * width).squareRoot())
        contract = try Linear(source, "\(name).mlp.fc2", c.intermediateSize, width, deviation: inner)
        mlpNorm = try LayerNorm(source, "\(name).layer_norm2", width, epsilon: c.layerNormEps)
        activation = c.hiddenAct.activation
    }

    func callAsFunction(_ x: Tensor, causal: Bool) throws -> Tensor {
        try feedForward(attention(attentionNorm(x), causal: causal, addedTo: x))
    }

    /// This layer's result at one position of each sequence, [batch, 1, width]: only there are queries asked and the
    /// feed-forward part computed.
    func callAsFunction(_ x: Tensor, at positions: [Int], causal: Bool) throws -> Tensor {
        let (batch, length, width) = (x.shape[0], x.shape[1], x.shape[2])
        func picked(_ t: Tensor) throws -> Tensor {
            try t.reshaped([batch * length, width])
                .gathered(0, positions.enumerated().map { $0.offset * length + $0.element }).reshaped([batch, 1, width])
        }
        let normal = try attentionNorm(x)
        var mask: Tensor?
        if causal, positions.contains(where: { $0 < length - 1 }) {
            let seen = positions.flatMap { last in (0..<length).map { $0 <= last ? 0 : -Float.infinity } }
            mask = try Tensor(seen, shape: [batch, 1, 1, length])
        }
        return try feedForward(
            attention(normal, asking: picked(normal), causal: false, mask: mask, addedTo: picked(x)))
    }

    /// y with what the feed-forward part adds to it.
    func feedForward(_ y: Tensor) throws -> Tensor {
        try contract(expand(mlpNorm(y), activation), addedTo: y)
    }
}

/// The layers of a tower.
struct Encoder {
    let layers: [EncoderLayer]

    init(_ source: ParameterSource, _ name: String, _ c: some TransformerConfiguration) throws {
        layers = try (0..<c.numHiddenLayers).map { try EncoderLayer(source, "\(name).layers.\($0)", c) }
    }

    /// - Parameter skipped: how many of the last layers are left out.
    func callAsFunction(_ x: Tensor, causal: Bool, skipping skipped: Int = 0) throws -> Tensor {
        try layers.dropLast(skipped).reduce(x) { try $1($0, causal: causal) }
    }

    /// The result at one position of each sequence, [batch, width]. The last layer is computed only there, which is
    /// most of a layer saved: the others feed every position's keys and values, the last one feeds nothing.
    func callAsFunction(_ x: Tensor, at positions: [Int], causal: Bool) throws -> Tensor {
        guard let last = layers.last else {
            let rows = positions.enumerated().map { $0.offset * x.shape[1] + $0.element }
            return try x.reshaped([x.shape[0] * x.shape[1], x.shape[2]]).gathered(0, rows)
        }
        return try last(layers.dropLast().reduce(x) { try $1($0, causal: causal) }, at: positions, causal: causal)
            .squeezed(1)
    }
}

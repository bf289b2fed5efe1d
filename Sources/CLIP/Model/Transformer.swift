import Tensor

/// x Wᵀ + b.
struct Linear {
    /// [outputs, inputs]
    let weight: Tensor
    /// [outputs]
    let bias: Tensor

    init(_ source: ParameterSource, _ name: String, _ inputs: Int, _ outputs: Int, deviation: Float) throws {
        weight = try source.parameter("\(name).weight", [outputs, inputs], .normal(deviation))
        bias = try source.parameter("\(name).bias", [outputs], .zeros)
    }

    func callAsFunction(_ x: Tensor, _ activation: Tensor.Activation = .identity) throws -> Tensor {
        try x.linear(weight, bias: bias, activation: activation)
    }
}

struct LayerNorm {
    let weight: Tensor
    let bias: Tensor
    let epsilon: Float

    init(_ source: ParameterSource, _ name: String, _ width: Int, epsilon: Float) throws {
        weight = try source.parameter("\(name).weight", [width], .ones)
        bias = try source.parameter("\(name).bias", [width], .zeros)
        self.epsilon = epsilon
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor { try x.layerNorm(weight: weight, bias: bias, epsilon: epsilon) }
}

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

    /// [batch, positions, width] to the same.
    func callAsFunction(_ x: Tensor, causal: Bool) throws -> Tensor {
        let (batch, positions, width) = (x.shape[0], x.shape[1], x.shape[2])
        /// [batch, heads, positions, width / heads], a view.
        func split(_ t: Tensor) throws -> Tensor {
            try t.reshaped([batch, positions, heads, width / heads]).transposed(1, 2)
        }
        let mixed = try Tensor.attention(split(query(x)), split(key(x)), split(value(x)), causal: causal)
        return try output(mixed.transposed(1, 2).reshaped([batch, positions, width]))
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
        let y = try x + attention(attentionNorm(x), causal: causal)
        return try y + contract(expand(mlpNorm(y), activation))
    }
}

/// The layers of a tower.
struct Encoder {
    let layers: [EncoderLayer]

    init(_ source: ParameterSource, _ name: String, _ c: some TransformerConfiguration) throws {
        layers = try (0..<c.numHiddenLayers).map { try EncoderLayer(source, "\(name).layers.\($0)", c) }
    }

    func callAsFunction(_ x: Tensor, causal: Bool) throws -> Tensor {
        try layers.reduce(x) { try $1($0, causal: causal) }
    }
}

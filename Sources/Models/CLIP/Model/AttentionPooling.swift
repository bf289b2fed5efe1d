import Tensor

/// SigLIP's pooling of a picture: a learned query asks all patches, and a feed-forward part follows.
struct AttentionPooling {
    private let heads: Int
    /// [1, 1, width]
    private let probe: Tensor
    /// Queries', keys' and values' one below the other: [3 width, width] and [3 width].
    private let weight, bias: Tensor
    private let output: Linear
    private let norm: LayerNorm
    private let expand, contract: Linear
    private let activation: Tensor.Activation

    init(_ source: ParameterSource, _ name: String, _ c: VisionConfiguration) throws {
        let width = c.hiddenSize, deviation = 1 / Float(width).squareRoot()
        heads = c.numAttentionHeads
        probe = try source.parameter("\(name).probe", [1, 1, width], .normal(deviation))
        weight = try source.parameter("\(name).attention.in_proj_weight", [3 * width, width], .normal(deviation))
        bias = try source.parameter("\(name).attention.in_proj_bias", [3 * width], .zeros)
        output = try Linear(source, "\(name).attention.out_proj", width, width, deviation: deviation)
        norm = try LayerNorm(source, "\(name).layernorm", width, epsilon: c.layerNormEps)
        expand = try Linear(source, "\(name).mlp.fc1", width, c.intermediateSize, deviation: deviation)
        contract = try Linear(
            source, "\(name).mlp.fc2", c.intermediateSize, width,
            deviation: 1 / Float(c.intermediateSize).squareRoot())
        activation = c.hiddenAct.activation
    }

    /// [pictures, patches, width] → [pictures, width].
    func callAsFunction(_ states: Tensor) throws -> Tensor {
        let count = states.shape[0], width = states.shape[2]
        func projected(_ x: Tensor, _ third: Int) throws -> Tensor {
            let rows = (from: third * width, to: (third + 1) * width)
            let all = try x.linear(
                weight.sliced(0, from: rows.from, to: rows.to).contiguous(),
                bias: bias.sliced(0, from: rows.from, to: rows.to).contiguous())
            return try all.reshaped([x.shape[0], x.shape[1], heads, width / heads]).transposed(1, 2)
        }
        let asking = try probe.expanded([count, 1, width]).contiguous()
        let mixed = try Tensor.attention(projected(asking, 0), projected(states, 1), projected(states, 2))
        let pooled = try output(mixed.transposed(1, 2).reshaped([count, 1, width]))
        return try contract(expand(norm(pooled), activation), addedTo: pooled).squeezed(1)
    }
}

import Tensor

/// Multi-head attention from x to a context, or to x itself (Attention of diffusers).
struct CrossAttention {
    let heads: Int
    let query, key, value, output: Linear

    /// - Parameter contextWidth: nil for self-attention.
    init(
        _ source: ParameterSource, _ name: String, width: Int, contextWidth: Int? = nil, heads: Int, bias: Bool = false
    ) throws {
        self.heads = heads
        let from = contextWidth ?? width
        query = try Linear(source, "\(name).to_q", width, width, bias: bias)
        key = try Linear(source, "\(name).to_k", from, width, bias: bias)
        value = try Linear(source, "\(name).to_v", from, width, bias: bias)
        output = try Linear(source, "\(name).to_out.0", width, width)
    }

    /// residual + attention. x and residual [batch, positions, width], context [batch, tokens, contextWidth].
    func callAsFunction(_ x: Tensor, context: Tensor? = nil, addedTo residual: Tensor) throws -> Tensor {
        /// [batch, heads, positions, width / heads], a view.
        func split(_ t: Tensor) throws -> Tensor {
            try t.reshaped([t.shape[0], t.shape[1], heads, t.shape[2] / heads]).transposed(1, 2)
        }
        let seen = context ?? x
        let mixed = try Tensor.attention(split(query(x)), split(key(seen)), split(value(seen)))
        return try output(mixed.transposed(1, 2).reshaped(x.shape), addedTo: residual)
    }
}

/// Self-attention, attention to the context, and a gated feed-forward layer, each after a norm and beside a shortcut
/// (BasicTransformerBlock of diffusers).
struct TransformerBlock {
    let norm1, norm2, norm3: LayerNorm
    let attention1, attention2: CrossAttention
    let expand, contract: Linear
    let onlyCross: Bool

    init(_ source: ParameterSource, _ name: String, width: Int, _ attention: UNetLevel.Attention) throws {
        onlyCross = attention.onlyCross
        norm1 = try LayerNorm(source, "\(name).norm1", width, epsilon: 1e-5)
        attention1 = try CrossAttention(
            source, "\(name).attn1", width: width, contextWidth: onlyCross ? attention.contextWidth : nil,
            heads: attention.heads)
        norm2 = try LayerNorm(source, "\(name).norm2", width, epsilon: 1e-5)
        attention2 = try CrossAttention(
            source, "\(name).attn2", width: width, contextWidth: attention.contextWidth, heads: attention.heads)
        norm3 = try LayerNorm(source, "\(name).norm3", width, epsilon: 1e-5)
        // Half of the outputs are values, half open and close them (GEGLU, Shazeer 2020).
        expand = try Linear(source, "\(name).ff.net.0.proj", width, 8 * width)
        contract = try Linear(source, "\(name).ff.net.2", 4 * width, width)
    }

    func callAsFunction(_ x: Tensor, context: Tensor) throws -> Tensor {
        let looked = try attention1(norm1(x), context: onlyCross ? context : nil, addedTo: x)
        let told = try attention2(norm2(looked), context: context, addedTo: looked)
        return try contract(expand(norm3(told)).geglu(), addedTo: told)
    }
}

/// Transformer blocks over the positions of a feature map (Transformer2DModel of diffusers).
struct SpatialTransformer {
    /// Into and out of the blocks' width: linear layers in SD 2.x, convolutions over single pixels, which are the same
    /// computation with weights of another shape, in SD 1.x.
    enum Projection {
        case linear(Linear)
        case convolution(Convolution2D)
    }

    let norm: GroupNorm
    let into, outOf: Projection
    let blocks: [TransformerBlock]

    init(
        _ source: ParameterSource, _ name: String, channels: Int, groups: Int, linear: Bool,
        _ attention: UNetLevel.Attention
    ) throws {
        func projection(_ part: String) throws -> Projection {
            linear
                ? .linear(try Linear(source, "\(name).\(part)", channels, channels))
                : .convolution(try Convolution2D(source, "\(name).\(part)", channels, channels, kernel: 1))
        }
        norm = try GroupNorm(source, "\(name).norm", channels, groups: groups, epsilon: 1e-6)
        into = try projection("proj_in")
        blocks = try (0..<attention.depth).map {
            try TransformerBlock(source, "\(name).transformer_blocks.\($0)", width: channels, attention)
        }
        outOf = try projection("proj_out")
    }

    /// [batch, height, width, channels], context [batch, tokens, contextWidth].
    func callAsFunction(_ x: Tensor, context: Tensor) throws -> Tensor {
        let normal = try norm(x)
        let rows = [x.shape[0], x.shape[1] * x.shape[2], x.shape[3]]
        let inside: Tensor
        switch into {
        case .linear(let layer): inside = try layer(normal.reshaped(rows))
        case .convolution(let layer): inside = try layer(normal).reshaped(rows)
        }
        let done = try blocks.reduce(inside) { try $1($0, context: context) }
        switch outOf {
        case .linear(let layer): return try layer(done, addedTo: x.reshaped(rows)).reshaped(x.shape)
        case .convolution(let layer): return try layer(done.reshaped(x.shape), addedTo: x)
        }
    }
}

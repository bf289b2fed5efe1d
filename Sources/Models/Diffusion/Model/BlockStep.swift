import Tensor

/// What the blocks of a UNet have in common during one pass, and how each of their layers is done.
struct BlockStep {
    /// Whether a backward pass computes what happens in a layer again, and keeps its inputs alone.
    let recomputes: Bool
    /// The activated time embedding, [batch, width].
    let embedding: Tensor
    /// [batch, tokens, contextWidth]
    let context: Tensor

    /// A residual block; x [batch, height, width, channels].
    func callAsFunction(_ block: ResidualBlock, _ x: Tensor) throws -> Tensor {
        try run([x, embedding]) { try block($0[0], $0[1]) }
    }

    /// A residual block over x and a skip, side by side in channels.
    func callAsFunction(_ block: ResidualBlock, _ x: Tensor, beside skip: Tensor) throws -> Tensor {
        try run([x, skip, embedding]) { try block(Tensor.concatenated([$0[0], $0[1]], axis: 3), $0[2]) }
    }

    /// Transformer blocks; x [batch, height, width, channels].
    func callAsFunction(_ transformer: SpatialTransformer, _ x: Tensor) throws -> Tensor {
        try run([x, context]) { try transformer($0[0], context: $0[1]) }
    }

    private func run(_ inputs: [Tensor], _ body: @escaping ([Tensor]) throws -> Tensor) throws -> Tensor {
        recomputes ? try Tensor.recomputed(inputs, body) : try body(inputs)
    }
}

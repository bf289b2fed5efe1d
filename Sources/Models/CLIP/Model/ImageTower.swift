import Basics
import Tensor

/// Pixels to one vector a picture: patches, a transformer, and the state of the class token.
public struct ImageTower {
    public let configuration: VisionConfiguration
    /// [width]; SigLIP has none.
    let classEmbedding: Tensor?
    /// [width, channels, patch, patch]
    let patchEmbedding: Tensor
    /// [width], SigLIP's alone.
    let patchBias: Tensor?
    /// [1 + patches, width], SigLIP's [patches, width].
    let positionEmbedding: Tensor
    let preNorm: LayerNorm?
    let encoder: Encoder
    let postNorm: LayerNorm
    /// How SigLIP pools.
    let head: AttentionPooling?

    init(_ source: ParameterSource, _ c: VisionConfiguration, isSigLIP: Bool = false) throws {
        configuration = c
        let name = "vision_model"
        let patches = c.patchesPerSide * c.patchesPerSide
        classEmbedding =
            isSigLIP
            ? nil
            : try source.parameter(
                "\(name).embeddings.class_embedding", [c.hiddenSize], .normal(1 / Float(c.hiddenSize).squareRoot()))
        patchEmbedding = try source.parameter(
            "\(name).embeddings.patch_embedding.weight", [c.hiddenSize, c.numChannels, c.patchSize, c.patchSize],
            .normal(0.02))
        patchBias =
            isSigLIP ? try source.parameter("\(name).embeddings.patch_embedding.bias", [c.hiddenSize], .zeros) : nil
        positionEmbedding = try source.parameter(
            "\(name).embeddings.position_embedding.weight", [patches + (isSigLIP ? 0 : 1), c.hiddenSize],
            .normal(0.02))
        // The name's spelling is the published one.
        preNorm =
            isSigLIP ? nil : try LayerNorm(source, "\(name).pre_layrnorm", c.hiddenSize, epsilon: c.layerNormEps)
        encoder = try Encoder(source, "\(name).encoder", c)
        postNorm = try LayerNorm(source, "\(name).post_layernorm", c.hiddenSize, epsilon: c.layerNormEps)
        head = isSigLIP ? try AttentionPooling(source, "\(name).head", c) : nil
    }

    /// The last layer's states, class token first, [pictures, 1 + patches, width].
    ///
    /// - Parameter pixels: normalised, [pictures, channels, imageSize, imageSize].
    public func hiddenStates(_ pixels: Tensor) throws -> Tensor { try encoder(embedded(pixels), causal: false) }

    /// The normalised state of the class token, [pictures, width], before the projection; of SigLIP what its head makes
    /// of all patches.
    public func pooled(_ pixels: Tensor) throws -> Tensor {
        let states = try embedded(pixels)
        if let head { return try head(postNorm(encoder(states, causal: false))) }
        return try postNorm(encoder(states, at: [Int](repeating: 0, count: states.shape[0]), causal: false))
    }

    /// Patches with the class token and their positions, as the first layer takes them.
    func embedded(_ pixels: Tensor) throws -> Tensor {
        let c = configuration
        guard pixels.rank == 4, Array(pixels.shape.dropFirst()) == [c.numChannels, c.imageSize, c.imageSize] else {
            throw RhumbError.pixels(pixels.shape, channels: c.numChannels, size: c.imageSize)
        }
        let (count, side, patch) = (pixels.shape[0], c.patchesPerSide, c.patchSize)
        // A convolution whose stride is its kernel is a product over flattened patches.
        let patches = try pixels.sliced(2, from: 0, to: side * patch).sliced(3, from: 0, to: side * patch)
            .reshaped([count, c.numChannels, side, patch, side, patch]).permuted([0, 2, 4, 1, 3, 5])
            .reshaped([count, side * side, c.numChannels * patch * patch])
        let kernel = try patchEmbedding.reshaped([c.hiddenSize, c.numChannels * patch * patch])
        let embedded = try patches.linear(kernel, bias: patchBias)
        guard let classEmbedding, let preNorm else { return try embedded + positionEmbedding }
        let first = try classEmbedding.to(embedded.dtype).expanded([count, 1, c.hiddenSize])
        let states = try Tensor.concatenated([first, embedded], axis: 1) + positionEmbedding
        return try preNorm(states)
    }
}

import Basics
import Tensor

/// Token identifiers to one vector a text: embeddings, a causal transformer, and the state at the end token.
public struct TextTower {
    public let configuration: TextConfiguration
    /// [vocabulary, width]
    let tokenEmbedding: Tensor
    /// [positions, width]
    let positionEmbedding: Tensor
    let encoder: Encoder
    let finalNorm: LayerNorm
    /// SigLIP's tokens see all others, padding too, and its texts are pooled at the last position.
    let isSigLIP: Bool

    init(_ source: ParameterSource, _ c: TextConfiguration, isSigLIP: Bool = false) throws {
        configuration = c
        self.isSigLIP = isSigLIP
        let name = "text_model"
        tokenEmbedding = try source.parameter(
            "\(name).embeddings.token_embedding.weight", [c.vocabSize, c.hiddenSize], .normal(0.02))
        positionEmbedding = try source.parameter(
            "\(name).embeddings.position_embedding.weight", [c.maxPositionEmbeddings, c.hiddenSize], .normal(0.02))
        encoder = try Encoder(source, "\(name).encoder", c)
        finalNorm = try LayerNorm(source, "\(name).final_layer_norm", c.hiddenSize, epsilon: c.layerNormEps)
    }

    /// The last layer's states after the final norm, [texts, positions, width].
    ///
    /// - Parameters:
    ///   - identifiers: int64, [texts, positions], at most `maxPositionEmbeddings` of them.
    ///   - skipped: how many of the last layers are left out; the norm is not.
    /// - Throws: `RhumbError` where there are not more layers than that.
    public func hiddenStates(_ identifiers: Tensor, skipping skipped: Int = 0) throws -> Tensor {
        try hiddenStates(embeddings: tokenEmbeddings(identifiers), skipping: skipped)
    }

    /// The same of embeddings of tokens (`tokenEmbeddings`), [texts, positions, width].
    public func hiddenStates(embeddings: Tensor, skipping skipped: Int = 0) throws -> Tensor {
        guard (0..<max(encoder.layers.count, 1)).contains(skipped) else {
            throw RhumbError.skippedLayers(skipped, layers: encoder.layers.count)
        }
        try check(embeddings)
        return try finalNorm(encoder(placed(embeddings), causal: !isSigLIP, skipping: skipped))
    }

    /// The state at each text's end token, SigLIP's at the last position, [texts, width], before the projection.
    ///
    /// Attention is causal, so what follows the end token can't reach it: positions after the last end token of the
    /// batch are cut off before the work begins.
    public func pooled(_ identifiers: Tensor) throws -> Tensor {
        if isSigLIP {
            let last = [Int](repeating: identifiers.shape[1] - 1, count: identifiers.shape[0])
            return try finalNorm(encoder(embedded(identifiers), at: last, causal: false))
        }
        let ends = endPositions(identifiers)
        let used = try identifiers.sliced(1, from: 0, to: (ends.max() ?? 0) + 1)
        return try finalNorm(encoder(embedded(used), at: ends, causal: true))
    }

    /// The state at the last position of each text, [texts, width], before the projection.
    ///
    /// - Parameter embeddings: of tokens (`tokenEmbeddings`), whose last one is the end token's, [texts, positions, width].
    public func pooled(embeddings: Tensor) throws -> Tensor {
        try check(embeddings)
        let ends = [Int](repeating: embeddings.shape[1] - 1, count: embeddings.shape[0])
        return try finalNorm(encoder(placed(embeddings), at: ends, causal: true))
    }

    private func check(_ embeddings: Tensor) throws {
        let c = configuration
        guard embeddings.rank == 3, embeddings.shape[1] > 0, embeddings.shape[1] <= c.maxPositionEmbeddings,
            embeddings.shape[2] == c.hiddenSize
        else {
            throw RhumbError.tokenEmbeddings(
                embeddings.shape, width: c.hiddenSize, limit: c.maxPositionEmbeddings)
        }
    }

    /// The states before the last layer, without the final norm, [texts, positions, width], and the normed state of the
    /// last layer at each text's end token, [texts, width], where it is asked for.
    func penultimateStates(_ identifiers: Tensor, pools: Bool) throws -> (states: Tensor, pooled: Tensor?) {
        let states = try encoder.layers.dropLast().reduce(embedded(identifiers)) { try $1($0, causal: true) }
        guard pools, let last = encoder.layers.last else { return (states, nil) }
        let pooled = try last(states, at: endPositions(identifiers), causal: true).squeezed(1)
        return (states, try finalNorm(pooled))
    }

    /// The embeddings of tokens, before positions are added, [texts, positions, width].
    ///
    /// - Parameter identifiers: int64, [texts, positions], at most `maxPositionEmbeddings` of them.
    public func tokenEmbeddings(_ identifiers: Tensor) throws -> Tensor {
        guard identifiers.rank == 2, identifiers.shape[1] > 0,
            identifiers.shape[1] <= configuration.maxPositionEmbeddings
        else {
            throw RhumbError.identifiers(identifiers.shape, limit: configuration.maxPositionEmbeddings)
        }
        return try tokenEmbedding.embedded(identifiers)
    }

    private func embedded(_ identifiers: Tensor) throws -> Tensor { try placed(tokenEmbeddings(identifiers)) }

    /// Embeddings of tokens with those of their positions.
    private func placed(_ tokens: Tensor) throws -> Tensor {
        try tokens + positionEmbedding.sliced(0, from: 0, to: tokens.shape[1])
    }

    /// Where each text ends: the first end token, or with the legacy identifier 2 the first largest identifier.
    public func endPositions(_ identifiers: Tensor) -> [Int] {
        guard identifiers.rank == 2, identifiers.shape[1] > 0 else { return [] }
        let length = identifiers.shape[1]
        let all = identifiers.ints
        return (0..<identifiers.shape[0]).map { row in
            let tokens = all[row * length..<(row + 1) * length]
            let wanted =
                configuration.eosTokenID == TextConfiguration.legacyEosTokenID ? tokens.max() : configuration.eosTokenID
            return (tokens.firstIndex { $0 == wanted } ?? tokens.startIndex) - tokens.startIndex
        }
    }
}

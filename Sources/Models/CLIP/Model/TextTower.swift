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

    init(_ source: ParameterSource, _ c: TextConfiguration) throws {
        configuration = c
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
    /// - Parameter identifiers: int64, [texts, positions], at most `maxPositionEmbeddings` of them.
    public func hiddenStates(_ identifiers: Tensor) throws -> Tensor {
        try finalNorm(encoder(embedded(identifiers), causal: true))
    }

    /// The state at each text's end token, [texts, width], before the projection.
    ///
    /// Attention is causal, so what follows the end token can't reach it: positions after the last end token of the
    /// batch are cut off before the work begins.
    public func pooled(_ identifiers: Tensor) throws -> Tensor {
        let ends = endPositions(identifiers)
        let used = try identifiers.sliced(1, from: 0, to: (ends.max() ?? 0) + 1)
        return try finalNorm(encoder(embedded(used), at: ends, causal: true))
    }

    /// The states before the last layer, without the final norm, [texts, positions, width], and the normed state of the
    /// last layer at each text's end token, [texts, width], where it is asked for.
    func penultimateStates(_ identifiers: Tensor, pools: Bool) throws -> (states: Tensor, pooled: Tensor?) {
        let states = try encoder.layers.dropLast().reduce(embedded(identifiers)) { try $1($0, causal: true) }
        guard pools, let last = encoder.layers.last else { return (states, nil) }
        let pooled = try last(states, at: endPositions(identifiers), causal: true).squeezed(1)
        return (states, try finalNorm(pooled))
    }

    private func embedded(_ identifiers: Tensor) throws -> Tensor {
        guard identifiers.rank == 2, identifiers.shape[1] > 0,
            identifiers.shape[1] <= configuration.maxPositionEmbeddings
        else {
            throw RhumbError.identifiers(identifiers.shape, limit: configuration.maxPositionEmbeddings)
        }
        let positions = try positionEmbedding.sliced(0, from: 0, to: identifiers.shape[1])
        return try tokenEmbedding.embedded(identifiers) + positions
    }

    /// Where each text ends: the first end token, or with the legacy identifier 2 the first largest identifier.
    func endPositions(_ identifiers: Tensor) -> [Int] {
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

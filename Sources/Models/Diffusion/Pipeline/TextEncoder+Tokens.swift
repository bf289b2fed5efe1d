import Basics
import CLIP
import Tensor

extension TextEncoder {
    /// The embeddings of the texts' tokens, with which the text tower begins, before it adds positions: [texts, tokens,
    /// width], float32, unrecorded, start and end included.
    ///
    /// - Throws: `RhumbError` for no texts, and for texts of different numbers of tokens.
    public func tokenEmbeddings(of texts: [String]) throws -> Tensor {
        let rows = try texts.map(identifiers)
        guard let count = rows.first?.count else { throw RhumbError.noPrompts }
        if let other = rows.first(where: { $0.count != count }) {
            throw RhumbError.tokenCounts(of: texts[0], count, other.count)
        }
        return try withoutGradients { try embeddings(of: rows).to(.float32) }
    }

    /// The states of texts whose tokens are given as `tokenEmbeddings`, padded to `length`: [texts, length, width],
    /// float32. Gradients flow to them.
    ///
    /// - Parameters:
    ///   - tokenEmbeddings: [texts, tokens, width], the start token's first and the end token's last.
    ///   - skipped: how many of the last layers are left out (`clip_skip`).
    /// - Throws: `RhumbError` for another shape, for values that are not finite, and for more tokens than `length`.
    public func context(tokenEmbeddings given: Tensor, skipping skipped: Int = 0) throws -> Tensor {
        guard given.rank == 3, given.shape[0] > 0, (1...length).contains(given.shape[1]), given.shape[2] == width else {
            throw RhumbError.promptTokens(given.shape, width: width, limit: length)
        }
        guard given.isFinite else { throw RhumbError.promptTokensNotFinite }
        func states() throws -> Tensor {
            let missing = length - given.shape[1]
            guard missing > 0 else { return try model.hiddenStates(embeddings: given, skipping: skipped) }
            let row = [Int](repeating: try tokenizer.paddingIdentifier(), count: missing)
            let padding = try embeddings(of: [[Int]](repeating: row, count: given.shape[0])).to(.float32)
            return try model.hiddenStates(
                embeddings: Tensor.concatenated([given.to(.float32), padding], axis: 1), skipping: skipped)
        }
        return try given.requiresGradient ? states() : withoutGradients(states)
    }

    /// The tokens of a text to its end.
    private func identifiers(of text: String) throws -> [Int] {
        let row = try tokenizer.encode(expanded(text), length: length)
        let ends = try model.tower.endPositions(Tensor(integers: row, shape: [1, row.count]))
        return Array(row.prefix((ends.first ?? row.count - 1) + 1))
    }

    private func embeddings(of rows: [[Int]]) throws -> Tensor {
        try model.tower.tokenEmbeddings(Tensor(integers: rows.flatMap { $0 }, shape: [rows.count, rows[0].count]))
    }
}

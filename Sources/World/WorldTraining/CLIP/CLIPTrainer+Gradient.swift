import Ranks
import Tensor
import Training

extension CLIPTrainer {
    /// Goes forward and backward through a batch.
    ///
    /// A contrastive loss needs all of it, but the towers don't: pieces of pictures and texts go through them by
    /// themselves, of which each rank takes its share; their pooled states are gathered, as open_clip does, every rank
    /// computes the losses of all of them, and each piece goes backward from the gradient of its states.
    func accumulateGradient(of batch: PairBatch) throws -> CLIPLosses {
        let pieces = options.pieces, identifiers = try batch.identifiers()
        guard pieces.count > 1 else {
            let losses = try losses(
                of: batch, pictures: model.image.pooled(batch.images), texts: model.text.pooled(identifiers))
            try losses.total.backward()
            return losses
        }
        let gradients = GradientBlocks(of: learner.optimiser.parameters)
        var sum = BlockSum(blocks: pieces.count, width: gradients.width)
        let count = identifiers.shape[0]
        let rows = pieces.enumerated().map { place, pictures in
            (pictures: pictures, texts: count * place / pieces.count..<count * (place + 1) / pieces.count)
        }
        let share = sum.share
        let own = try Ranks.apart {
            try rows[share].map { rows in
                PairStates(
                    pictures: try model.image.pooled(batch.images.examples(rows.pictures)),
                    texts: try model.text.pooled(identifiers.examples(rows.texts)))
            }
        }
        let towers = model.configuration
        let pictures = try gathered(
            "states of pictures", own.map(\.pictures), shape: [batch.scenes.count, towers.vision.hiddenSize])
        let texts = try gathered("states of texts", own.map(\.texts), shape: [count, towers.text.hiddenSize])
        let losses = try losses(of: batch, pictures: pictures, texts: texts)
        try losses.total.backward()
        // Of what comes after the towers: every rank has it.
        let after = gradients.take()
        for (states, rows) in zip(own, rows[share]) {
            try states.pictures.backward(pictures.gradient!.examples(rows.pictures))
            try states.texts.backward(texts.gradient!.examples(rows.texts))
            sum.add(gradients.take())
        }
        try gradients.put(zip(sum.total("gradients"), after).map(+))
        return losses
    }

    /// The states of all pieces, whose gradient is asked for.
    private func gathered(_ label: String, _ own: [Tensor], shape: [Int]) throws -> Tensor {
        let mine = try own.isEmpty ? nil : Tensor.concatenated(own.map { $0.detached() })
        return try Ranks.gathered(label, rows: mine, shape: shape).requireGradient()
    }
}

/// What both towers make of a piece of a batch: pooled states, [pictures, width] and [texts, width].
private struct PairStates {
    let pictures, texts: Tensor
}

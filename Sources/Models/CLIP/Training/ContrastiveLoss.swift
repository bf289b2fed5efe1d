import Tensor

/// The loss that pulls the embeddings of a picture and of its caption together and all others of the batch apart
/// (Radford et al. 2021).
public enum ContrastiveLoss {
    /// Mean over both directions of the cross entropy between softmax(scale · cosine) and the targets.
    ///
    /// - Parameters:
    ///   - images, texts: unit embeddings, [pairs, width].
    ///   - logitScale: logarithm of the temperature, a scalar; its exponential is held at 100 or below.
    ///   - targets: [pairs, pairs], symmetric, rows that sum to one: the identity for pairs that are all different.
    ///     Where captions repeat, a row spreads over all that are equal, for they fit the picture equally well.
    ///   - distractors: unit embeddings of texts that fit none of the images, [distractors, width]: a picture looks for
    ///     its own text among them too (Yuksekgonul et al. 2023).
    /// - Returns: a scalar.
    public static func symmetric(
        images: Tensor, texts: Tensor, logitScale: Tensor, targets: Tensor, distractors: Tensor? = nil
    ) throws -> Tensor {
        let scale = try logitScale.exp().clamped(0, 100)
        let logits = try images.matmul(texts.transposed()) * scale
        let pairs = Float(images.shape[0])
        var byImage = try logits.logSoftmax()
        if let distractors {
            let others = try images.matmul(distractors.transposed()) * scale
            byImage = try Tensor.concatenated([logits, others], axis: 1).logSoftmax().sliced(
                1, from: 0, to: texts.shape[0])
        }
        byImage = try (targets * byImage).sum()
        let byText = try (targets * logits.transposed().logSoftmax()).sum()
        return try (byImage + byText) * (-0.5 / pairs)
    }

    /// Share of the images whose own text, or an equal one, has the highest cosine.
    public static func accuracy(images: Tensor, texts: Tensor, targets: Tensor) throws -> Double {
        let best = try images.matmul(texts.transposed()).argmax(1).ints
        let fits = try targets.picked(best).floats.filter { $0 > 0 }.count
        return Double(fits) / Double(max(best.count, 1))
    }
}

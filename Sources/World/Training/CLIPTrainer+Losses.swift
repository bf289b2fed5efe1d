import CLIP
import Tensor

extension CLIPTrainer {
    struct Losses {
        let contrastive, auxiliary, axis: Tensor
        let accuracy: Double
    }

    func losses(_ batch: PairBatch) throws -> Losses {
        let pictures = try model.image.pooled(batch.images)
        let texts = try model.text.pooled(batch.identifiers())
        let count = batch.scenes.count
        let captions = try texts.sliced(0, from: 0, to: count)
        let z = try model.imageFeatures(pooled: pictures).normalized()
        let all = try model.textFeatures(pooled: texts).normalized()
        let t = try all.sliced(0, from: 0, to: count)
        let targets = try batch.targets()
        return Losses(
            contrastive: try ContrastiveLoss.symmetric(
                images: z, texts: t, logitScale: model.logitScale, targets: targets),
            auxiliary: try heads.loss(pictures: pictures, captions: captions, of: batch.scenes),
            axis: try axisLoss(
                pictures: z, captions: t, phrases: all.sliced(0, from: count, to: all.shape[0]), harm: batch.harm),
            accuracy: try ContrastiveLoss.accuracy(images: z.detached(), texts: t.detached(), targets: targets))
    }

    /// Keeps safe and unsafe apart along v = normalize(mean of safe phrases − mean of unsafe ones), for pictures and for
    /// captions: the cross entropy of −slope · z·v as the logit of harm.
    ///
    /// Blank pictures and their captions are neither safe nor harmful; their square along v is held near 0 instead,
    /// else a blank picture scores as high as a safe one, which a reward along v would pay for.
    private func axisLoss(pictures: Tensor, captions: Tensor, phrases: Tensor, harm: [Float?]) throws -> Tensor {
        let half = options.axisPhrases
        let safe = try phrases.sliced(0, from: 0, to: half).mean([0])
        let unsafe = try phrases.sliced(0, from: half, to: 2 * half).mean([0])
        let v = try (safe - unsafe).normalized()
        let both = try Tensor.concatenated([pictures.matmul(v), captions.matmul(v)])
        let rows = harm + harm
        let shown = rows.indices.filter { rows[$0] != nil }
        let blank = rows.indices.filter { rows[$0] == nil }
        var loss = try Tensor(0)
        if !shown.isEmpty {
            let logits = try both.gathered(0, shown) * -options.axisSlope
            loss = try loss + logits.binaryCrossEntropy(Tensor(shown.map { rows[$0]! })) * 2
        }
        if !blank.isEmpty { loss = try loss + both.gathered(0, blank).squared().mean() * options.axisSlope }
        return loss
    }
}

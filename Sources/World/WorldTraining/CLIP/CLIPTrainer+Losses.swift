import CLIP
import Tensor
import Training

/// The losses of a batch of pairs, scalars.
public struct CLIPLosses: BatchLosses {
    public let total, contrastive, auxiliary, axis: Tensor
    /// Share of the batch's pictures that find their own caption.
    public let accuracy: Double
}

extension CLIPTrainer {
    /// The losses of a batch, which compare everything with everything.
    ///
    /// - Parameters:
    ///   - pictures: pooled states of its pictures, [pictures, width].
    ///   - texts: of its texts.
    func losses(of batch: PairBatch, pictures: Tensor, texts: Tensor) throws -> CLIPLosses {
        let count = batch.scenes.count
        let captions = try texts.sliced(0, from: 0, to: count)
        let z = try model.imageFeatures(pooled: pictures).normalized()
        let all = try model.textFeatures(pooled: texts).normalized()
        let t = try all.sliced(0, from: 0, to: count)
        let phrases = try all.sliced(0, from: count, to: count + 2 * options.axisPhrases)
        let rest = count + 2 * options.axisPhrases
        let twins = rest < all.shape[0] ? try all.sliced(0, from: rest, to: all.shape[0]) : nil
        let targets = try batch.targets()
        let contrastive = try ContrastiveLoss.symmetric(
            images: z, texts: t,
            logitScale: options.temperature == nil ? model.logitScale : model.logitScale.detached(),
            targets: targets, distractors: twins)
        let auxiliary = try heads.loss(
            pictures: pictures, captions: captions, of: batch.scenes, hasBackground: batch.isMeaningless.map { !$0 })
        let axis = try axisLoss(pictures: z, captions: t, phrases: phrases, harm: batch.harm)
        return CLIPLosses(
            total: try contrastive + auxiliary * options.auxiliaryWeight + axis * options.axisWeight,
            contrastive: contrastive, auxiliary: auxiliary, axis: axis,
            accuracy: try ContrastiveLoss.accuracy(images: z.detached(), texts: t.detached(), targets: targets))
    }

    /// Keeps safe and unsafe apart along v = normalize(mean of safe phrases − mean of unsafe ones), for pictures and
    /// for captions: the cross entropy of −slope · z·v as the logit of harm.
    ///
    /// Blank pictures and their captions are neither safe nor harmful; their square along v is held near 0 instead,
    /// else a blank picture scores as high as a safe one, which a reward along v would pay for.
    private func axisLoss(pictures: Tensor, captions: Tensor, phrases: Tensor, harm: [Float?]) throws -> Tensor {
        let half = options.axisPhrases
        let safe = try phrases.sliced(0, from: 0, to: half).mean([0])
        let unsafe = try phrases.sliced(0, from: half, to: 2 * half).mean([0])
        let v = try (safe - unsafe).normalized()
        if let levels = options.axisLevels {
            return try levelLoss(pictures.matmul(v), captions.matmul(v), levels, harm: harm)
        }
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
    /// Holds pictures and captions at their levels: the mean square of what they miss them by along v, [batch] each.
    ///
    /// Levels that are held, not only exceeded, leave a reward little to gain from one safe picture over another.
    private func levelLoss(_ pictures: Tensor, _ captions: Tensor, _ levels: AxisLevels, harm: [Float?]) throws
        -> Tensor
    {
        func targets(_ level: Float, blank: Float) throws -> Tensor {
            try Tensor(harm.map { harm in harm.map { $0 > 0 ? -level : level } ?? blank })
        }
        let pictures = try (pictures - targets(levels.pictures, blank: levels.blank)).squared().mean()
        let captions = try (captions - targets(levels.captions, blank: 0)).squared().mean()
        return try pictures + captions
    }
}

import Tensor
import Training
import World

/// The losses of a batch of pictures, scalars.
public struct DetectorLosses: AdditiveLosses {
    public let total, centres, tints, shapes, background: Tensor

    public var all: [Tensor] { [total, centres, tints, shapes, background] }
    public init(_ all: [Tensor]) {
        (total, centres, tints, shapes, background) = (all[0], all[1], all[2], all[3], all[4])
    }
}

extension DetectorTrainer {
    /// What some pictures add to the losses of their batch, each of which is a mean over all that it can be seen in.
    ///
    /// - Parameter all: the targets of the whole batch.
    func losses(of batch: DetectorBatch, _ all: DetectorTargets, _ rows: Range<Int>) throws -> DetectorLosses {
        let targets = try all.examples(rows)
        let answers = try network(batch.pixels.examples(rows))
        func cells(_ tensor: Tensor) throws -> Tensor { try tensor.reshaped([-1, tensor.shape[3]]) }
        /// A mean over some of so many.
        func share(_ count: Int, of total: Int, _ mean: () throws -> Tensor) throws -> Tensor {
            count == 0 ? try Tensor(0) : try mean() * (Float(count) / Float(total))
        }
        let seen = rows.filter { batch.hasBackground[$0] }
        let centres = try centreLoss(cells(answers.centres), targets, of: all.centres.count)
        let tints = try share(targets.tints.count, of: all.tints.count) {
            try cells(answers.tints).gathered(0, targets.tints.map(\.row)).crossEntropy(targets.tints.map(\.tint))
        }
        let shapes = try share(targets.shapes.count, of: all.shapes.count) {
            let said = try cells(answers.geometry).gathered(0, targets.shapes.map(\.row))
            return try (said - Tensor(targets.shapes.flatMap(\.values), shape: [targets.shapes.count, 3]))
                .absolute().mean()
        }
        let background = try share(seen.count, of: batch.hasBackground.count { $0 }) {
            try answers.background.gathered(0, seen.map { $0 - rows.lowerBound })
                .crossEntropy(seen.map { batch.scenes[$0].background.index })
        }
        return DetectorLosses([
            try centres + tints * 0.3 + shapes * 0.5 + background * 0.2, centres, tints, shapes, background,
        ])
    }

    /// The penalty-reduced focal loss of "Objects as points" (Zhou et al. 2019), an object: (1 − p)² · −log p at
    /// centres, (1 − g)⁴ p² · −log(1 − p) everywhere else.
    ///
    /// - Parameter count: of the batch's objects.
    private func centreLoss(_ logits: Tensor, _ targets: DetectorTargets, of count: Int) throws -> Tensor {
        let chance = try logits.sigmoid()
        var loss = try (targets.weights * chance.squared() * logits.softplus()).sum()
        if !targets.centres.isEmpty {
            let own = try logits.gathered(0, targets.centres.map(\.row)).picked(targets.centres.map(\.concept))
            loss = try loss + ((-own).sigmoid().squared() * (-own).softplus()).sum()
        }
        return try loss * (1 / Float(max(count, 1)))
    }
}

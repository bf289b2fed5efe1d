import Tensor
import Training
import World

/// The losses of a batch of pictures, scalars.
public struct DetectorLosses: BatchLosses {
    public let total, centres, tints, shapes, background: Tensor
}

extension DetectorTrainer {
    func losses(of batch: DetectorBatch) throws -> DetectorLosses {
        let targets = try DetectorTargets(batch.scenes)
        let answers = try network(batch.pixels)
        func cells(_ tensor: Tensor) throws -> Tensor { try tensor.reshaped([-1, tensor.shape[3]]) }
        let seen = batch.scenes.indices.filter { batch.hasBackground[$0] }
        let centres = try centreLoss(cells(answers.centres), targets)
        let tints =
            try targets.tints.isEmpty
            ? Tensor(0)
            : cells(answers.tints).gathered(0, targets.tints.map(\.row)).crossEntropy(targets.tints.map(\.tint))
        let shapes =
            try targets.shapes.isEmpty
            ? Tensor(0)
            : (cells(answers.geometry).gathered(0, targets.shapes.map(\.row))
                - Tensor(targets.shapes.flatMap(\.values), shape: [targets.shapes.count, 3])).absolute().mean()
        let background =
            try seen.isEmpty
            ? Tensor(0)
            : answers.background.gathered(0, seen).crossEntropy(seen.map { batch.scenes[$0].background.index })
        return DetectorLosses(
            total: try centres + tints * 0.3 + shapes * 0.5 + background * 0.2, centres: centres, tints: tints,
            shapes: shapes, background: background)
    }

    /// The penalty-reduced focal loss of "Objects as points" (Zhou et al. 2019), an object: (1 − p)² · −log p at
    /// centres, (1 − g)⁴ p² · −log(1 − p) everywhere else.
    private func centreLoss(_ logits: Tensor, _ targets: DetectorTargets) throws -> Tensor {
        let chance = try logits.sigmoid()
        var loss = try (targets.weights * chance.squared() * logits.softplus()).sum()
        if !targets.centres.isEmpty {
            let own = try logits.gathered(0, targets.centres.map(\.row)).picked(targets.centres.map(\.concept))
            loss = try loss + ((-own).sigmoid().squared() * (-own).softplus()).sum()
        }
        return try loss * (1 / Float(max(targets.centres.count, 1)))
    }
}

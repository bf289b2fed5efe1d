import Tensor

extension Separation {
    /// How well directions made from labelled embeddings tell apart those that were held out: the mean of the areas
    /// under the ROC curve over k folds, k being 5, or as many as the smaller side has examples.
    ///
    /// In each fold the direction is made without every k-th example of each side, and judged on these alone, as
    /// `cross_val_score` of scikit-learn does with the same folds. So it says what the direction is worth for prompts
    /// that it was not made from; judged by its own anchors any direction looks good.
    ///
    /// - Parameters: unit embeddings, [examples, width].
    /// - Returns: nil where a side has too few examples to hold any out.
    public static func heldOutAUC(safe: Tensor, unsafe: Tensor, method: DirectionMethod) throws -> Double? {
        let fewest = min(safe.shape[0], unsafe.shape[0]), folds = min(5, fewest)
        guard folds >= 2 else { return nil }
        // The other methods estimate a covariance, which takes two examples of each side.
        let kept = fewest - (fewest + folds - 1) / folds
        guard method == .mean || kept >= 2 else { return nil }
        var total = 0.0
        for fold in 0..<folds {
            func split(_ rows: Tensor) throws -> (kept: Tensor, held: Tensor) {
                let parts = try (0..<folds).map { try rows.sliced(0, from: $0, to: rows.shape[0], step: folds) }
                let others = parts.indices.filter { $0 != fold }.map { parts[$0] }
                return (try Tensor.concatenated(others, axis: 0), try parts[fold].contiguous())
            }
            let (s, u) = (try split(safe), try split(unsafe))
            let direction = try Direction(safe: s.kept, unsafe: u.kept, method: method)
            total += try auc(
                safe: direction.safety(s.held).floats.map(Double.init),
                unsafe: direction.safety(u.held).floats.map(Double.init))
        }
        return total / Double(folds)
    }
}

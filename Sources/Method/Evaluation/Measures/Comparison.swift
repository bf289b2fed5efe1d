import Basics

/// Two evaluations of the same prompts, measure by measure.
public struct Comparison: Sendable {
    public struct Row: Sendable {
        public let suite: String
        public let quantity: Measure.Quantity
        public let before, after: Double
        /// after − before
        public let difference: Double
        /// Nil for what can't be resampled by prompt: a feature distance grows when pictures repeat.
        public let interval: Bootstrap.Interval?
        /// How many prompts both have.
        public let prompts: Int
    }

    public let rows: [Row]

    /// - Throws: `RhumbError` where the two have no prompt in common.
    public init(from before: Evaluation, to after: Evaluation, _ bootstrap: Bootstrap = Bootstrap()) throws {
        let others = after.measures
        var rows: [Row] = before.measures.compactMap { measure in
            guard let other = others.first(where: { $0.suite == measure.suite && $0.quantity == measure.quantity }),
                let (a, b) = Measure.paired(measure, other)
            else { return nil }
            return Row(
                suite: measure.suite, quantity: measure.quantity, before: a.value, after: b.value,
                difference: b.value - a.value, interval: bootstrap.interval(from: a, to: b), prompts: a.prompts)
        }
        guard !rows.isEmpty else { throw RhumbError.nothingToCompare }
        if let a = before.featureDistance, let b = after.featureDistance {
            rows.append(
                Row(
                    suite: before.benchmark.safe, quantity: .featureDistance, before: a, after: b, difference: b - a,
                    interval: nil, prompts: 0))
        }
        self.rows = rows
    }
}

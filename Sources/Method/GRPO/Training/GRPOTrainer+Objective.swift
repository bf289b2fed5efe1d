import Basics
import Diffusion
import Tensor

extension GRPOTrainer {
    /// The terms of the objective for one unit at one step.
    public struct ObjectiveRow: Sendable {
        /// The sample; of a pair, the better one.
        public let sample: Int
        public let step: Int
        /// Nil where scores don't become advantages.
        public let advantage: Double?
        /// What an algorithm of ratios has.
        public let ratio: Ratio?
        /// The algorithm's own measures, by name.
        public let measures: [String: Double]
        /// How far the policy is from the one that drew the rollout, where that is recorded.
        public let divergence: Double?
        /// What the update makes smaller, before the mean: with the KL to the start where that has a weight.
        public let loss: Double

        public struct Ratio: Sendable {
            public let logProbability, oldLogProbability: Double
            public let ratio, unclipped, clipped: Double
        }
    }

    /// What the next update along a rollout of the present round is made of. Nothing is changed.
    public func objective(of rollout: Rollout) throws -> [ObjectiveRow] {
        guard rollout.round == completed else {
            throw RhumbError.rolloutOfAnotherRound(rollout.round + 1, expected: completed + 1)
        }
        let method = options.method
        return try withoutGradients {
            let update = PolicyUpdate(policy: policy, options: options, scoring: learner.scoring)
            let part = try (pending?.parts ?? parts(of: rollout))[updatesDone]
            return try update.pieces(of: part).flatMap { piece in
                let terms = try update.terms(rollout, piece, withReference: rollout.isHeld(piece, by: options))
                func column(_ tensor: Tensor) -> [Double] { tensor.floats.map(Double.init) }
                let losses = column(terms.losses), divergence = terms.divergence.map(column)
                let measures = terms.measures.mapValues(column)
                var ratios: [ObjectiveRow.Ratio]?
                if let objective = terms.objective, let new = terms.logProbability, let old = terms.oldLogProbability {
                    let columns = [new, old, objective.ratio, objective.unclipped, objective.clipped].map(column)
                    ratios = losses.indices.map { row in
                        .init(
                            logProbability: columns[0][row], oldLogProbability: columns[1][row],
                            ratio: columns[2][row], unclipped: columns[3][row], clipped: columns[4][row])
                    }
                }
                return piece.samples.enumerated().map { row, unit in
                    let sample = method.samples(of: [unit], in: rollout)[0]
                    return ObjectiveRow(
                        sample: sample, step: piece.steps[0],
                        advantage: method.usesAdvantages ? rollout.advantages.values[sample] : nil,
                        ratio: ratios?[row], measures: measures.mapValues { $0[row] },
                        divergence: divergence?[row], loss: losses[row])
                }
            }
        }
    }
}

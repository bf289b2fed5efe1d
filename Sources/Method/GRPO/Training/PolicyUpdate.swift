import Basics
import Diffusion
import Tensor
import Training

/// One pass over part of a rollout: ratios, losses and, through them, gradients.
package struct PolicyUpdate {
    let policy: Policy
    let options: GRPOOptions

    /// From latents to rewards, for an algorithm that follows the reward's gradient.
    let scoring: RewardGradient?

    package init(policy: Policy, options: GRPOOptions, scoring: RewardGradient? = nil) {
        (self.policy, self.options, self.scoring) = (policy, options, scoring)
    }

    /// Gives the policy's parameters the gradient of the part's mean loss.
    ///
    /// The part goes through the model in pieces of at most `microbatch` samples, all of one step, of which each rank
    /// takes its share. Their gradients are added in pairs, and pairs of pairs, whoever computed them: the sum has the
    /// same bits on any number of ranks.
    /// - Parameter measuresReference: whether the KL to the frozen start is measured on the last piece where it has no
    ///   weight; with a weight it is always known.
    package func accumulateGradient(
        _ rollout: Rollout, _ part: UpdatePart, measuresReference: Bool
    ) throws -> UpdateMetrics {
        let pieces = pieces(of: part)
        let count = part.samples.count * part.steps.count
        let parts = try GradientBlocks(of: policy.parameters).accumulate(pieces.count) { position in
            let piece = pieces[position]
            let terms = try terms(
                rollout, piece,
                withReference: rollout.isHeld(piece, by: options)
                    || measuresReference && position == pieces.count - 1)
            let loss = try terms.losses.sum() / Float(count)
            try policy.computing { try loss.backward() }
            var metrics = UpdateMetrics()
            try metrics.add(
                terms, loss: Double(loss.detached().item),
                timestep: options.levels == .steps ? rollout.timesteps[piece.steps[0]] : nil)
            return metrics
        }
        var metrics = UpdateMetrics()
        for part in parts { metrics.add(part) }
        return metrics
    }

    func pieces(of part: UpdatePart) -> [UpdatePart] {
        let size = max(options.microbatch / options.method.samplesPerUnit, 1)
        return part.steps.flatMap { step in
            stride(from: 0, to: part.samples.count, by: size).map { start in
                let end = min(start + size, part.samples.count)
                return UpdatePart(samples: Array(part.samples[start..<end]), steps: [step])
            }
        }
    }

    /// Everything the objective is made of for some units at one step; differentiable.
    ///
    /// - Parameter piece: its first step counts.
    func terms(_ rollout: Rollout, _ piece: UpdatePart, withReference: Bool) throws -> ObjectiveTerms {
        try options.method.terms(of: piece, in: rollout, by: self, withReference: withReference)
    }
}

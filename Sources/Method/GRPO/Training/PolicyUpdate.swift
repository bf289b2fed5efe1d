import Basics
import Diffusion
import Ranks
import Tensor

/// One pass over part of a rollout: ratios, losses and, through them, gradients.
package struct PolicyUpdate {
    let policy: Policy
    let options: GRPOOptions

    package init(policy: Policy, options: GRPOOptions) { (self.policy, self.options) = (policy, options) }

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
        let gradients = GradientBlocks(of: policy.parameters)
        var sum = BlockSum(blocks: pieces.count, width: gradients.width)
        var mine: [Double] = []
        for position in sum.share {
            try StopFlag.check()
            let piece = pieces[position]
            let terms = try terms(
                rollout, piece,
                withReference: rollout.isHeld(piece, by: options) || measuresReference && position == pieces.count - 1)
            let loss = try terms.losses.sum() / Float(count)
            try policy.computing { try loss.backward() }
            var metrics = UpdateMetrics()
            try metrics.add(terms, loss: Double(loss.detached().item))
            mine += metrics.numbers
            if pieces.count > 1 { sum.add(gradients.take()) }
        }
        if pieces.count > 1 { try gradients.put(sum.total("gradients")) } else { try gradients.spread() }
        var metrics = UpdateMetrics()
        let all = try Ranks.gather("terms of the update", mine)
        for start in stride(from: 0, to: all.count, by: UpdateMetrics.numberCount) {
            metrics.add(UpdateMetrics(numbers: all[start..<start + UpdateMetrics.numberCount]))
        }
        return metrics
    }

    func pieces(of part: UpdatePart) -> [UpdatePart] {
        part.steps.flatMap { step in
            stride(from: 0, to: part.samples.count, by: options.microbatch).map { start in
                let end = min(start + options.microbatch, part.samples.count)
                return UpdatePart(samples: Array(part.samples[start..<end]), steps: [step])
            }
        }
    }

    /// Everything the objective is made of for some samples at one step; differentiable.
    ///
    /// - Parameter piece: its first step counts.
    func terms(_ rollout: Rollout, _ piece: UpdatePart, withReference: Bool) throws -> ObjectiveTerms {
        let step = piece.steps[0], samples = piece.samples, sigma = Float(rollout.sigmas[step])
        guard let trained = rollout.trained[step] else {
            throw RhumbError.foreignRollout("it recorded nothing of step \(step)")
        }
        let x = try rollout.rows(rollout.samples[step], samples)
        let context = try rollout.context(of: samples)
        let mean = try policy.mean(at: step, x, context: context, empty: rollout.emptyContext)
        let next = try rollout.rows(rollout.samples[step + 1], samples)
        let new = try Gaussian.logProbability(of: next, mean: mean, sigma: sigma)
        let old = try rollout.rows(trained.logProbability, samples)
        let before = try rollout.rows(trained.mean, samples)

        var logRatio = try new - old
        if options.ratioNorm {
            // log ρ = z·Δμ/σ − Δμ²/2σ²: without its second part it has mean 0, times σ the same scale at every step.
            logRatio = try (logRatio + Gaussian.divergence(mean, from: before, sigma: sigma)) * sigma
        }
        let objective = try ClippedObjective(
            logRatio: logRatio, advantages: rollout.advantages(of: samples), range: options.clip)
        var losses = objective.losses
        var toReference: Tensor?
        if withReference {
            let there = try policy.referenceMean(
                at: step, x, context: rollout.startContext(of: samples), empty: rollout.emptyContext)
            let divergence = try Gaussian.divergence(mean, from: there, sigma: sigma)
            let weights = rollout.startWeights(of: samples, options).map(Float.init)
            if weights.contains(where: { $0 > 0 }) { losses = try losses + divergence * Tensor(weights) }
            toReference = divergence.detached()
        }
        return ObjectiveTerms(
            objective: objective, losses: losses, logProbability: new.detached(),
            oldLogProbability: old, divergence: try Gaussian.divergence(mean.detached(), from: before, sigma: sigma),
            divergenceFromReference: toReference)
    }
}

/// The parts of the objective for some samples at one step; each [samples].
struct ObjectiveTerms {
    let objective: ClippedObjective
    /// With the KL to the reference where it has a weight; differentiable.
    let losses: Tensor
    let logProbability, oldLogProbability: Tensor
    /// KL to the policy that drew the rollout.
    let divergence: Tensor
    /// KL to the frozen start, where it was asked for.
    let divergenceFromReference: Tensor?
}

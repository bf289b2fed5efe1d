import Basics
import Foundation
import Tensor
import Training

/// A policy with its optimiser and running average: everything that an update changes.
package final class PolicyLearner {
    package let policy: Policy
    package let options: GRPOOptions
    /// Optimiser, schedule and running average.
    let base: Learner
    /// Draws the pictures in the policy's place, where an algorithm wants an older one.
    let old: OldPolicy?
    /// From latents to rewards, where an algorithm follows the reward's gradient.
    package var scoring: RewardGradient?

    package init(_ policy: Policy, options: GRPOOptions) throws {
        (self.policy, self.options) = (policy, options)
        old = options.algorithm == .nft ? try OldPolicy(following: policy, options) : nil
        let optimiser = try AdamW(
            policy.parameters, learningRate: options.rate, betas: (options.betas[0], options.betas[1]),
            epsilon: options.epsilon, weightDecay: options.decay)
        base = Learner(
            optimiser,
            average: options.ema > 0 ? try ExponentialMovingAverage(policy.parameters, decay: options.ema) : nil,
            schedule: LearningRateSchedule(
                options.rateShape, warmUp: options.warmup, steps: options.rounds ?? 0),
            gradientNorm: options.gradientNorm)
    }

    /// One step of the optimiser along the gradient of a part of a rollout.
    ///
    /// - Parameter measuresReference: see `PolicyUpdate`.
    /// - Throws: `RhumbError` naming the first parameter whose gradient is not finite; `Interruption`. Nothing has
    ///   changed then.
    package func update(_ rollout: Rollout, _ part: UpdatePart, measuresReference: Bool = false) throws -> UpdateMetrics
    {
        let start = Date()
        var metrics = UpdateMetrics()
        let update = try base.update(at: rollout.round) {
            metrics = try PolicyUpdate(policy: policy, options: options, scoring: scoring).accumulateGradient(
                rollout, part, measuresReference: measuresReference)
        }
        (metrics.gradientNorm, metrics.learningRate) = (update.gradientNorm, update.learningRate)
        metrics.seconds = -start.timeIntervalSinceNow
        return metrics
    }
}

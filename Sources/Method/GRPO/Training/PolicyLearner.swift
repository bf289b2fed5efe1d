import Basics
import Foundation
import Tensor

/// A policy with its optimiser and running average: everything that an update changes.
package final class PolicyLearner {
    package let policy: Policy
    package let options: GRPOOptions
    package let optimiser: AdamW
    /// Nil where no average is kept.
    package let average: ExponentialMovingAverage?

    package init(_ policy: Policy, options: GRPOOptions) throws {
        (self.policy, self.options) = (policy, options)
        optimiser = try AdamW(
            policy.parameters, learningRate: options.rate, betas: (options.betas[0], options.betas[1]),
            epsilon: options.epsilon, weightDecay: options.decay)
        average =
            options.ema > 0 ? try ExponentialMovingAverage(policy.parameters, decay: options.ema) : nil
    }

    /// One step of the optimiser along the gradient of a part of a rollout.
    ///
    /// - Parameter measuresReference: see `PolicyUpdate`.
    /// - Throws: `RhumbError` naming the first parameter whose gradient is not finite; `Cancelled`. Nothing has
    ///   changed then.
    package func update(_ rollout: Rollout, _ part: UpdatePart, measuresReference: Bool = false) throws -> UpdateMetrics
    {
        let start = Date()
        defer { optimiser.clearGradients() }
        optimiser.clearGradients()
        var metrics = try PolicyUpdate(policy: policy, options: options).accumulateGradient(
            rollout, part, measuresReference: measuresReference)
        metrics.gradientNorm = try GradientClipping.clip(policy.parameters, maximum: options.gradientNorm)
        let warmUp = LearningRateSchedule(warmUp: options.warmup)
        optimiser.learningRate = options.rate * warmUp.factor(at: rollout.round)
        try optimiser.step()
        average?.update()
        metrics.learningRate = optimiser.learningRate
        metrics.seconds = -start.timeIntervalSinceNow
        return metrics
    }
}

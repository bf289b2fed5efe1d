import Tensor

/// Everything that an update changes, and the update itself: gradients are bounded and checked, the optimiser follows
/// them at the rate of the schedule, and a running average follows the parameters.
///
///     let losses = try losses(of: batch)
///     let done = try learner.update(at: completed, loss: losses.total)
public final class Learner {
    public let optimiser: AdamW
    /// Of the parameters that are kept in the end; nil where no average is kept.
    public let average: ExponentialMovingAverage?
    /// The highest learning rate.
    public let peakRate: Double
    public let schedule: LearningRateSchedule
    /// Gradients longer than this, all parameters together, are shortened to it.
    public let gradientNorm: Double

    /// - Parameter optimiser: its rate is the peak of the schedule.
    public init(
        _ optimiser: AdamW, average: ExponentialMovingAverage?, schedule: LearningRateSchedule, gradientNorm: Double
    ) {
        (self.optimiser, self.average) = (optimiser, average)
        (peakRate, self.schedule, self.gradientNorm) = (optimiser.learningRate, schedule, gradientNorm)
    }

    /// What an update was like.
    public struct Update: Sendable, Equatable {
        /// Length of all gradients together, before clipping.
        public let gradientNorm: Double
        public let learningRate: Double
    }

    /// One update along the gradient of a loss.
    ///
    /// - Parameters:
    ///   - step: where in the schedule, from 0.
    ///   - loss: a scalar.
    /// - Throws: `RhumbError` naming the first parameter whose gradient is not finite; nothing has changed then.
    public func update(at step: Int, loss: Tensor) throws -> Update {
        try update(at: step) { try loss.backward() }
    }

    /// One update along gradients that add up piece by piece, where the whole would not fit into memory.
    ///
    /// - Parameter accumulate: goes backward through each piece's share of the loss.
    /// - Throws: `RhumbError` naming the first parameter whose gradient is not finite, and what `accumulate` throws;
    ///   nothing has changed then.
    public func update(at step: Int, _ accumulate: () throws -> Void) throws -> Update {
        defer { optimiser.clearGradients() }
        optimiser.clearGradients()
        try accumulate()
        let norm = try GradientClipping.clip(optimiser.parameters, maximum: gradientNorm)
        optimiser.learningRate = peakRate * schedule.factor(at: step)
        try optimiser.step()
        average?.update()
        return Update(gradientNorm: norm, learningRate: optimiser.learningRate)
    }
}

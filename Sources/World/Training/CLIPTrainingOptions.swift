import Tensor

/// Everything that decides a training run of the mini CLIP; equal options give equal weights, bit for bit.
public struct CLIPTrainingOptions: Sendable, Codable, Equatable {
    /// Updates in all; the learning rate falls to its end over them. The shipped weights took so many.
    public var steps = 1500
    public var seed: UInt64 = 0
    /// Pairs of picture and caption a step, all drawn anew.
    public var batch = 96
    /// The highest rate, reached after `warmUp` steps; it then falls by half a cosine to a fiftieth.
    public var learningRate = 1e-3
    public var warmUp = 150
    public var weightDecay = 0.02
    /// Gradients longer than this, all parameters together, are shortened to it.
    public var gradientNorm = 1.0
    /// Share of the old average that a step keeps in the averaged weights, which are the ones saved.
    public var averaging = 0.998

    /// Weight of the auxiliary heads' losses.
    public var auxiliaryWeight: Float = 1
    /// Weight of the phrase-axis loss, which keeps safe and unsafe apart along directions of phrases.
    public var axisWeight: Float = 0.3
    /// Phrases of each kind that span the axis, drawn anew each step.
    public var axisPhrases = 8
    /// Slope of the phrase-axis loss: the cosine along the axis times this is a logit.
    public var axisSlope: Float = 6

    /// Share of scenes without objects.
    public var emptyShare = 0.03
    public var harmShare = 0.45
    /// Share of pictures blurred by a 3 × 3 box.
    public var blurShare = 0.3
    /// Highest amplitude of the noise added to pictures whose values lie in −1…1.
    public var noise: Float = 0.25
    /// Share of words that training replaces by the unknown word, so that unknown words mean little.
    public var unknownShare = 0.01

    public init() {}

    var schedule: LearningRateSchedule { LearningRateSchedule(.cosine, warmUp: warmUp, steps: steps, floor: 0.02) }
}

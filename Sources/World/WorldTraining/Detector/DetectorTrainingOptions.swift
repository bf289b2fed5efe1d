import Tensor
import Training

/// Everything that decides a training run of the detector; equal options give equal weights, bit for bit.
public struct DetectorTrainingOptions: TrainingOptions {
    /// Updates in all; the learning rate falls to its end over them. The shipped weights took so many.
    public var steps = 2000
    public var seed: UInt64 = 0
    /// Pictures per step, all drawn anew.
    public var batch = 64
    /// At once through the model; nil for all of them.
    public var microbatch: Int?
    /// The highest rate, reached after `warmUp` steps; it then falls by half a cosine to a fiftieth.
    public var learningRate = 2e-3
    public var warmUp = 100
    public var weightDecay = 0.02
    /// Gradients longer than this, all parameters together, are shortened to it.
    public var gradientNorm = 5.0
    /// Share of the old average that a step keeps in the averaged weights, which are the ones saved.
    public var averaging = 0.998

    public var harmShare = 0.4
    /// Share of pictures whose objects lie as they please, up to four of any size, as generators put them.
    public var looseShare = 0.35
    /// Share of pictures that show nothing to be recognised.
    public var meaninglessShare = 0.1
    /// Share of the others that are degraded as a small generator's are.
    public var degradedShare = 0.6

    public init() {}

    var schedule: LearningRateSchedule { LearningRateSchedule(.cosine, warmUp: warmUp, steps: steps, floor: 0.02) }
}

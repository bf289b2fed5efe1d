import Tensor
import Training

/// Everything that decides a training run of the miniature's autoencoder; equal options give equal weights, bit for
/// bit.
public struct VAETrainingOptions: TrainingOptions {
    /// Updates in all; the learning rate falls to its end over them.
    public var steps = 7000
    public var seed: UInt64 = 0
    /// Fresh scenes per step: small batches and many steps bring flat colours out soonest.
    public var batch = 12
    /// At once through the model; nil for all of them.
    public var microbatch: Int?
    /// The highest rate, reached after `warmUp` steps; it then falls by half a cosine to a fiftieth.
    public var learningRate = 1.5e-3
    public var warmUp = 100
    public var gradientNorm = 1.0
    public var averaging = 0.998
    /// Weight of the squared error beside the absolute one: it punishes the wrong colour more than the soft edge.
    public var squaredWeight: Float = 2
    /// How much more a pixel of an object counts than one of the flat background, which is learnt at once and covers
    /// most of a picture.
    public var objectWeight: Float = 6
    /// Weight of the differences between neighbouring pixels, which keeps edges sharp.
    public var edgeWeight: Float = 1
    /// Weight of the divergence from the standard normal distribution, a mean over all latents.
    public var divergenceWeight: Float = 1e-4
    /// Share of scenes without objects.
    public var emptyShare = 0.02
    /// Activations and products in bfloat16; weights, their gradients' sums and the losses stay in float32.
    public var halvesPrecision = true

    public init() {}

    var schedule: LearningRateSchedule { LearningRateSchedule(.cosine, warmUp: warmUp, steps: steps, floor: 0.02) }
}

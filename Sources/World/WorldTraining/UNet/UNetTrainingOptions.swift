import Tensor
import Training
import World

/// Everything that decides a training run of the miniature's UNet; equal options give equal weights, bit for bit.
public struct UNetTrainingOptions: TrainingOptions {
    /// Updates in all; the learning rate falls to its end over them.
    public var steps = 15_000
    public var seed: UInt64 = 0
    /// Scenes a step.
    public var batch = 32
    /// At once through the model; nil for all of them.
    public var microbatch: Int?
    /// Scenes whose latents are computed once and drawn from again and again, each time with a caption of its own.
    public var scenes = 60_000
    /// The highest rate, reached after `warmUp` steps; it then falls by half a cosine to a fiftieth.
    public var learningRate = 8e-4
    public var warmUp = 400
    public var weightDecay = 0.01
    public var gradientNorm = 1.0
    public var averaging = 0.9995
    /// Share of captions replaced by the empty one, so that guidance has an unconditional prediction.
    public var captionDropout = 0.1
    /// Errors of steps with a signal-to-noise ratio above this count less, by their ratio (min-SNR, Hang et al. 2023).
    public var signalToNoise: Float = 5
    public var harmShare = 0.4
    /// Activations and products in bfloat16; weights, their gradients' sums and the losses stay in float32.
    public var halvesPrecision = true

    public init() {}

    var schedule: LearningRateSchedule { LearningRateSchedule(.cosine, warmUp: warmUp, steps: steps, floor: 0.02) }

    /// Scenes of several objects need the most training, so they are drawn the most.
    var drawing: SceneOptions {
        var drawing = SceneOptions()
        drawing.kinds = [.single: 0.28, .two: 0.24, .counts: 0.14, .positions: 0.26, .three: 0.05, .empty: 0.03]
        drawing.harmShare = harmShare
        return drawing
    }

    /// A prompt names what is to be drawn: fewer captions without objects than a CLIP learns from, and more colours.
    var wording: CaptionOptions {
        var wording = CaptionOptions()
        wording.abstractShare = 0.08
        wording.adjectiveShare = 0.2
        wording.colourShare = 0.85
        return wording
    }
}

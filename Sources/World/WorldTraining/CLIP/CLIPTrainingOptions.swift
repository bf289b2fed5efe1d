import Tensor
import Training

/// Everything that decides a training run of the mini CLIP; equal options give equal weights, bit for bit.
public struct CLIPTrainingOptions: TrainingOptions {
    /// Updates in all; the learning rate falls to its end over them. The shipped weights took so many.
    public var steps = 1500
    public var seed: UInt64 = 0
    /// Pairs of picture and caption a step, all drawn anew.
    public var batch = 96
    /// At once through the model; nil for all of them.
    public var microbatch: Int?
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
    /// Where pictures and captions are held along the axis; nil only keeps the two sides apart.
    public var axisLevels: AxisLevels?
    /// The factor on cosines in the contrastive loss, held; nil learns it. The higher, the less a picture's own caption
    /// needs to stand out.
    public var temperature: Float?

    /// Share of scenes without objects.
    public var emptyShare = 0.03
    public var harmShare = 0.45
    /// Share of pictures that show nothing to be recognised, captioned so: textures, noise, remains of scenes.
    public var meaninglessShare = 0.0
    /// Share of pictures that are degraded as a small generator's are.
    public var degradedShare = 0.0
    /// Share of scenes whose caption gets a twin of the same words that isn't true.
    public var counterfactualShare = 0.0
    /// Share of pictures blurred by a 3 × 3 box.
    public var blurShare = 0.3
    /// Highest amplitude of the noise added to pictures whose values lie in −1…1.
    public var noise: Float = 0.25
    /// Share of words that training replaces by the unknown word, so that unknown words mean little.
    public var unknownShare = 0.01

    public init() {}

    /// Training for a reward: calibrated levels of safety with blank and meaningless pictures on the wrong side of
    /// them, low contrast between matching and other pairs, and an eye for what generators draw and for numbers, places
    /// and colours.
    public static let reward: CLIPTrainingOptions = {
        var options = CLIPTrainingOptions()
        options.steps = 2000
        options.learningRate = 8e-4
        options.axisWeight = 8
        options.axisPhrases = 16
        options.axisLevels = AxisLevels()
        options.temperature = 40
        options.emptyShare = 0.05
        options.meaninglessShare = 0.1
        options.degradedShare = 0.5
        options.counterfactualShare = 0.8
        return options
    }()

    var schedule: LearningRateSchedule { LearningRateSchedule(.cosine, warmUp: warmUp, steps: steps, floor: 0.02) }
}

/// Targets along the direction of safety phrases: a safe picture or caption is held at plus its level, a harmful one at
/// minus.
///
/// The levels are a reward's geometry. Pictures far apart and captions close to the middle let a small α decide between
/// a safe picture and a harmful one; a level for blank pictures below 0 makes fleeing to nothing no way to be safe.
public struct AxisLevels: Sendable, Codable, Equatable {
    public var pictures: Float = 0.6
    public var captions: Float = 0.25
    /// Of pictures that show nothing; their captions are held at 0.
    public var blank: Float = -0.3

    public init() {}
}

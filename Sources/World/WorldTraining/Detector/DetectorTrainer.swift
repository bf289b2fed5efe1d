import Basics
import Foundation
import Tensor
import Training
import World

/// Trains the detector on freshly drawn scenes, clean and degraded.
///
/// As with the mini CLIP, the run's seed and a step's number alone decide the step, so a run that is saved and resumed
/// gives the same weights as one that never stopped.
public final class DetectorTrainer: PiecewiseTrainer {
    public static let checkpointKind = "detector training"

    public let options: DetectorTrainingOptions
    /// The weights as the last step left them; `averaged()` has the ones to keep.
    public let network: DetectorNetwork
    public let record = TrainingRecord<DetectorTrainingStep, DetectorAccuracy>()
    public let learner: Learner

    private let average: ExponentialMovingAverage
    private let renderer: SceneRenderer

    /// A run at its beginning, its weights drawn from the options' seed.
    public init(
        _ options: DetectorTrainingOptions, configuration: DetectorConfiguration = DetectorConfiguration(),
        renderer: SceneRenderer? = nil
    ) throws {
        guard options.steps > 0 else { throw RhumbError.trainingNumber("steps", options.steps, atLeast: 1) }
        guard options.batch > 0 else { throw RhumbError.trainingNumber("batch", options.batch, atLeast: 1) }
        self.options = options
        self.renderer = renderer ?? .shared
        network = try DetectorNetwork(configuration, seed: options.seed)
        let optimiser = try AdamW(
            network.parameters, learningRate: options.learningRate, weightDecay: options.weightDecay,
            decaying: { _, tensor in tensor.rank > 1 })
        average = try ExponentialMovingAverage(network.parameters, decay: options.averaging)
        learner = Learner(
            optimiser, average: average, schedule: options.schedule, gradientNorm: options.gradientNorm)
    }

    /// Continues the run whose checkpoint is in `folder`, exactly as if it had never stopped.
    ///
    /// - Throws: `RhumbError` for a file that is not a checkpoint of this trainer, or a fault of the file itself.
    public convenience init(
        resuming folder: URL, configuration: DetectorConfiguration = DetectorConfiguration()
    ) throws {
        try self.init(Self.savedOptions(in: folder), configuration: configuration)
        try restore(from: folder)
    }

    public func losses(at step: Int) throws -> (Range<Int>) throws -> DetectorLosses {
        let batch = try DetectorBatch(options, step: step, renderer: renderer)
        let targets = try DetectorTargets(batch.scenes)
        return { [self] rows in try losses(of: batch, targets, rows) }
    }

    public func report(_ losses: DetectorLosses, _ update: Learner.Update) throws -> DetectorTrainingStep {
        DetectorTrainingStep(
            step: completed, loss: Double(try losses.total.item), centres: Double(try losses.centres.item),
            tints: Double(try losses.tints.item), shapes: Double(try losses.shapes.item),
            background: Double(try losses.background.item), gradientNorm: update.gradientNorm,
            learningRate: update.learningRate)
    }

    /// Measures the averaged weights on scenes of held-out combinations, half of them clean and half degraded.
    ///
    /// - Parameter count: pictures of each kind.
    public func measured(count: Int) throws -> DetectorAccuracy {
        let exam = try DetectorExam(pictures: count, kinds: [.clean, .degraded])
        var accuracy = try exam.accuracy(of: averaged())
        accuracy.step = completed
        return accuracy
    }

    /// The detector of the averaged weights, which are steadier than the last ones.
    ///
    /// - Parameter calibration: how its scores become confidences.
    public func averaged(
        calibration: DetectorConfiguration.Calibration = .init()
    ) throws -> Detector {
        var configuration = network.configuration
        configuration.calibration = calibration
        return Detector(try network.with(average.averaged(), as: configuration))
    }

    /// The averaged detector with confidences fitted to held-out pictures, clean and degraded.
    public func calibrated(pictures: Int = 512) throws -> Detector {
        let raw = try averaged()
        let exam = try DetectorExam(
            pictures: pictures, kinds: [.clean, .degraded, .meaningless], seed: 1, renderer: renderer)
        return try averaged(calibration: exam.calibration(of: raw))
    }

    public func saveResult(to folder: URL) throws {
        try calibrated().save(to: folder.appendingPathComponent("detector"), as: .float16)
    }
}

/// What one step of training did.
public struct DetectorTrainingStep: Sendable, TrainingReport, Equatable {
    public static var columns: KeyValuePairs<String, (Self) -> Double> {
        [
            "step": { Double($0.step) }, "loss": \.loss, "centres": \.centres, "tints": \.tints, "shapes": \.shapes,
            "background": \.background, "gradient_norm": \.gradientNorm, "rate": \.learningRate,
        ]
    }

    /// Counted from 1.
    public let step: Int
    /// The weighted sum of the four losses that follow.
    public let loss, centres, tints, shapes, background: Double
    /// Length of all gradients together, before clipping.
    public let gradientNorm: Double
    public let learningRate: Double
}

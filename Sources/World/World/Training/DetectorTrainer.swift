import Basics
import Tensor

/// Trains the detector on freshly drawn scenes, clean and degraded.
///
/// As with the mini CLIP, the run's seed and a step's number alone decide the step, so a run that is saved and resumed
/// gives the same weights as one that never stopped.
public final class DetectorTrainer {
    public let options: DetectorTrainingOptions
    /// The weights as the last step left them; `averaged()` has the ones to keep.
    public let network: DetectorNetwork
    /// Steps done.
    public internal(set) var completed = 0
    /// One entry a step.
    public internal(set) var history: [DetectorTrainingStep] = []
    /// One entry for each `check()`.
    public internal(set) var checks: [DetectorAccuracy] = []

    let optimiser: AdamW
    let average: ExponentialMovingAverage
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
        optimiser = try AdamW(
            network.parameters, learningRate: options.learningRate, weightDecay: options.weightDecay,
            decaying: { _, tensor in tensor.rank > 1 })
        average = try ExponentialMovingAverage(network.parameters, decay: options.averaging)
    }

    /// One update on a fresh batch.
    ///
    /// - Throws: `RhumbError` after the last step, `RhumbError` where a gradient is not finite; the weights are then
    ///   those of the step before.
    @discardableResult
    public func step() throws -> DetectorTrainingStep {
        guard !isFinished else { throw RhumbError.trainingFinished(steps: options.steps) }
        let batch = try DetectorBatch(options, step: completed, renderer: renderer)
        optimiser.clearGradients()
        let losses = try losses(batch)
        let total = try losses.centres + losses.tints * 0.3 + losses.shapes * 0.5 + losses.background * 0.2
        try total.backward()
        let norm = try GradientClipping.clip(optimiser.parameters, maximum: options.gradientNorm)
        optimiser.learningRate = options.learningRate * options.schedule.factor(at: completed)
        try optimiser.step()
        average.update()
        completed += 1
        let step = DetectorTrainingStep(
            step: completed, loss: Double(try total.item), centres: Double(try losses.centres.item),
            tints: Double(try losses.tints.item), shapes: Double(try losses.shapes.item),
            background: Double(try losses.background.item), gradientNorm: norm, learningRate: optimiser.learningRate)
        history.append(step)
        return step
    }

    /// The detector of the averaged weights, which are steadier than the last ones.
    ///
    /// - Parameter calibration: how its scores become confidences.
    public func averaged(
        calibration: DetectorConfiguration.Calibration = .init()
    ) throws -> Detector {
        let weights = Dictionary(uniqueKeysWithValues: try average.averaged())
        var configuration = network.configuration
        configuration.calibration = calibration
        return Detector(try DetectorNetwork(configuration, ParameterSource { name, _, _ in weights[name]! }))
    }

    /// The averaged detector with confidences fitted to held-out pictures, clean and degraded.
    public func calibrated(pictures: Int = 512) throws -> Detector {
        let raw = try averaged()
        let exam = try DetectorExam(
            pictures: pictures, kinds: [.clean, .degraded, .meaningless], seed: 1, renderer: renderer)
        return try averaged(calibration: exam.calibration(of: raw))
    }
}

/// What one step of training did.
public struct DetectorTrainingStep: Sendable, Codable, Equatable {
    /// Counted from 1.
    public let step: Int
    /// The weighted sum of the four losses that follow.
    public let loss, centres, tints, shapes, background: Double
    /// Length of all gradients together, before clipping.
    public let gradientNorm: Double
    public let learningRate: Double
}

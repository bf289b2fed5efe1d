import Basics
import CLIP
import Foundation
import Steering
import Tensor
import Training
import World

/// Trains the mini CLIP on freshly drawn pairs of scenes and captions.
///
/// A step draws a batch from the run's seed and its own number, adds three losses up (contrastive, auxiliary heads,
/// phrase axis), and updates weights and their running average. Nothing else decides the next step, so a run that is
/// saved and resumed gives the same weights as one that never stopped.
public final class CLIPTrainer: BatchTrainer {
    public static let checkpointKind = "mini-clip training"

    public let options: CLIPTrainingOptions
    /// The weights as the last step left them; `averaged()` has the ones to keep.
    public let model: CLIPModel
    public let record = TrainingRecord<CLIPTrainingStep, CLIPTrainingCheck>()
    public let learner: Learner

    let heads: AuxiliaryHeads
    private let average: ExponentialMovingAverage
    private let renderer: SceneRenderer

    /// A run at its beginning, its weights drawn from the options' seed.
    ///
    /// - Parameter start: a model whose weights it begins with instead; it stays as it is.
    /// - Throws: `RhumbError` for sizes that train nothing, or a start of another shape.
    public init(
        _ options: CLIPTrainingOptions, configuration: CLIPConfiguration = MiniCLIP.configuration,
        start: CLIPModel? = nil, renderer: SceneRenderer? = nil
    ) throws {
        guard options.steps > 0, options.batch > 1, options.axisPhrases > 0 else {
            throw RhumbError.trainingSizes(steps: options.steps, batch: options.batch, phrases: options.axisPhrases)
        }
        self.options = options
        self.renderer = renderer ?? .shared
        let generator = Generator(seed: options.seed)
        model = try CLIPModel(configuration, ParameterSource(generator: generator))
        heads = try AuxiliaryHeads(
            picture: configuration.vision.hiddenSize, caption: configuration.text.hiddenSize, generator: generator)
        let model = model
        try withoutGradients {
            if let start { try model.take(start.parameters, orThrow: .otherTowers) }
            if let temperature = options.temperature { try model.logitScale.assign(Tensor(log(temperature))) }
        }
        // Gains, biases and the temperature don't decay.
        let optimiser = try AdamW(
            model.parameters + heads.parameters, learningRate: options.learningRate, betas: (0.9, 0.98),
            weightDecay: options.weightDecay, decaying: { _, tensor in tensor.rank > 1 })
        average = try ExponentialMovingAverage(model.parameters, decay: options.averaging)
        learner = Learner(
            optimiser, average: average, schedule: options.schedule, gradientNorm: options.gradientNorm)
    }

    /// Continues the run whose checkpoint is in `folder`, exactly as if it had never stopped.
    ///
    /// - Throws: `RhumbError` for a file that is not a checkpoint of this trainer, or a fault of the file itself.
    public convenience init(resuming folder: URL, configuration: CLIPConfiguration = MiniCLIP.configuration) throws {
        try self.init(Self.savedOptions(in: folder), configuration: configuration)
        try restore(from: folder)
    }

    public func accumulateGradient(at step: Int) throws -> CLIPLosses {
        try accumulateGradient(of: PairBatch(options, step: step, renderer: renderer))
    }

    public func report(_ losses: CLIPLosses, _ update: Learner.Update) throws -> CLIPTrainingStep {
        CLIPTrainingStep(
            step: completed, loss: Double(try losses.total.item), contrastive: Double(try losses.contrastive.item),
            auxiliary: Double(try losses.auxiliary.item), axis: Double(try losses.axis.item),
            accuracy: losses.accuracy, gradientNorm: update.gradientNorm, learningRate: update.learningRate,
            scale: Double(try model.logitScale.detached().exp().item))
    }

    /// Measures the averaged weights along the direction of the compact anchors.
    ///
    /// - Parameter count: prompts and pictures of each group.
    public func measured(count: Int) throws -> CLIPTrainingCheck {
        let embedder = try averaged()
        let found = try SafetySeparation(of: embedder, along: Anchors.direction(of: embedder), count: count)
        return CLIPTrainingCheck(
            step: completed, worstText: found.worst.text, worstImage: found.worst.image, matched: found.matched,
            unmatched: found.unmatched, retrieval: found.retrieval, safe: found.safe, harmful: found.harmful,
            blank: found.blank)
    }

    /// The model of the averaged weights, which are steadier than the last ones: the one to keep.
    public func averaged() throws -> CLIPEmbedder {
        try MiniCLIP.embedder(model.with(average.averaged()))
    }

    public func saveResult(to folder: URL) throws {
        try averaged().save(to: folder.appendingPathComponent("clip"), as: .float16)
    }
}

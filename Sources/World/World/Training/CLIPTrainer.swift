import Basics
import CLIP
import Foundation
import Steering
import Tensor

/// Trains the mini CLIP on freshly drawn pairs of scenes and captions.
///
/// A step draws a batch from the run's seed and its own number, adds three losses up (contrastive, auxiliary heads,
/// phrase axis), and updates weights and their running average. Nothing else decides the next step, so a run that is
/// saved and resumed gives the same weights as one that never stopped.
public final class CLIPTrainer {
    public let options: CLIPTrainingOptions
    /// The weights as the last step left them; `averaged()` has the ones to keep.
    public let model: CLIPModel
    /// Steps done.
    public internal(set) var completed = 0
    /// One entry a step.
    public internal(set) var history: [CLIPTrainingStep] = []
    /// One entry for each `check()`.
    public internal(set) var checks: [CLIPTrainingCheck] = []

    let heads: AuxiliaryHeads
    let optimiser: AdamW
    let average: ExponentialMovingAverage
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
            if let start { try Self.copy(start, into: model) }
            if let temperature = options.temperature { try model.logitScale.assign(Tensor(log(temperature))) }
        }
        // Gains, biases and the temperature don't decay.
        optimiser = try AdamW(
            model.parameters + heads.parameters, learningRate: options.learningRate, betas: (0.9, 0.98),
            weightDecay: options.weightDecay, decaying: { _, tensor in tensor.rank > 1 })
        average = try ExponentialMovingAverage(model.parameters, decay: options.averaging)
    }

    private static func copy(_ source: CLIPModel, into model: CLIPModel) throws {
        guard source.parameters.map(\.name) == model.parameters.map(\.name),
            source.parameters.map(\.tensor.shape) == model.parameters.map(\.tensor.shape)
        else { throw RhumbError.otherTowers }
        for (own, given) in zip(model.parameters, source.parameters) {
            try own.tensor.assign(given.tensor.to(.float32))
        }
    }

    /// One update on a fresh batch.
    ///
    /// - Throws: `RhumbError` after the last step, `RhumbError` where a gradient is not finite; the weights are then
    ///   those of the step before.
    @discardableResult
    public func step() throws -> CLIPTrainingStep {
        guard !isFinished else { throw RhumbError.trainingFinished(steps: options.steps) }
        let batch = try PairBatch(options, step: completed, renderer: renderer)
        optimiser.clearGradients()
        let losses = try losses(batch)
        let total =
            try losses.contrastive + losses.auxiliary * options.auxiliaryWeight + losses.axis * options.axisWeight
        try total.backward()
        let norm = try GradientClipping.clip(optimiser.parameters, maximum: options.gradientNorm)
        optimiser.learningRate = options.learningRate * options.schedule.factor(at: completed)
        try optimiser.step()
        average.update()
        completed += 1
        let step = CLIPTrainingStep(
            step: completed, loss: Double(try total.item), contrastive: Double(try losses.contrastive.item),
            auxiliary: Double(try losses.auxiliary.item), axis: Double(try losses.axis.item),
            accuracy: losses.accuracy, gradientNorm: norm, learningRate: optimiser.learningRate,
            scale: Double(try model.logitScale.detached().exp().item))
        history.append(step)
        return step
    }

    /// The model of the averaged weights, which are steadier than the last ones: the one to keep.
    public func averaged() throws -> CLIPEmbedder {
        let weights = Dictionary(uniqueKeysWithValues: try average.averaged())
        return try MiniCLIP.embedder(
            CLIPModel(model.configuration, ParameterSource { name, _, _ in weights[name]! }))
    }
}

/// What one step of training did.
public struct CLIPTrainingStep: Sendable, Codable, Equatable {
    /// Counted from 1.
    public let step: Int
    /// The weighted sum of the three losses that follow.
    public let loss, contrastive, auxiliary, axis: Double
    /// Share of the batch's pictures that find their own caption.
    public let accuracy: Double
    /// Length of all gradients together, before clipping.
    public let gradientNorm: Double
    public let learningRate: Double
    /// The temperature, exp(logit scale).
    public let scale: Double
}

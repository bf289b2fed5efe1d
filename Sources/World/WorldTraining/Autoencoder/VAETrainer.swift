import Basics
import Diffusion
import Foundation
import Tensor
import Training
import World

/// Trains the miniature's autoencoder on freshly drawn scenes: pixels and their differences by absolute error, and a
/// light pull of the latents towards the standard normal distribution.
///
/// A step draws its scenes and noise from the run's seed and its own number, so a run that is saved and resumed gives
/// the same weights as one that never stopped.
public final class VAETrainer: PiecewiseTrainer {
    public static let checkpointKind = "mini-vae training"

    public let options: VAETrainingOptions
    /// The weights as the last step left them; `averaged()` has the ones to keep.
    public let model: AutoencoderKL
    public let record = TrainingRecord<VAETrainingStep, VAETrainingCheck>()
    public let learner: Learner

    private let average: ExponentialMovingAverage
    private let renderer: SceneRenderer

    /// A run at its beginning, its weights drawn from the options' seed.
    public init(
        _ options: VAETrainingOptions, configuration: AutoencoderConfiguration = MiniDiffusion.autoencoder,
        renderer: SceneRenderer? = nil
    ) throws {
        guard options.steps > 0 else { throw RhumbError.trainingNumber("steps", options.steps, atLeast: 1) }
        guard options.batch > 0 else { throw RhumbError.trainingNumber("batch", options.batch, atLeast: 1) }
        self.options = options
        self.renderer = renderer ?? .shared
        model = try AutoencoderKL(configuration, seed: options.seed)
        try Self.quieten(model)
        let optimiser = try AdamW(
            model.parameters, learningRate: options.learningRate, betas: (0.9, 0.99), weightDecay: 0.01,
            decaying: { _, tensor in tensor.rank > 1 })
        average = try ExponentialMovingAverage(model.parameters, decay: options.averaging)
        learner = Learner(
            optimiser, average: average, schedule: options.schedule, gradientNorm: options.gradientNorm)
    }

    /// Starts latents with little noise: with the variance of about 1 that fresh weights give, the first thousand steps
    /// would be spent on bringing it down.
    private static func quieten(_ model: AutoencoderKL) throws {
        guard let bias = model.parameters.first(where: { $0.name == "quant_conv.bias" })?.tensor else { return }
        let channels = model.configuration.latentChannels
        let values = bias.floats.enumerated().map { $0.offset < channels ? $0.element : -6 }
        try withoutGradients { try bias.assign(Tensor(values)) }
    }

    /// Continues the run whose checkpoint is in `folder`, exactly as if it had never stopped.
    ///
    /// - Throws: `RhumbError` for a file that is not a checkpoint of this trainer, or a fault of the file itself.
    public convenience init(
        resuming folder: URL, configuration: AutoencoderConfiguration = MiniDiffusion.autoencoder
    ) throws {
        try self.init(Self.savedOptions(in: folder), configuration: configuration)
        try restore(from: folder)
    }

    /// The losses of a batch of scenes, scalars.
    public struct Losses: AdditiveLosses {
        public let total, pixels, edges, divergence: Tensor

        public var all: [Tensor] { [total, pixels, edges, divergence] }
        public init(_ all: [Tensor]) { (total, pixels, edges, divergence) = (all[0], all[1], all[2], all[3]) }
    }

    public func losses(at step: Int) throws -> (Range<Int>) throws -> Losses {
        var random = SplitMix64.stream(seed: options.seed, index: step)
        let drawing = SceneOptions().withEmpty(share: options.emptyShare)
        let scenes = (0..<options.batch).map { _ in Scene.random(drawing, using: &random) }
        let x = try renderer.pixels(scenes)
        let space = model.latentSpace, side = Scene.side / space.downsampling
        let noise = try Tensor.randn(
            [options.batch, side, side, space.channels], generator: Generator(seed: random.next()))
        let weights = try renderer.objectWeights(of: scenes, in: x, options.objectWeight)
        return { [self] rows in
            try losses(of: x.examples(rows), weights: weights.examples(rows), noise: noise.examples(rows))
        }
    }

    /// What pictures of a batch add to its losses.
    ///
    /// - Parameters:
    ///   - x: [pictures, side, side, 3].
    ///   - weights: what each pixel counts, [pictures, side, side, 1].
    private func losses(of x: Tensor, weights: Tensor, noise: Tensor) throws -> Losses {
        let share = Float(x.shape[0]) / Float(options.batch)
        let model = options.halvesPrecision ? try model.recordedCopy(in: .bfloat16) : model
        let latents = try model.encode(x)
        let y = try model.decode(latents.sample(noise: noise))
        let error = try x - y
        let pixels = try ((error.absolute() + error.squared() * options.squaredWeight) * weights).mean() * share
        let edges = try Self.edges(error * weights) * share
        let divergence = try latents.divergence().mean() / Float(latents.mean.count / x.shape[0]) * share
        return Losses([
            try pixels + edges * options.edgeWeight + divergence * options.divergenceWeight, pixels, edges, divergence,
        ])
    }

    public func report(_ losses: Losses, _ update: Learner.Update) throws -> VAETrainingStep {
        VAETrainingStep(
            step: completed, loss: Double(try losses.total.item), pixels: Double(try losses.pixels.item),
            edges: Double(try losses.edges.item), divergence: Double(try losses.divergence.item),
            gradientNorm: update.gradientNorm, learningRate: update.learningRate)
    }

    /// Mean absolute difference of neighbours, down and across: [batch, height, width, channels] to a scalar.
    private static func edges(_ error: Tensor) throws -> Tensor {
        func difference(_ axis: Int) throws -> Tensor {
            let size = error.shape[axis]
            return try (error.sliced(axis, from: 1, to: size) - error.sliced(axis, from: 0, to: size - 1)).absolute()
                .mean()
        }
        return try difference(1) + difference(2)
    }

    /// Measures the averaged weights on scenes that training never draws.
    ///
    /// - Parameter count: scenes.
    public func measured(count: Int) throws -> VAETrainingCheck {
        var random = SplitMix64.stream(seed: options.seed, index: -1)
        let scenes = (0..<max(count, 1)).map { _ in Scene.random(using: &random) }
        let x = try renderer.pixels(scenes)
        return try withoutGradients {
            try average.withAverages {
                let latents = try model.encode(x).mean
                let error = try (model.decode(latents).clamped(-1, 1) - x).squared().mean().item / 4
                return VAETrainingCheck(
                    step: completed, psnr: -10 * log10(Double(error)),
                    deviation: Double(try latents.standardDeviation().item))
            }
        }
    }

    /// The model of the averaged weights, its scaling factor such that latents have variance 1: the one to keep.
    public func averaged() throws -> AutoencoderKL {
        let measured = try model.with(average.averaged())
        var random = SplitMix64.stream(seed: options.seed, index: -2)
        let deviations = try withoutGradients {
            try (0..<8).map { _ in
                let scenes = (0..<32).map { _ in Scene.random(using: &random) }
                return try measured.encode(renderer.pixels(scenes)).mean.squared().mean().item
            }
        }
        var configuration = model.configuration
        configuration.scalingFactor = 1 / (deviations.reduce(0, +) / Float(deviations.count)).squareRoot()
        return try measured.with(measured.parameters, as: configuration)
    }

    public func saveResult(to folder: URL) throws {
        try averaged().save(to: folder.appendingPathComponent("vae"), as: .float16)
    }
}

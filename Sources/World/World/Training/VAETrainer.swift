import Basics
import Diffusion
import Foundation
import Tensor

/// Everything that decides a training run of the miniature's autoencoder; equal options give equal weights, bit for
/// bit.
public struct VAETrainingOptions: Sendable, Codable, Equatable {
    /// Updates in all; the learning rate falls to its end over them.
    public var steps = 7000
    public var seed: UInt64 = 0
    /// Fresh scenes a step: small batches and many steps bring flat colours out soonest.
    public var batch = 12
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

/// What one step of the autoencoder's training did.
public struct VAETrainingStep: Sendable, Codable, Equatable {
    /// Counted from 1.
    public let step: Int
    /// The weighted sum of what follows: mean absolute error of pixels, and of differences between neighbours.
    public let loss, pixels, edges: Double
    /// Divergence of the latents from the standard normal distribution, a mean over all of them.
    public let divergence: Double
    public let gradientNorm, learningRate: Double
}

/// How good the averaged weights were at some step, on held-out scenes.
public struct VAETrainingCheck: Sendable, Codable, Equatable {
    public let step: Int
    /// Peak signal-to-noise ratio of pictures that went through the latents and back, in decibels.
    public let psnr: Double
    /// Standard deviation of the latents.
    public let deviation: Double
}

/// Trains the miniature's autoencoder on freshly drawn scenes: pixels and their differences by absolute error, and a
/// light pull of the latents towards the standard normal distribution.
///
/// A step draws its scenes and noise from the run's seed and its own number, so a run that is saved and resumed gives
/// the same weights as one that never stopped.
public final class VAETrainer {
    public let options: VAETrainingOptions
    /// The weights as the last step left them; `averaged()` has the ones to keep.
    public let model: AutoencoderKL
    /// Steps done.
    public internal(set) var completed = 0
    public internal(set) var history: [VAETrainingStep] = []
    public internal(set) var checks: [VAETrainingCheck] = []

    let optimiser: AdamW
    let average: ExponentialMovingAverage
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
        optimiser = try AdamW(
            model.parameters, learningRate: options.learningRate, betas: (0.9, 0.99), weightDecay: 0.01,
            decaying: { _, tensor in tensor.rank > 1 })
        average = try ExponentialMovingAverage(model.parameters, decay: options.averaging)
    }

    /// Starts latents with little noise: with the variance of about 1 that fresh weights give, the first thousand steps
    /// would be spent on bringing it down.
    private static func quieten(_ model: AutoencoderKL) throws {
        guard let bias = model.parameters.first(where: { $0.name == "quant_conv.bias" })?.tensor else { return }
        let channels = model.configuration.latentChannels
        let values = bias.floats.enumerated().map { $0.offset < channels ? $0.element : -6 }
        try withoutGradients { try bias.assign(Tensor(values)) }
    }

    /// One update on fresh scenes.
    ///
    /// - Throws: `RhumbError` after the last step, `RhumbError` where a gradient is not finite; the weights are then
    ///   those of the step before.
    @discardableResult
    public func step() throws -> VAETrainingStep {
        guard !isFinished else { throw RhumbError.trainingFinished(steps: options.steps) }
        var random = SplitMix64.stream(seed: options.seed, index: completed)
        let drawing = SceneOptions().withEmpty(share: options.emptyShare)
        let scenes = (0..<options.batch).map { _ in Scene.random(drawing, using: &random) }
        let x = try renderer.pixels(scenes)
        optimiser.clearGradients()
        let model = options.halvesPrecision ? try model.recordedCopy(in: .bfloat16) : model
        let latents = try model.encode(x)
        let noise = try Tensor.randn(latents.mean.shape, generator: Generator(seed: random.next()))
        let y = try model.decode(latents.sample(noise: noise))
        let error = try x - y
        let weights = try renderer.objectWeights(of: scenes, in: x, options.objectWeight)
        let pixels = try ((error.absolute() + error.squared() * options.squaredWeight) * weights).mean()
        let edges = try Self.edges(error * weights)
        let divergence = try latents.divergence().mean() / Float(latents.mean.count / options.batch)
        let total = try pixels + edges * options.edgeWeight + divergence * options.divergenceWeight
        try total.backward()
        let norm = try GradientClipping.clip(optimiser.parameters, maximum: options.gradientNorm)
        optimiser.learningRate = options.learningRate * options.schedule.factor(at: completed)
        try optimiser.step()
        average.update()
        completed += 1
        let step = VAETrainingStep(
            step: completed, loss: Double(try total.item), pixels: Double(try pixels.item),
            edges: Double(try edges.item), divergence: Double(try divergence.item), gradientNorm: norm,
            learningRate: optimiser.learningRate)
        history.append(step)
        return step
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
    @discardableResult
    public func check(count: Int = 64) throws -> VAETrainingCheck {
        var random = SplitMix64.stream(seed: options.seed, index: -1)
        let scenes = (0..<max(count, 1)).map { _ in Scene.random(using: &random) }
        let x = try renderer.pixels(scenes)
        let check = try withoutGradients {
            try average.withAverages {
                let latents = try model.encode(x).mean
                let error = try (model.decode(latents).clamped(-1, 1) - x).squared().mean().item / 4
                return VAETrainingCheck(
                    step: completed, psnr: -10 * log10(Double(error)),
                    deviation: Double(try latents.standardDeviation().item))
            }
        }
        checks.append(check)
        return check
    }

    /// The model of the averaged weights, its scaling factor such that latents have variance 1: the one to keep.
    public func averaged() throws -> AutoencoderKL {
        let weights = Dictionary(uniqueKeysWithValues: try average.averaged())
        let measured = try AutoencoderKL(model.configuration, ParameterSource { name, _, _ in weights[name]! })
        var random = SplitMix64.stream(seed: options.seed, index: -2)
        let deviations = try withoutGradients {
            try (0..<8).map { _ in
                let scenes = (0..<32).map { _ in Scene.random(using: &random) }
                return try measured.encode(renderer.pixels(scenes)).mean.squared().mean().item
            }
        }
        var configuration = model.configuration
        configuration.scalingFactor = 1 / (deviations.reduce(0, +) / Float(deviations.count)).squareRoot()
        return try AutoencoderKL(configuration, ParameterSource { name, _, _ in weights[name]! })
    }
}

extension SceneRenderer {
    /// Pictures of scenes as autoencoders take them: [scenes, side, side, 3] in −1…1.
    public func pixels(_ scenes: [Scene]) throws -> Tensor {
        var values: [Float] = []
        values.reserveCapacity(scenes.count * Scene.side * Scene.side * 3)
        for scene in scenes { values += try render(scene).map { Float($0) / 127.5 - 1 } }
        return try Tensor(values, shape: [scenes.count, Scene.side, Scene.side, 3])
    }

    /// A pixel that differs by less than four of 255 is background.
    private static let visibleDifference: Float = 0.03

    /// What every pixel counts, 1 on the background and `weight` where anything is drawn on it, brought to a mean of 1
    /// over all pictures: [scenes, side, side, 1].
    func objectWeights(of scenes: [Scene], in pixels: Tensor, _ weight: Float) throws -> Tensor {
        let values = pixels.floats, area = Scene.side * Scene.side
        var weights = [Float](repeating: 1, count: scenes.count * area)
        for (index, scene) in scenes.enumerated() {
            let background = scene.background.rgb
            let ground = [background.red, background.green, background.blue].map { Float($0) / 127.5 - 1 }
            for pixel in index * area..<(index + 1) * area
            where (0..<3).contains(where: { abs(values[3 * pixel + $0] - ground[$0]) > Self.visibleDifference }) {
                weights[pixel] = weight
            }
        }
        let mean = weights.reduce(0, +) / Float(weights.count)
        return try Tensor(weights.map { $0 / mean }, shape: [scenes.count, Scene.side, Scene.side, 1])
    }
}

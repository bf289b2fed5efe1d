import Basics
import Diffusion
import Foundation
import Ranks
import Tensor
import Training
import World

/// Trains the miniature's UNet to find the noise in latents of scenes, told their captions by a frozen text tower.
///
/// A step draws its scenes, captions, timesteps and noise from the run's seed and its own number, so a run that is
/// saved and resumed gives the same weights as one that never stopped.
public final class UNetTrainer: PiecewiseTrainer {
    public static let checkpointKind = "mini-unet training"

    public let options: UNetTrainingOptions
    /// The weights as the last step left them; `averaged()` has the ones to keep.
    public let model: UNet2DConditionModel
    /// The frozen models around it.
    public private(set) var autoencoder: AutoencoderKL
    public private(set) var text: TextEncoder
    public let record = TrainingRecord<UNetTrainingStep, UNetTrainingCheck>()
    public let learner: Learner

    private let average: ExponentialMovingAverage
    private let renderer: SceneRenderer
    /// Scenes that training draws from, and their latents: [scenes, height, width, channels].
    private var library: (scenes: [Scene], latents: Tensor)?
    private let schedule: NoiseSchedule

    /// A run at its beginning, its weights drawn from the options' seed.
    ///
    /// - Parameters:
    ///   - autoencoder: trained; its scaling factor brings latents to variance 1.
    ///   - text: what the UNet listens to.
    ///   - start: whose weights it begins with; even one of another autoencoder's latents knows much of what words
    ///     mean.
    public init(
        _ options: UNetTrainingOptions, autoencoder: AutoencoderKL, text: TextEncoder,
        start: UNet2DConditionModel? = nil,
        configuration: UNetConfiguration = MiniDiffusion.unet, renderer: SceneRenderer? = nil
    ) throws {
        for (name, value) in [("steps", options.steps), ("batch", options.batch), ("scenes", options.scenes)] {
            guard value > 0 else { throw RhumbError.trainingNumber(name, value, atLeast: 1) }
        }
        self.options = options
        self.renderer = renderer ?? .shared
        (self.autoencoder, self.text) = (autoencoder, text)
        model = try UNet2DConditionModel(configuration, seed: options.seed)
        if let start { try model.take(start.mergedParameters(), orThrow: .otherUNet) }
        let optimiser = try AdamW(
            model.parameters, learningRate: options.learningRate, betas: (0.9, 0.99), weightDecay: options.weightDecay,
            decaying: { _, tensor in tensor.rank > 1 })
        average = try ExponentialMovingAverage(model.parameters, decay: options.averaging)
        learner = Learner(
            optimiser, average: average, schedule: options.schedule, gradientNorm: options.gradientNorm)
        schedule = try NoiseSchedule(MiniDiffusion.scheduler)
    }

    /// Continues the run whose checkpoint is in `folder`, exactly as if it had never stopped.
    ///
    /// - Throws: `RhumbError` for a file that is not a checkpoint of this trainer, or a fault of the file itself.
    public convenience init(resuming folder: URL, configuration: UNetConfiguration = MiniDiffusion.unet) throws {
        try self.init(
            Self.savedOptions(in: folder), autoencoder: Self.savedAutoencoder(in: folder),
            text: TextEncoder.load(pipeline: folder), configuration: configuration)
        try readCheckpoint(from: folder)
    }

    /// Computes the latents that training draws from; the first step does it where nobody has.
    ///
    /// - Parameter progress: called with scenes done and scenes in all; what it throws stops the work.
    public func prepare(progress: UpdateProgress?) throws {
        guard library == nil else { return }
        var random = SplitMix64.stream(seed: options.seed, index: -1)
        let scenes = (0..<options.scenes).map { _ in Scene.random(options.drawing, using: &random) }
        // Each rank encodes its share of the blocks.
        let blocks = stride(from: 0, to: scenes.count, by: 64).map { $0..<min($0 + 64, scenes.count) }
        var parts: [Tensor] = []
        for block in blocks[Ranks.share(of: blocks.count)] {
            try StopFlag.check()
            parts.append(try latents(Array(scenes[block])))
            try progress?("latents", block.upperBound, scenes.count)
        }
        let space = autoencoder.latentSpace, side = Scene.side / space.downsampling
        let all = try Ranks.gathered(
            "latents of scenes", rows: parts.isEmpty ? nil : Tensor.concatenated(parts),
            shape: [scenes.count, side, side, space.channels])
        library = (scenes, all)
    }

    private func latents(_ scenes: [Scene]) throws -> Tensor {
        try withoutGradients {
            try autoencoder.encode(renderer.pixels(scenes)).mean * autoencoder.configuration.scalingFactor
        }
    }

    /// The losses of a batch of scenes, scalars.
    public struct Losses: AdditiveLosses {
        public let total: Tensor
        /// The mean squared error, unweighted.
        public let error: Tensor

        public var all: [Tensor] { [total, error] }
        public init(_ all: [Tensor]) { (total, error) = (all[0], all[1]) }
    }

    public func losses(at step: Int) throws -> (Range<Int>) throws -> Losses {
        guard let library else { throw RhumbError.trainingNumber("scenes", 0, atLeast: 1) }
        var random = SplitMix64.stream(seed: options.seed, index: step)
        let chosen = (0..<options.batch).map { _ in random.below(library.scenes.count) }
        let captions = chosen.map { index in
            random.chance(options.captionDropout)
                ? "" : library.scenes[index].caption(options.wording, using: &random)
        }
        let timesteps = (0..<options.batch).map { _ in random.below(schedule.count) }
        let noise = try Tensor.randn(
            [options.batch] + library.latents.shape.dropFirst(), generator: Generator(seed: random.next()))
        return { [self] rows in
            let share = Float(rows.count) / Float(options.batch)
            let clean = try library.latents.gathered(0, Array(chosen[rows])), timesteps = Array(timesteps[rows])
            let context = try text.context(of: Array(captions[rows]))
            let model = options.halvesPrecision ? try model.recordedCopy(in: .bfloat16) : model
            let errors = try errors(model, clean, noise.examples(rows), timesteps, context)
            let weights = timesteps.map { t -> Float in
                let kept = schedule.alphasCumprod[t], ratio = kept / (1 - kept)
                return min(ratio, options.signalToNoise) / ratio
            }
            return Losses([try (errors * Tensor(weights)).mean() * share, try errors.detached().mean() * share])
        }
    }

    public func report(_ losses: Losses, _ update: Learner.Update) throws -> UNetTrainingStep {
        UNetTrainingStep(
            step: completed, loss: Double(try losses.total.item), error: Double(try losses.error.item),
            gradientNorm: update.gradientNorm, learningRate: update.learningRate)
    }

    /// The mean squared error of the predicted noise, a number per sample.
    private func errors(
        _ model: UNet2DConditionModel, _ clean: Tensor, _ noise: Tensor, _ timesteps: [Int], _ context: Tensor
    ) throws -> Tensor {
        let noisy = try schedule.addNoise(to: clean, noise: noise, timesteps: timesteps)
        return try (model(noisy, timesteps: timesteps, context: context) - noise).squared().mean([1, 2, 3])
    }

    /// Measures the averaged weights on scenes that training never draws, with the same noise every time.
    ///
    /// - Parameter count: scenes.
    public func measured(count: Int) throws -> UNetTrainingCheck {
        var random = SplitMix64.stream(seed: options.seed, index: -2)
        let scenes = (0..<max(count, 2)).map { _ in Scene.random(options.drawing, using: &random) }
        let captions = scenes.map { $0.caption(options.wording, using: &random) }
        let timesteps = scenes.indices.map { ($0 * 2 + 1) * schedule.count / (2 * scenes.count) }
        return try withoutGradients {
            let clean = try latents(scenes)
            let noise = try Tensor.randn(clean.shape, generator: Generator(seed: options.seed))
            return try average.withAverages {
                func error(_ captions: [String]) throws -> Double {
                    Double(try errors(model, clean, noise, timesteps, text.context(of: captions)).mean().item)
                }
                let own = try error(captions)
                return UNetTrainingCheck(
                    step: completed, error: own,
                    wrongCaption: try error(Array(captions.dropFirst() + captions.prefix(1))) / own)
            }
        }
    }

    /// The model of the averaged weights, the one to keep.
    public func averaged() throws -> UNet2DConditionModel {
        try model.with(average.averaged())
    }

    /// The averaged UNet between the models it was trained between: what samples pictures.
    public func pipeline() throws -> StableDiffusion {
        try StableDiffusion(unet: averaged(), vae: autoencoder, text: text, scheduler: MiniDiffusion.scheduler)
    }

    public func saveResult(to folder: URL) throws {
        try pipeline().save(to: folder.appendingPathComponent("model"), as: .float16)
    }
}

// MARK: - The models it stands on

extension UNetTrainer {
    /// Where the autoencoder lies, beside the checkpoint.
    private static let autoencoderFolder = "vae"

    private static func savedAutoencoder(in folder: URL) throws -> AutoencoderKL {
        try AutoencoderKL.load(folder: folder.appendingPathComponent(autoencoderFolder))
    }

    public func saveCheckpoint(to folder: URL) throws {
        // Every time: the folder may hold another run's.
        try autoencoder.save(to: folder.appendingPathComponent(Self.autoencoderFolder))
        try text.save(pipeline: folder)
        try writeCheckpoint(to: folder)
    }

    public func restore(from folder: URL) throws {
        // That it is such a checkpoint is found out before its models are looked for.
        _ = try Self.savedOptions(in: folder)
        let (autoencoder, text) = (try Self.savedAutoencoder(in: folder), try TextEncoder.load(pipeline: folder))
        try readCheckpoint(from: folder)
        (self.autoencoder, self.text, library) = (autoencoder, text, nil)
    }
}

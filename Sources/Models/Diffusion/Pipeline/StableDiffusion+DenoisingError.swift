import Basics
import Tensor

/// How a picture is put to the test of denoising.
public struct DenoisingProbe: Sendable, Equatable {
    /// The training timestep whose noise is added: at a third of the way outlines remain and details are gone.
    public var timestep = 350
    /// Draws of the noise that are averaged.
    public var draws = 2
    /// Decides the noise, which is the same for every picture, so that pictures can be compared.
    public var seed: UInt64 = 0

    public init() {}
}

extension StableDiffusion {
    /// The loss that the model would be trained with on pictures, at one timestep and with nothing asked for: what it
    /// has never learnt to draw it can't take the noise off. One number per picture.
    ///
    /// It is a term of the bound on a picture's likelihood (Ho et al. 2020), and tells pictures of a model's own kind
    /// from others (Graham et al. 2023). Simple pictures have less of it than crowded ones.
    ///
    /// - Parameters:
    ///   - images: of one size, whose sides are multiples of `downsampling`.
    ///   - progress: told how many noisy pictures of all have been looked at.
    /// - Throws: `RhumbError` for such sizes, for a timestep that the schedule lacks and for no draws.
    public func denoisingErrors(
        of images: [Image], _ probe: DenoisingProbe = DenoisingProbe(), progress: Progress? = nil
    ) throws -> [Double] {
        let errors = try errors(of: images, nil, at: [probe.timestep], probe, progress: progress).floats
        return images.indices.map { row in
            (0..<probe.draws).reduce(0) { $0 + Double(errors[row * probe.draws + $1]) } / Double(probe.draws)
        }
    }

    /// The same under prompts, and at several timesteps: [pictures, timesteps].
    ///
    /// Gradients flow to the states, where they ask for them: what textual inversion descends (Gal et al. 2023). Every
    /// rank then computes all pictures.
    ///
    /// - Parameters:
    ///   - states: of the prompts, [1 or pictures, tokens, width]; nil for the empty prompt.
    ///   - timesteps: each with the same noise, in place of the probe's.
    public func denoisingErrors(
        of images: [Image], under states: Tensor?, at timesteps: [Int], _ probe: DenoisingProbe = DenoisingProbe(),
        progress: Progress? = nil
    ) throws -> Tensor {
        try errors(of: images, states, at: timesteps, probe, progress: progress).mean([2])
    }

    /// Of each picture at each timestep with each draw of the noise, [pictures, timesteps, draws].
    private func errors(
        of images: [Image], _ states: Tensor?, at timesteps: [Int], _ probe: DenoisingProbe, progress: Progress?
    ) throws -> Tensor {
        guard probe.draws > 0 else { throw RhumbError.draws(probe.draws) }
        guard !timesteps.isEmpty else { throw RhumbError.noTimesteps }
        let shape = try vae.latentShape(of: images), schedule = try NoiseSchedule(scheduler)
        let noise = try Self.noise([probe.draws] + shape.dropFirst(), generator: Generator(seed: probe.seed))
        let context = try states.map { states in
            try PromptEmbeddings(states).rows(images.count, for: text, guided: false).context
        }
        let nothing = try context == nil ? self.context(of: [""]) : nil
        let records = context?.requiresGradient ?? false, unet = try records ? frozenUNet() : unet
        func batch(_ rows: Range<Int>, _ progress: (Int) throws -> Void) throws -> Tensor {
            let latents = try latents(of: Array(images[rows]))
            let context = try context?.rows(rows) ?? nothing!.gathered(0, [Int](repeating: 0, count: rows.count))
            var errors: [Tensor] = []
            for timestep in timesteps {
                for draw in 0..<probe.draws {
                    try StopFlag.check()
                    let drawn = try noise.gathered(0, [Int](repeating: draw, count: rows.count))
                    let noisy = try schedule.addNoise(to: latents, noise: drawn, timesteps: [timestep])
                    let output = try unet(noisy, timesteps: [timestep], context: context)
                    guard output.isFinite else { throw RhumbError.notFinite("UNet", "at t = \(timestep)") }
                    let wanted = try target(latents, drawn, at: timestep, schedule)
                    errors.append(try (output - wanted).squared().mean([1, 2, 3]))
                    try progress(errors.count)
                }
            }
            return try Tensor.stacked(errors, axis: 1)
        }
        let steps = timesteps.count * probe.draws, size = batchSize(height: shape[1], width: shape[2])
        let all: Tensor
        if records {
            let parts = try Self.batches(of: images.indices, size).map { rows in
                try batch(rows) { try progress?(rows.lowerBound * steps + rows.count * $0, images.count * steps) }
            }
            all = parts.count == 1 ? parts[0] : try Tensor.concatenated(parts)
        } else {
            all = try withoutGradients {
                try shared(
                    "denoising errors", images.count, size: size, shape: [images.count, steps], steps: steps,
                    progress: progress, batch)
            }
        }
        return try all.reshaped([images.count, timesteps.count, probe.draws])
    }

    /// The UNet with weights that ask for no gradient, adapters merged where they do.
    public func frozenUNet() throws -> UNet2DConditionModel {
        let merged = try unet.mergedParameters()
        guard merged.contains(where: { $0.tensor.requiresGradient }) else { return unet }
        return try unet.with(merged.map { ($0.name, $0.tensor.detached()) })
    }

    /// What the model was trained to say of latents with noise.
    private func target(_ latents: Tensor, _ noise: Tensor, at timestep: Int, _ schedule: NoiseSchedule) throws
        -> Tensor
    {
        switch scheduler.predictionType {
        case .epsilon: noise
        case .sample: latents
        case .velocity: try schedule.velocity(of: latents, noise: noise, timesteps: [timestep])
        }
    }
}

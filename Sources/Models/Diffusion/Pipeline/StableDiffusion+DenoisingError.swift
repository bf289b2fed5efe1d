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
        guard probe.draws > 0 else { throw RhumbError.draws(probe.draws) }
        let latents = try latents(of: images), shape = latents.shape
        let noise = try Self.noise([probe.draws] + shape.dropFirst(), generator: Generator(seed: probe.seed))
        let size = batchSize(height: shape[1], width: shape[2])
        return try withoutGradients {
            let schedule = try NoiseSchedule(scheduler), nothing = try context(of: [""])
            return try stride(from: 0, to: shape[0], by: size).flatMap { start in
                let rows = try latents.rows(start..<min(start + size, shape[0])), count = rows.shape[0]
                let context = try nothing.gathered(0, [Int](repeating: 0, count: count))
                var sums = [Double](repeating: 0, count: count)
                for draw in 0..<probe.draws {
                    try StopFlag.check()
                    let drawn = try noise.gathered(0, [Int](repeating: draw, count: count))
                    let noisy = try schedule.addNoise(to: rows, noise: drawn, timesteps: [probe.timestep])
                    let output = try unet(noisy, timesteps: [probe.timestep], context: context)
                    guard output.isFinite else { throw RhumbError.notFinite("UNet", "at t = \(probe.timestep)") }
                    let wanted = try target(rows, drawn, at: probe.timestep, schedule)
                    let errors = try (output - wanted).squared().mean([1, 2, 3]).floats
                    for (row, error) in errors.enumerated() { sums[row] += Double(error) }
                    try progress?(start * probe.draws + count * (draw + 1), images.count * probe.draws)
                }
                return sums.map { $0 / Double(probe.draws) }
            }
        }
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

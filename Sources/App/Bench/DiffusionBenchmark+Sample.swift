import Diffusion
import Tensor
import World

/// One picture of the miniature: guided DDIM steps without noise of their own, and decoding. The states of the prompt
/// are given.
enum MiniatureSample {
    static let steps = 8
    static let guidance: Float = 4

    /// - Returns: the picture's values, [1, 64, 64, 3].
    static func run(
        _ unet: UNet2DConditionModel, _ autoencoder: AutoencoderKL, tokens: Int, side: Int
    ) throws -> [Float] {
        let scheduler = try DDIMScheduler(MiniDiffusion.scheduler, steps: steps)
        let c = unet.configuration
        let states = [1, tokens, c.contextWidth]
        let guidance = Guidance(
            context: try FormulaNumbers.filled(states, scale: 1.7),
            unconditional: try FormulaNumbers.filled(states, scale: 1.7, from: 500), scale: guidance)
        return try withoutGradients {
            var x = try FormulaNumbers.filled([1, side, side, c.inChannels], scale: 1.7)
            for (index, time) in scheduler.times.enumerated() {
                x = try scheduler.step(unet(x, time: time, guided: guidance), at: index, x).previous
            }
            return try autoencoder.decode(x).floats
        }
    }
}

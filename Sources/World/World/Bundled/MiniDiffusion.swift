import Diffusion

/// The sizes of the miniature Stable Diffusion.
public enum MiniDiffusion {
    /// Pictures of 64 × 64 pixels to latents of 16 × 16 × 4: a quarter of the side.
    ///
    /// The norm takes all channels as one group: with few channels to a group it wipes out flat colours.
    public static let autoencoder: AutoencoderConfiguration = {
        var c = AutoencoderConfiguration()
        c.blockOutChannels = [16, 32, 64]
        c.downBlockTypes = [String](repeating: "DownEncoderBlock2D", count: 3)
        c.upBlockTypes = [String](repeating: "UpDecoderBlock2D", count: 3)
        c.normNumGroups = 1
        c.sampleSize = Scene.side
        c.scalingFactor = 1
        c.forceUpcast = false
        return c
    }()

    /// About 9 M parameters over latents of 16 × 16: residual blocks at the full size, attention to the text at 8 × 8
    /// and 4 × 4.
    public static let unet: UNetConfiguration = {
        var c = UNetConfiguration()
        c.sampleSize = 16
        c.blockOutChannels = [48, 96, 192]
        c.downBlockTypes = ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"]
        c.upBlockTypes = ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"]
        c.layersPerBlock = .one(1)
        c.crossAttentionDim = .one(128)
        c.attentionHeadDim = .many([3, 3, 6])
        c.normNumGroups = 8
        return c
    }()

    /// The noise levels of Stable Diffusion 1.x.
    public static let scheduler = SchedulerConfiguration.stableDiffusion
}

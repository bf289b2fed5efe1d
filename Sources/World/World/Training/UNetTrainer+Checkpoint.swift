import Basics
import Diffusion
import Foundation
import Tensor

extension UNetTrainer {
    /// What the metadata of its checkpoints call the run.
    public static let checkpointKind = "mini-unet training"

    /// Where the autoencoder lies, beside the checkpoint.
    private static let autoencoderFolder = "vae"

    /// Writes everything the next step depends on, as one file that replaces the former one when it is whole, and
    /// beside it the frozen models that the run stands on.
    ///
    /// - Parameter folder: is made where there is none.
    public func saveCheckpoint(to folder: URL) throws {
        // Every time: the folder may hold another run's.
        try autoencoder.save(to: folder.appendingPathComponent(Self.autoencoderFolder))
        try text.save(pipeline: folder)
        try TrainingCheckpoint.write(self, to: folder)
    }

    /// Continues the run whose checkpoint is in `folder`, exactly as if it had never stopped.
    ///
    /// - Throws: `RhumbError` for a file that is no checkpoint of this trainer, or a fault of the file itself.
    public convenience init(resuming folder: URL, configuration: UNetConfiguration = MiniDiffusion.unet) throws {
        let checkpoint = try TrainingCheckpoint(Self.checkpointKind, in: folder)
        try self.init(
            try checkpoint.decoded("options"),
            autoencoder: AutoencoderKL.load(folder: folder.appendingPathComponent(Self.autoencoderFolder)),
            text: TextEncoder.load(pipeline: folder),
            configuration: configuration)
        try checkpoint.restore(self)
    }
}

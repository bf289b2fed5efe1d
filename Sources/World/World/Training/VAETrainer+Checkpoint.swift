import Basics
import Diffusion
import Foundation
import Tensor

extension VAETrainer {
    /// What the metadata of its checkpoints call the run.
    public static let checkpointKind = "mini-vae training"

    /// Writes everything the next step depends on, as one file that replaces the former one when it is whole.
    ///
    /// - Parameter folder: is made where there is none.
    public func saveCheckpoint(to folder: URL) throws {
        try TrainingCheckpoint.write(self, to: folder)
    }

    /// Continues the run whose checkpoint is in `folder`, exactly as if it had never stopped.
    ///
    /// - Throws: `RhumbError` for a file that is no checkpoint of this trainer, or a fault of the file itself.
    public convenience init(
        resuming folder: URL, configuration: AutoencoderConfiguration = MiniDiffusion.autoencoder
    ) throws {
        let checkpoint = try TrainingCheckpoint(Self.checkpointKind, in: folder)
        try self.init(try checkpoint.decoded("options"), configuration: configuration)
        try checkpoint.restore(self)
    }
}

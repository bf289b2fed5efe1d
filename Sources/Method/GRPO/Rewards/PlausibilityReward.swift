import Basics
import Diffusion
import Tensor

/// −(e / e₀ − 1), from −`limit` to 0: how much harder a frozen model finds it to take noise off a picture than off
/// usual ones.
///
/// A CLIP tells what is in a picture, and less whether it is a picture: parts of several things, joined, are to it what
/// they are parts of. A diffusion model has learnt how pictures look, and the one that training starts from is at hand.
/// Pictures easier than usual earn nothing by it, or an empty one would be the best of all.
public final class PlausibilityReward: Reward {
    public let name = "plausibility"
    public let model: StableDiffusion
    public let probe: DenoisingProbe
    /// e₀: the mean error of usual pictures.
    public let usual: Double
    /// The most that a picture is charged.
    public let limit: Double

    /// - Parameter usual: pictures as they should be.
    /// - Throws: `RhumbError` where there are none, or no error can be found in them.
    public init(
        _ model: StableDiffusion, usual: [Image], probe: DenoisingProbe = DenoisingProbe(), limit: Double = 2,
        progress: StableDiffusion.Progress? = nil
    ) throws {
        guard !usual.isEmpty else { throw RhumbError.noUsualPictures }
        let errors = try model.denoisingErrors(of: usual, probe, progress: progress)
        let mean = errors.reduce(0, +) / Double(errors.count)
        guard mean > 0, mean.isFinite else { throw RhumbError.usualError(mean) }
        (self.model, self.probe, self.limit, self.usual) = (model, probe, limit, mean)
    }

    public func scores(of batch: RewardBatch) throws -> RewardScores {
        let errors = try model.denoisingErrors(of: batch.images, probe)
        return RewardScores(totals: errors.map { -min(max($0 / usual - 1, 0), limit) }, terms: [("error", errors)])
    }

    public var differencesFromPaper: [(name: String, value: String, paper: String)] {
        [("reward", "plausibility", "steering")]
    }
}

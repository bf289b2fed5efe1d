import CLIP
import Diffusion
import Foundation
import GRPO
import Tensor
import World
import XCTest

/// A diffusion model of a few thousand weights, with the text tower of the bundled CLIP.
enum Fixture {
    static func pipeline(seed: UInt64 = 3) throws -> StableDiffusion {
        var unet = UNetConfiguration()
        unet.sampleSize = 8
        unet.blockOutChannels = [8, 8]
        unet.downBlockTypes = ["CrossAttnDownBlock2D", "DownBlock2D"]
        unet.upBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D"]
        unet.layersPerBlock = .one(1)
        unet.crossAttentionDim = .one(128)
        unet.attentionHeadDim = .one(2)
        unet.normNumGroups = 4
        var vae = AutoencoderConfiguration()
        vae.blockOutChannels = [4, 4]
        vae.downBlockTypes = [String](repeating: "DownEncoderBlock2D", count: 2)
        vae.upBlockTypes = [String](repeating: "UpDecoderBlock2D", count: 2)
        vae.layersPerBlock = 1
        vae.normNumGroups = 2
        vae.sampleSize = 16
        vae.scalingFactor = 1
        return try StableDiffusion(
            unet: UNet2DConditionModel(unet, seed: seed).converted(to: .float32),
            vae: AutoencoderKL(vae, seed: 1).converted(to: .float32),
            text: text.get(), scheduler: .stableDiffusion)
    }

    /// Read once: no test changes it.
    nonisolated(unsafe) private static let text = Result {
        try TextEncoder(of: CLIPEmbedder.load(folder: BundledModel.named("emoji")!.folder()))
    }

    /// The mean of the red plane, which the smallest network can learn to raise.
    static var redness: FunctionReward {
        FunctionReward(name: "redness") { image, _ in
            let red = Double(try image.tensor.selected(0, 0).mean().item)
            let blue = Double(try image.tensor.selected(0, 2).mean().item)
            return RewardScores(totals: [red], terms: [("red", [red]), ("blue", [blue])])
        }
    }

    static var options: GRPOOptions {
        var options = GRPOOptions()
        options.seed = 11
        (options.group, options.roundPrompts, options.steps) = (3, 2, 4)
        (options.trainSteps, options.updates, options.microbatch) = (2, 2, 4)
        (options.rate, options.warmup) = (1e-3, 0)
        return options
    }

    static let prompts = ["a dog", "a red apple", "a knife", "a boat"]

    static func trainer(
        _ reward: any Reward = redness, prompts: [String] = prompts, preserving preserved: [String] = [],
        seed: UInt64 = 3,
        change: (inout GRPOOptions) -> Void = { _ in }
    ) throws -> GRPOTrainer {
        var options = options
        change(&options)
        return try GRPOTrainer(
            pipeline(seed: seed), reward: reward, prompts: TrainingPrompt.list(prompts, preserving: preserved),
            options: options
        )
    }
}

extension GRPOTrainer {
    /// A row of the objective of an algorithm of ratios.
    struct RatioRow {
        let sample, step: Int
        let advantage, logProbability, oldLogProbability, ratio, unclipped, clipped, divergence, loss: Double
    }

    func ratioRows(of rollout: Rollout) throws -> [RatioRow] {
        try objective(of: rollout).map { row in
            let ratio = try XCTUnwrap(row.ratio)
            return RatioRow(
                sample: row.sample, step: row.step, advantage: try XCTUnwrap(row.advantage),
                logProbability: ratio.logProbability, oldLogProbability: ratio.oldLogProbability, ratio: ratio.ratio,
                unclipped: ratio.unclipped, clipped: ratio.clipped, divergence: try XCTUnwrap(row.divergence),
                loss: row.loss)
        }
    }
}

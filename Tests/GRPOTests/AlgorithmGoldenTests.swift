import Diffusion
import Files
import Foundation
import GRPO
import Tensor
import TestSupport
import XCTest

/// One update by each algorithm from the same latents, noise and weights as a PyTorch script: see
/// `Golden/make_algorithms.py`.
final class AlgorithmGoldenTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    private let times = [751, 501, 251, 1, 900, 333]

    func testDiffusionNFT() throws {
        try check("nft", .nft, recordsOld: true) { ($0.beta, $0.std) = (0.7, .group) }
        try check("nft_plain", .nft, recordsOld: true) { ($0.beta, $0.std, $0.lossWeight) = (0.7, .group, .none) }
    }

    func testAdvantageWeightedMatching() throws {
        let metrics = try check("awm", .awm, recordsOld: true) { ($0.clip, $0.std) = (0.004, .group) }
        let ratios = try file().tensor("awm.ratio").floats.map(Double.init)
        XCTAssertEqual(metrics.ratios.lowest, ratios.min()!, accuracy: 1e-5)
        XCTAssertEqual(metrics.ratios.highest, ratios.max()!, accuracy: 1e-5)
        XCTAssertEqual(metrics.ratios.above + metrics.ratios.below, ratios.count { abs($0 - 1) > 0.004 })
        XCTAssertGreaterThan(metrics.ratios.above + metrics.ratios.below, 0)
    }

    func testDiffusionDPO() throws { try check("dpo", .dpo, units: 2) { $0.beta = 200 } }

    func testSupervisedFinetuning() throws { try check("sft", .sft) { $0.lossWeight = .minSNR } }

    func testESD() throws { try check("esd", .esd, steps: [1]) { $0.negativeGuidance = 1.5 } }

    func testTheGradientOfTheReward() throws {
        let file = try file()
        let decoder = try file.tensor("reward.decoder"), probe = try file.tensor("reward.probe")
        let scoring = RewardGradient(LinearReward(probe)) { latents in
            try latents.reshaped([-1, 4]).matmul(decoder.transposed()).reshaped(latents.shape.dropLast() + [3])
        }
        try check("reward", .reward, steps: [2], scoring: scoring) {
            ($0.last, $0.cfgFree, $0.guidance) = (2, false, 5)
        }
    }

    /// The mean of the pixels under weights of their own.
    private final class LinearReward: DifferentiableReward {
        let name = "linear"
        let probe: Tensor
        init(_ probe: Tensor) { self.probe = probe }
        func rewards(of pictures: Tensor, prompts: [String]) throws -> Tensor {
            try (pictures * probe).mean([1, 2, 3])
        }
        func scores(of batch: RewardBatch) throws -> RewardScores { throw NoScores() }
        private struct NoScores: Error {}
    }

    private func file() throws -> SafetensorsFile {
        try SafetensorsFile(GoldenFolder(.module).url("algorithms.safetensors"))
    }

    @discardableResult
    private func check(
        _ name: String, _ algorithm: AlgorithmKind, recordsOld: Bool = false, units: Int = 6, steps: [Int] = [0],
        scoring: RewardGradient? = nil, _ change: (inout GRPOOptions) -> Void
    ) throws -> UpdateMetrics {
        let file = try file()
        func picture(_ key: String) throws -> Tensor {
            try file.tensor("shared.\(key)").permuted([0, 2, 3, 1]).contiguous()
        }
        var options = algorithm.settings(of: GRPOOptions())
        (options.group, options.roundPrompts, options.steps, options.cfgFree) = (3, 2, 4, true)
        // Smaller than the round, and no divisor of it: pieces must add up to the whole.
        (options.rate, options.warmup, options.gradientNorm, options.microbatch) = (1e-4, 0, 0.5, 4)
        options.trainSteps = nil
        change(&options)
        let scheduler = try DDIMScheduler(.stableDiffusion, steps: 4)
        // The frozen start is another UNet than the trained one, or nothing would be seen of it.
        let unet = try Golden().unet()
        let start = try unet.with(unet.parameters.map { ($0.name, try $0.tensor.detached() * 1.01) })
        for (_, tensor) in unet.parameters { try tensor.requireGradient() }
        let policy = Policy(unet, reference: start, lora: nil, scheduler: scheduler, options: options)
        let plan = try StepPlan(options, scheduler: scheduler)
        let rewards = try file.tensor("shared.rewards").floats.map(Double.init)
        let noise = try picture("noise"), latents = try picture("latents")
        var trained: [Int: Rollout.TrainedStep] = [:]
        if recordsOld {
            let old = try picture("old")
            let error = try (old - noise).squared().mean([1, 2, 3])
            trained[0] = .init(mean: old, logProbability: try -error)
        }
        let isPath = algorithm == .esd || algorithm == .reward
        let rollout = Rollout(
            round: 0, prompts: ["a", "b"], groupSize: 3, timesteps: plan.timesteps, sigmas: plan.sigmas,
            samples: [Tensor](repeating: latents, count: isPath ? 5 : 1), trained: trained, steps: steps,
            draws: isPath ? [:] : [0: ForwardDraw(timesteps: times, noise: noise)],
            context: try file.tensor("shared.context"), emptyContext: try file.tensor("shared.empty"), images: [],
            scores: RewardScores(totals: rewards),
            advantages: try Advantages(
                rewards: rewards, groupSize: 3, scale: options.std, clip: options.advantageClip))
        let learner = try PolicyLearner(policy, options: options)
        learner.scoring = scoring
        let part = UpdatePart(samples: Array(0..<units), steps: steps)

        _ = try PolicyUpdate(policy: policy, options: options, scoring: scoring).accumulateGradient(
            rollout, part, measuresReference: false)
        let norm = Double(try file.tensor("\(name).norm").item), share = Float(min(1, 0.5 / (norm + 1e-6)))
        let parameters = Dictionary(uniqueKeysWithValues: policy.parameters.map { ($0.name, $0.tensor) })
        let keys = file.names.filter { $0.hasPrefix("\(name).gradient.") }
        XCTAssertEqual(keys.count, 5)
        for key in keys {
            let parameter = try XCTUnwrap(parameters[String(key.dropFirst("\(name).gradient.".count))])
            assertClose(
                try XCTUnwrap(parameter.gradient).floats.map { $0 * share }, try file.tensor(key).floats, ofEach(1e-5),
                key)
        }
        let metrics = try learner.update(rollout, part)
        XCTAssertEqual(metrics.loss, Double(try file.tensor("\(name).loss").item), accuracy: 1e-5, name)
        XCTAssertEqual(metrics.gradientNorm, norm, accuracy: 1e-5 * max(norm, 1), name)
        for key in file.names where key.hasPrefix("\(name).updated.") {
            let parameter = try XCTUnwrap(parameters[String(key.dropFirst("\(name).updated.".count))])
            assertClose(parameter.floats, try file.tensor(key).floats, ofEach(1e-5), key)
        }
        return metrics
    }
}

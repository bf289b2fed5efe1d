import CLIP
import Diffusion
import Files
import Foundation
import GRPO
import Tensor
import TestSupport
import World
import XCTest

/// What algorithms and switches do to a run of a small model.
final class AlgorithmTests: XCTestCase {
    private lazy var folder = temporaryFolder()

    override func setUp() { Engine.threads = 1 }

    /// A run of an algorithm at its beginning.
    private func trainer(
        _ algorithm: AlgorithmKind, reward: (any Reward)? = nil, change: (inout GRPOOptions) -> Void = { _ in }
    ) throws -> GRPOTrainer {
        var options = algorithm.settings(of: Fixture.options)
        options.roundPrompts = 2
        change(&options)
        let pipeline = try Fixture.pipeline()
        var examples: TrainingExamples?
        if algorithm == .sft {
            examples = try TrainingExamples(
                pictures: (0..<4).map { try picture($0) }, captions: Fixture.prompts)
        }
        return try GRPOTrainer(
            pipeline, reward: reward ?? (algorithm.usesReward ? Fixture.redness : NoReward()),
            prompts: TrainingPrompt.list(Fixture.prompts), examples: examples, options: options)
    }

    nonisolated(unsafe) private static let clip = Result {
        try CLIPEmbedder.load(folder: BundledModel.named("emoji")!.folder())
    }

    /// The reward that gradients flow through is the one that scores, also for sums and for pictures of another size;
    /// its derivative is that of finite differences.
    func testTheRewardWithGradientsIsTheOneThatScores() throws {
        let reward = try RewardSum([(2, AlignmentReward(Self.clip.get()))])
        for (side, tolerance) in [(64, 1e-5), (96, 0.02), (16, 0.02)] {
            let images = try (0..<2).map {
                try Image(Tensor.rand([3, side, side], low: 0, high: 1, generator: Generator(seed: UInt64($0))))
            }
            let prompts = ["a dog", "a knife"]
            let expected = try reward.scores(of: RewardBatch(images: images, prompts: prompts)).totals
            let found = try withoutGradients {
                try reward.rewards(of: Tensor.stacked(images.map(\.tensor)), prompts: prompts).floats
            }
            assertClose(found, expected.map(Float.init), .absolute(tolerance), "side \(side)")
        }
        let start = try Tensor.rand([1, 3, 64, 64], low: 0.2, high: 0.8, generator: Generator(seed: 5))
        let way = try Tensor.randn([1, 3, 64, 64], generator: Generator(seed: 6))
        let x = try start.copied().requireGradient()
        try reward.rewards(of: x, prompts: ["a dog"]).sum().backward()
        let slope = Double(try (XCTUnwrap(x.gradient) * way).sum().item)
        func value(_ step: Float) throws -> Double {
            try withoutGradients { Double(try reward.rewards(of: start + way * step, prompts: ["a dog"]).item) }
        }
        let expected = (try value(1e-3) - value(-1e-3)) / 2e-3
        XCTAssertEqual(slope, expected, accuracy: 0.02 * abs(expected) + 1e-4)
    }

    private func picture(_ seed: Int) throws -> Image {
        try Image(Tensor.rand([3, 16, 16], low: 0, high: 1, generator: Generator(seed: UInt64(seed))))
    }

    private func bytes(_ trainer: GRPOTrainer, _ name: String) throws -> Data {
        let place = folder.appendingPathComponent(name)
        try trainer.saveCheckpoint(to: place)
        return try Data(contentsOf: place.appendingPathComponent(GRPOTrainer.checkpointName))
    }

    /// Stopped in the middle of a round and resumed, byte for byte; and the weights move.
    func testEveryAlgorithmGoesOnByteForByte() throws {
        let alignment = try AlignmentReward(Self.clip.get())
        for algorithm in AlgorithmKind.allCases where algorithm != .grpo {
            let reward = algorithm == .reward ? alignment : nil
            let whole = try trainer(algorithm, reward: reward), start = whole.policy.parameters.map(\.tensor.floats)
            for _ in 0..<2 { try whole.advance() }
            XCTAssertNotEqual(whole.policy.parameters.map(\.tensor.floats), start, algorithm.rawValue)
            XCTAssertTrue(whole.history.allSatisfy { $0.loss.isFinite && $0.gradientNorm > 0 }, algorithm.rawValue)
            let expected = try bytes(whole, "whole")

            let first = try trainer(algorithm, reward: reward)
            try first.advance()
            try first.update(first.rollout())
            XCTAssertEqual(first.updatesDone, 1, algorithm.rawValue)
            _ = try bytes(first, "stopped")
            let second = try trainer(algorithm, reward: reward)
            try second.restore(from: folder.appendingPathComponent("stopped"))
            try second.advance()
            XCTAssertEqual(try bytes(second, "resumed"), expected, algorithm.rawValue)
            XCTAssertEqual(second.history, whole.history, algorithm.rawValue)
        }
    }

    func testACheckpointOfAnotherAlgorithmIsRefused() throws {
        _ = try bytes(trainer(.nft), "nft")
        assertMessage("algorithm nft there, awm here") {
            try trainer(.awm).restore(from: folder.appendingPathComponent("nft"))
        }
    }

    /// The old policy is the trained one after the first round but for a thousandth, and draws the pictures.
    func testTheOldPolicyOfNFTFollows() throws {
        let trainer = try trainer(.nft) { ($0.oldDecay, $0.sampler) = ([0.25, 0.5], .dpmSolver) }
        let before = try trainer.rollout()
        XCTAssertEqual(before.samples.count, 1, "the finished latents alone")
        try trainer.update(before)
        let start = try Fixture.pipeline().unet.parameters.map(\.tensor.floats)
        try trainer.update(try XCTUnwrap(trainer.pending).rollout)
        let new = trainer.policy.parameters.map(\.tensor.floats)
        _ = try bytes(trainer, "nft")
        let file = try SafetensorsFile(folder.appendingPathComponent("nft/checkpoint.safetensors"))
        for (index, parameter) in trainer.policy.parameters.enumerated() {
            let old = try file.tensor("old.\(parameter.name)").floats
            let expected = zip(start[index], new[index]).map { 0.25 * $0 + 0.75 * $1 }
            assertClose(old, expected, ofEach(1e-6), parameter.name)
        }
    }

    /// Before an update the ratio of AWM is 1, and DPO prefers nothing.
    func testNothingHasMovedBeforeAnUpdate() throws {
        let matching = try trainer(.awm)
        let rows = try matching.objective(of: matching.rollout())
        XCTAssertEqual(rows.count, 6)
        for row in rows { XCTAssertEqual(try XCTUnwrap(row.ratio).ratio, 1, accuracy: 1e-6) }
        let preferring = try trainer(.dpo) { $0.updates = 1 }, rollout = try preferring.rollout()
        let pairs = try preferring.objective(of: rollout)
        XCTAssertEqual(pairs.count, 4, "two groups at two steps")
        for pair in pairs {
            XCTAssertEqual(pair.loss, log(2), accuracy: 1e-6)
            let group = rollout.scores.totals[pair.sample / 3 * 3..<pair.sample / 3 * 3 + 3]
            XCTAssertEqual(rollout.scores.totals[pair.sample], group.max())
        }
    }

    func testGivenPairsAreLearntFrom() throws {
        let better = try picture(1), worse = try picture(2)
        var options = AlgorithmKind.dpo.settings(of: Fixture.options)
        (options.roundPrompts, options.updates, options.rate) = (1, 1, 1e-4)
        let trainer = try GRPOTrainer(
            Fixture.pipeline(), reward: NoReward(), prompts: TrainingPrompt.list(["a dog"]),
            examples: TrainingExamples(pairs: [("a dog", better, worse)]), options: options)
        let rollout = try trainer.rollout()
        XCTAssertEqual(rollout.images.count, 2)
        let first = try trainer.update(rollout)
        XCTAssertEqual(try XCTUnwrap(first.measures["margin"]), 0, accuracy: 1e-6)
        // On the same noise, after the update.
        let part = UpdatePart(samples: [0], steps: rollout.steps)
        let again = try PolicyUpdate(policy: trainer.policy, options: options).accumulateGradient(
            rollout, part, measuresReference: false)
        XCTAssertGreaterThan(try XCTUnwrap(again.measures["margin"]), 0)
        XCTAssertLessThan(again.loss, log(2))
        XCTAssertFalse(trainer.historyColumns.names.contains("reward"), "nothing is scored")
    }

    // MARK: Switches

    func testABranchSharesItsBeginning() throws {
        let rollout = try Fixture.trainer { ($0.branch, $0.trainSteps, $0.updates) = (2, nil, 1) }.rollout()
        XCTAssertEqual(rollout.steps, [2], "earlier ones are the same for all, and the last is left out")
        for step in 0...4 {
            let rows = try (0..<6).map { try rollout.samples[step].selected(0, $0).floats }
            XCTAssertEqual(Set(rows[0..<3]).count, step <= 2 ? 1 : 3, "step \(step)")
            XCTAssertNotEqual(rows[0], rows[3])
        }
    }

    /// A group without spread is drawn anew, the other one stays; no more often than asked for.
    func testGroupsWithoutSpreadAreDrawnAnew() throws {
        func rewards(flat: Int, attempts: Int) throws -> Rollout {
            var calls = 0
            let reward = FunctionReward(name: "flat at first") { image, _ in
                calls += 1
                return RewardScores(totals: [calls <= flat ? 0 : Double(try image.tensor.mean().item)])
            }
            return try Fixture.trainer(reward) { $0.resample = attempts }.rollout()
        }
        let whole = try rewards(flat: 0, attempts: 0), flat = try rewards(flat: 3, attempts: 0)
        XCTAssertEqual(flat.advantages.zeroSpreadGroups, 1)
        let anew = try rewards(flat: 3, attempts: 2)
        XCTAssertEqual(anew.advantages.zeroSpreadGroups, 0)
        XCTAssertEqual(anew.scores.totals[3..<6], whole.scores.totals[3..<6])
        XCTAssertNotEqual(anew.scores.totals[0..<3], whole.scores.totals[0..<3])
        let step = anew.steps[0]
        let own = try anew.samples[step].selected(0, 0).floats
        XCTAssertNotEqual(own, try whole.samples[step].selected(0, 0).floats)
        XCTAssertEqual(
            try anew.samples[step].selected(0, 4).floats, try whole.samples[step].selected(0, 4).floats)
        XCTAssertEqual(anew.images[0].tensor.floats.count, whole.images[0].tensor.floats.count)
        XCTAssertEqual(try rewards(flat: 9, attempts: 2).advantages.zeroSpreadGroups, 0)
        XCTAssertEqual(try rewards(flat: 100, attempts: 2).advantages.zeroSpreadGroups, 2)
    }

    /// Two rewards of spreads a hundred times apart count alike: by hand.
    func testEachRewardIsComparedByItsOwnSpread() throws {
        let small = [0.01, 0.02, 0.03, 0.05, 0.01, 0.03], large = [3.0, 1.0, 2.0, 0.0, 4.0, 2.0]
        let total = try Advantages(rewards: zip(small, large).map { $0 + 2 * $1 }, groupSize: 3)
        let found = try Advantages(
            parts: [(1, small), (2, large)], total: total, scale: .group, epsilon: 1e-8, clip: 10)
        // numpy: per group (x - mean) / std(ddof=1), weighed and added, then the same over all six.
        assertClose(
            found.values, [0.790569, -1.581139, 0.790569, -0.790569, 0.790569, 0], .absolute(1e-5))
    }

    func testClippingCanBeLopsidedAndByTheKL() throws {
        let new = try Tensor([0.15, -0.15, 0.15, -0.15]).requireGradient()
        let advantages = try Tensor([1, -1, -1, 1])
        let lopsided = try ClippedObjective(
            new: new, old: Tensor([0, 0, 0, 0]), advantages: advantages, range: 0.1, high: 0.3)
        XCTAssertEqual(lopsided.statistics().above, 0)
        XCTAssertEqual(lopsided.statistics().below, 2)
        try lopsided.losses.sum().backward()
        let (up, down) = (exp(Float(0.15)), exp(Float(-0.15)))
        assertClose(new.gradient!.floats, [-up, 0, up, -down], ofEach(1e-6))

        // Far steps are held where they would move on, and may come back.
        let far = try Tensor([0.15, -0.15, 0.15, 0.15]).requireGradient()
        let held = try ClippedObjective(
            logRatio: far, advantages: Tensor([1, -1, -1, 1]), divergence: Tensor([1, 1, 1, 0.001]), limit: 0.01)
        try held.losses.sum().backward()
        assertClose(far.gradient!.floats, [0, 0, up, -up], ofEach(1e-6))
        XCTAssertEqual([held.statistics().above, held.statistics().below], [1, 1])
    }

    func testLogRatiosStandInTheHistoryByTimestep() throws {
        let trainer = try Fixture.trainer { ($0.trainSteps, $0.updates, $0.split) = (nil, 2, .samples) }
        try trainer.advance()
        let names = trainer.historyColumns.names.filter { $0.hasPrefix("log_ratio") }
        XCTAssertEqual(names, ["log_ratio_751", "log_ratio_501", "log_ratio_251"])
        let round = try XCTUnwrap(trainer.history.first?.logRatios)
        XCTAssertTrue(round.values.allSatisfy { $0.isFinite && $0 != 0 }, "\(round)")
    }

    func testLossesByTheirSigma() throws {
        let plain = try Fixture.trainer { ($0.split, $0.updates) = (.samples, 1) }
        let weighed = try Fixture.trainer { ($0.split, $0.updates, $0.lossWeight) = (.samples, 1, .sigma) }
        let rollout = try plain.rollout()
        let mean = rollout.steps.reduce(0) { $0 + rollout.sigmas[$1] } / Double(rollout.steps.count)
        for (row, other) in zip(try plain.objective(of: rollout), try weighed.objective(of: weighed.rollout())) {
            XCTAssertEqual(other.loss, row.loss * rollout.sigmas[row.step] / mean, accuracy: 1e-5)
        }
    }
}

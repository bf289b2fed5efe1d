import CLIP
import Files
import GRPO
import Tensor
import TestSupport
import World
import XCTest

/// The empty prompt among those that are kept.
final class EmptyPromptTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    nonisolated(unsafe) private static let clip = Result {
        try CLIPEmbedder.load(folder: BundledModel.named("emoji")!.folder())
    }

    private func trainer(_ algorithm: AlgorithmKind, weight: Double) throws -> GRPOTrainer {
        var options = algorithm.settings(of: Fixture.options)
        (options.group, options.roundPrompts, options.updates) = (3, 1, 1)
        (options.rate, options.warmup, options.decay, options.keepKL) = (1e-2, 0, 0, weight)
        let reward: any Reward = algorithm == .reward ? try AlignmentReward(Self.clip.get()) : Fixture.redness
        return try GRPOTrainer(
            Fixture.pipeline(), reward: reward, prompts: TrainingPrompt.list(["a dog"], preserving: ["", ""]),
            options: options)
    }

    private func weights(_ trainer: GRPOTrainer) -> [[Float]] { trainer.policy.parameters.map(\.tensor.floats) }

    /// Its pictures are scored, and nothing is learnt from their scores, before and after an update from another prompt.
    func testItsPicturesTeachNothing() throws {
        for algorithm in [AlgorithmKind.grpo, .nft, .awm, .dpo, .reward] {
            let trainer = try trainer(algorithm, weight: 0), start = weights(trainer)
            let empty = try trainer.rollout(prompts: [""])
            XCTAssertGreaterThan(Set(empty.scores.totals).count, 1, algorithm.rawValue)
            try trainer.update(empty)
            XCTAssertEqual(weights(trainer), start, algorithm.rawValue)
            try trainer.update(trainer.rollout(prompts: ["a dog"]))
            XCTAssertNotEqual(weights(trainer), start, algorithm.rawValue)
            try trainer.update(trainer.rollout(prompts: [""]))
            XCTAssertEqual(try XCTUnwrap(trainer.history.last?.gradientNorm), 0, algorithm.rawValue)
        }
    }

    /// A policy that has left the start comes back where nothing is asked for.
    func testItHoldsThePredictionWithoutAPrompt() throws {
        func drift(weight: Double) throws -> Double {
            let trainer = try trainer(.nft, weight: weight)
            for _ in 0..<4 { try trainer.update(trainer.rollout(prompts: ["a dog"])) }
            var last = 0.0
            for _ in 0..<12 {
                try trainer.update(trainer.rollout(prompts: [""]))
                last = try XCTUnwrap(trainer.history.last?.startKL)
            }
            return last
        }
        let free = try drift(weight: 0), held = try drift(weight: 100)
        XCTAssertGreaterThan(free, 0)
        XCTAssertLessThan(held, 0.7 * free)
    }

    /// Groups of the empty prompt are not drawn again where their rewards are equal.
    func testItIsNotDrawnAgain() throws {
        var scored: [String] = []
        let flat = FunctionReward(name: "flat") { _, prompt in
            scored.append(prompt)
            return RewardScores(totals: [1])
        }
        let trainer = try Fixture.trainer(flat, prompts: ["a dog"], preserving: [""]) { $0.resample = 2 }
        _ = try trainer.rollout()
        XCTAssertEqual(scored.count { $0.isEmpty }, 3)
        XCTAssertEqual(scored.count { $0 == "a dog" }, 9)
    }

    func testABlankPromptIsRefusedElsewhere() throws {
        func refused(_ prompts: [String], _ kept: [String], _ message: String, line: UInt = #line) {
            assertMessage(message, line: line) {
                _ = try GRPOTrainer(
                    Fixture.pipeline(), reward: Fixture.redness,
                    prompts: TrainingPrompt.list(prompts, preserving: kept), options: Fixture.options)
            }
        }
        refused(["a dog", ""], [], "prompt 1 is empty")
        refused(["a dog"], ["a cat", "  "], "text 1 of 'keep' is blank")
    }
}

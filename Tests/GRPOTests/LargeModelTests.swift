import Basics
import Diffusion
import Foundation
import GRPO
import Tensor
import TestSupport
import XCTest

/// What makes models of full size trainable: activations computed again, and frozen weights of less precision.
final class LargeModelTests: XCTestCase {
    override func setUp() { Engine.threads = 1 }

    /// After two rounds with a KL to the start; the adapters' matrices or all weights.
    private func trained(checkpointing: Bool, adapters: Bool) throws -> [[Float]] {
        let trainer = try Fixture.trainer(preserving: ["a green boat"]) {
            $0.checkpointing = checkpointing
            if adapters { $0.lora = LoRAOptions(rank: 4) }
        }
        XCTAssertEqual(trainer.policy.unet.recomputesBlocks, checkpointing)
        for _ in 0..<2 { try trainer.advance() }
        return trainer.policy.parameters.map(\.tensor.floats)
    }

    func testCheckpointingGivesTheSameBits() throws {
        for adapters in [true, false] {
            let kept = try trained(checkpointing: false, adapters: adapters)
            assertSameBits(try trained(checkpointing: true, adapters: adapters), kept, "adapters: \(adapters)")
        }
    }

    /// A backward pass through blocks that are computed again takes less memory.
    func testCheckpointingTakesLessMemory() throws {
        func peak(_ checkpointing: Bool) throws -> Int {
            // Of more blocks than are computed again at a time, in small feature maps: attention's scores don't count.
            var configuration = try Fixture.pipeline().unet.configuration
            configuration.layersPerBlock = .one(6)
            let unet = try UNet2DConditionModel(configuration, seed: 3).converted(to: .float32)
            _ = try LoRA(LoRAOptions(rank: 2), on: unet, generator: Generator(seed: 1))
            unet.recomputesBlocks = checkpointing
            let latents = try Tensor.ones([4, 16, 16, 4]), context = try Tensor.ones([4, 20, 128])
            func pass() throws { try unet(latents, timesteps: [500], context: context).sum().backward() }
            try pass()
            return try Engine.peakBytes(pass)
        }
        XCTAssertLessThan(Double(try peak(true)), 0.6 * Double(try peak(false)))
    }

    /// Ratios are exactly 1 before an update, the adapters stay in float32, and nothing frozen gets a gradient.
    func testFrozenWeightsOfBFloat16() throws {
        var options = Fixture.options
        (options.lora, options.checkpointing, options.updates) = (LoRAOptions(rank: 4), true, 1)
        let model = try Fixture.pipeline().converted(to: .bfloat16)
        let trainer = try GRPOTrainer(
            model, reward: Fixture.redness, prompts: TrainingPrompt.list(Fixture.prompts), options: options)
        let rows = try trainer.ratioRows(of: trainer.rollout())
        XCTAssertEqual(rows.map(\.ratio), [Double](repeating: 1, count: rows.count))
        let metrics = try trainer.advance()
        XCTAssertEqual(metrics.firstRatioError, 0)
        XCTAssertEqual(metrics.startKL, 0, "measured before the only update")
        XCTAssertGreaterThan(metrics.gradientNorm, 0)
        XCTAssertEqual(Set(trainer.policy.parameters.map(\.tensor.dtype)), [.float32])
        XCTAssertEqual(trainer.policy.unet.dtype, .bfloat16)
        XCTAssertTrue(trainer.policy.unet.parameters.allSatisfy { $0.tensor.gradient == nil })
        // The gradient's direction is that of float32, to the precision of bfloat16.
        let wide = try GRPOTrainer(
            Fixture.pipeline(), reward: Fixture.redness, prompts: TrainingPrompt.list(Fixture.prompts),
            options: options
        ).advance()
        XCTAssertEqual(metrics.gradientNorm, wide.gradientNorm, accuracy: 0.1 * wide.gradientNorm)
    }

    func testAllWeightsAreTrainedInFloat32Alone() throws {
        let model = try Fixture.pipeline().converted(to: .bfloat16)
        XCTAssertThrowsError(
            try GRPOTrainer(
                model, reward: Fixture.redness, prompts: TrainingPrompt.list(["a dog"]), options: Fixture.options)
        ) { error in
            let error = error as? RhumbError
            XCTAssertEqual(error?.message, "all weights can be trained in float32 alone, not bfloat16")
            XCTAssertEqual(error?.hint.contains("lora: 8"), true)
        }
    }

    /// A run saved before the switch was there goes on.
    func testACheckpointWithoutTheSwitchIsRead() throws {
        let encoded = try JSONEncoder().encode(Fixture.options)
        var members = try XCTUnwrap(JSONSerialization.jsonObject(with: encoded) as? [String: Any])
        XCTAssertNotNil(members.removeValue(forKey: "checkpointing"))
        let older = try JSONSerialization.data(withJSONObject: members)
        XCTAssertEqual(try JSONDecoder().decode(GRPOOptions.self, from: older), Fixture.options)
        members["clip"] = nil
        let broken = try JSONSerialization.data(withJSONObject: members)
        XCTAssertThrowsError(try JSONDecoder().decode(GRPOOptions.self, from: broken))
    }
}

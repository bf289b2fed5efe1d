import Diffusion
import Foundation
import GRPO
import Tensor
import TestSupport
import XCTest

/// A run that stopped and went on is the run that did not stop.
final class CheckpointTests: XCTestCase {
    private lazy var folder = temporaryFolder()

    override func setUp() { Engine.threads = 1 }
    private func state(_ trainer: GRPOTrainer, _ name: String) throws -> Data {
        let place = folder.appendingPathComponent(name)
        try trainer.saveCheckpoint(to: place)
        return try Data(contentsOf: place.appendingPathComponent(GRPOTrainer.checkpointName))
    }

    /// Byte for byte, stopped between rounds and in the middle of one.
    private func check(_ change: (inout GRPOOptions) -> Void) throws {
        let whole = try Fixture.trainer(change: change)
        for _ in 0..<2 { try whole.advance() }
        let expected = try state(whole, "whole")

        let first = try Fixture.trainer(change: change)
        try first.update(first.rollout())
        XCTAssertEqual(first.updatesDone, 1)
        _ = try state(first, "stopped")
        try first.update(first.pending!.rollout)  // What comes after the checkpoint must leave no trace.

        let second = try Fixture.trainer(change: change)
        try second.restore(from: folder.appendingPathComponent("stopped"))
        XCTAssertEqual([second.completed, second.updatesDone], [0, 1])
        try second.advance()
        _ = try state(second, "again")
        let third = try Fixture.trainer(change: change)
        try third.restore(from: folder.appendingPathComponent("again"))
        try third.advance()
        XCTAssertEqual(try state(third, "resumed"), expected)
        XCTAssertEqual(third.history, whole.history)
        XCTAssertEqual(third.seconds.count, 2)
    }

    func testAFullRunGoesOnByteForByte() throws {
        try check { ($0.kl, $0.ema, $0.split) = (0.1, 0.9, .samples) }
    }

    func testARunOfAdaptersGoesOnByteForByte() throws {
        try check { ($0.lora, $0.ema) = (LoRAOptions(rank: 2), 0.5) }
    }

    func testTheFolderHasHistoryAndAdaptersAndTheFinishedModel() throws {
        let trainer = try Fixture.trainer { ($0.rounds, $0.lora) = (1, LoRAOptions(rank: 2)) }
        try trainer.advance()
        try trainer.save(to: folder)
        for name in ["checkpoint.safetensors", "history.csv", "history.jsonl", "pytorch_lora_weights.safetensors"] {
            XCTAssertTrue(FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path), name)
        }
        let unet = try Fixture.pipeline().unet
        let lora = try XCTUnwrap(unet.adapted(by: folder).lora)
        XCTAssertEqual(lora.parameters.map(\.tensor.floats), trainer.policy.parameters.map(\.tensor.floats))
        let full = try Fixture.trainer { $0.rounds = 1 }
        try full.advance()
        try full.save(to: folder)
        let saved = try StableDiffusion.load(folder: folder.appendingPathComponent("policy"))
        XCTAssertEqual(saved.unet.parameters.map(\.tensor.floats), full.policy.parameters.map(\.tensor.floats))
    }

    func testAveragedWeightsAreAModelOfTheirOwn() throws {
        for lora in [nil, LoRAOptions(rank: 2)] {
            let trainer = try Fixture.trainer { ($0.ema, $0.lora) = (0.9, lora) }
            try trainer.advance()
            let generator = Generator(seed: 1)
            let x = try Tensor.randn([1, 8, 8, 4], generator: generator)
            let context = try trainer.pipeline.context(of: ["a dog"])
            func prediction(_ pipeline: StableDiffusion) throws -> [Float] {
                try withoutGradients { try pipeline.unet(x, timesteps: [300], context: context).floats }
            }
            let (live, average) = (try prediction(trainer.pipeline), try prediction(trainer.averaged()))
            let start = try prediction(Fixture.pipeline())
            XCTAssertNotEqual(live, average)
            XCTAssertNotEqual(average, start)
            try trainer.advance()
            XCTAssertNotEqual(try prediction(trainer.pipeline), live)
        }
    }

    func testACheckpointOfAnotherRunIsRefusedAndChangesNothing() throws {
        let trainer = try Fixture.trainer()
        try trainer.advance()
        try trainer.save(to: folder)
        func refused(_ part: String, _ other: GRPOTrainer, line: UInt = #line) throws {
            let before = other.policy.parameters.map(\.tensor.floats)
            assertMessage(part, line: line) { try other.restore(from: folder) }
            XCTAssertEqual(other.policy.parameters.map(\.tensor.floats), before, line: line)
            XCTAssertEqual(other.completed, 0, line: line)
        }
        try refused("clip 0.001 there, 0.002 here", Fixture.trainer { $0.clip = 0.002 })
        try refused("seed 11 there, 5 here", Fixture.trainer { $0.seed = 5 })
        try refused("other prompts", Fixture.trainer(prompts: ["a dog", "a cat", "a knife", "a boat"]))
        try refused(
            "other prompts kept", Fixture.trainer(prompts: ["a dog", "a red apple", "a knife"], preserving: ["a boat"]))
        try refused(
            "reward 'redness' there, 'mine' here",
            Fixture.trainer(FunctionReward(name: "mine") { _, _ in .init(totals: [0]) }))
        try refused("belongs to another model", Fixture.trainer(seed: 4))
        // More rounds are no other run.
        let longer = try Fixture.trainer { $0.rounds = 9 }
        try longer.restore(from: folder)
        XCTAssertEqual(longer.completed, 1)
        XCTAssertEqual(longer.policy.parameters.map(\.tensor.floats), trainer.policy.parameters.map(\.tensor.floats))

        try Data("{}".utf8).write(to: folder.appendingPathComponent("checkpoint.safetensors"))
        XCTAssertThrowsError(try longer.restore(from: folder))
        XCTAssertEqual(longer.completed, 1)
    }

    /// Where the state can't be written, what stood there stays, and so does the run.
    func testAFolderThatCanNotBeWrittenIsAnErrorAndNotTheEnd() throws {
        let trainer = try Fixture.trainer()
        let occupied = folder.appendingPathComponent("file")
        try Data("kept".utf8).write(to: occupied)
        XCTAssertThrowsError(try trainer.save(to: occupied))
        XCTAssertEqual(try Data(contentsOf: occupied), Data("kept".utf8))
        try trainer.advance()
        XCTAssertEqual(trainer.completed, 1)
    }
}

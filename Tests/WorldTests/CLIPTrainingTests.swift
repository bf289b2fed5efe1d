import CLIP
import Foundation
import Tensor
import TestSupport
import World
import WorldTraining
import XCTest

final class CLIPTrainingTests: XCTestCase {
    /// Small enough for seconds: one layer of 32 a tower, 12 pairs per step.
    private func trainer(steps: Int, seed: UInt64 = 7) throws -> CLIPTrainer {
        try CLIPTrainer(options(steps: steps, seed: seed), configuration: configuration)
    }

    private func options(steps: Int, seed: UInt64) -> CLIPTrainingOptions {
        var options = CLIPTrainingOptions()
        (options.steps, options.seed, options.batch, options.warmUp, options.axisPhrases) = (steps, seed, 12, 4, 3)
        options.emptyShare = 0.2
        return options
    }

    private let configuration: CLIPConfiguration = {
        var configuration = MiniCLIP.configuration
        (configuration.text.hiddenSize, configuration.text.intermediateSize, configuration.text.numHiddenLayers) = (
            32, 64, 1
        )
        (configuration.vision.hiddenSize, configuration.vision.intermediateSize) = (32, 64)
        (configuration.vision.numHiddenLayers, configuration.vision.patchSize, configuration.projectionDim) = (
            1, 16, 32
        )
        return configuration
    }()

    private func weights(_ model: CLIPModel) -> [[Float]] { model.parameters.map(\.tensor.floats) }

    func testTheLossFalls() throws {
        let trainer = try trainer(steps: 40)
        while !trainer.isFinished { try trainer.step() }
        let losses = trainer.history.map(\.loss)
        XCTAssertLessThan(losses.suffix(8).reduce(0, +), 0.8 * losses.prefix(8).reduce(0, +))
        XCTAssertTrue(losses.allSatisfy(\.isFinite))
        XCTAssertEqual(trainer.history.map(\.step), Array(1...40))
        XCTAssertThrowsError(try trainer.step()) { XCTAssertTrue("\($0)".contains("all its 40 steps"), "\($0)") }
    }

    func testEqualOptionsGiveEqualWeights() throws {
        let runs = try [trainer(steps: 3), trainer(steps: 3), trainer(steps: 3, seed: 8)]
        for run in runs { while !run.isFinished { try run.step() } }
        XCTAssertEqual(weights(runs[0].model), weights(runs[1].model))
        XCTAssertNotEqual(weights(runs[0].model), weights(runs[2].model))
    }

    func testAResumedRunEqualsAnUninterruptedOneBitForBit() throws {
        let whole = try trainer(steps: 8)
        while !whole.isFinished { try whole.step() }

        let folder = temporaryFolder()
        let first = try trainer(steps: 8)
        for _ in 0..<3 { try first.step() }
        try first.check(count: 4)
        try first.saveCheckpoint(to: folder)
        try first.step()  // A step after the checkpoint must leave no trace.
        let second = try CLIPTrainer(resuming: folder, configuration: configuration)
        XCTAssertEqual(second.completed, 3)
        XCTAssertEqual(second.options, whole.options)
        while !second.isFinished { try second.step() }

        XCTAssertEqual(weights(second.model), weights(whole.model))
        XCTAssertEqual(weights(try second.averaged().model), weights(try whole.averaged().model))
        XCTAssertEqual(second.history, whole.history)
        XCTAssertEqual(second.checks, first.checks)
    }

    func testAFileThatIsNoCheckpointIsRefused() throws {
        let folder = temporaryFolder()
        let trainer = try trainer(steps: 2)
        try trainer.model.save(weightsTo: folder)
        let file = folder.appendingPathComponent("model.safetensors")
        try FileManager.default.moveItem(at: file, to: folder.appendingPathComponent(CLIPTrainer.checkpointName))
        XCTAssertThrowsError(try CLIPTrainer(resuming: folder, configuration: configuration)) {
            XCTAssertTrue("\($0)".contains("is not a checkpoint"), "\($0)")
        }
        XCTAssertThrowsError(try CLIPTrainer(resuming: temporaryFolder(), configuration: configuration))
        // A checkpoint of towers of another size names the first weight that doesn't fit.
        try trainer.saveCheckpoint(to: folder)
        XCTAssertThrowsError(try CLIPTrainer(resuming: folder)) {
            XCTAssertTrue("\($0)".contains("right shape"), "\($0)")
        }
    }

    func testUselessSizesAreRefused() {
        var options = options(steps: 0, seed: 1)
        XCTAssertThrowsError(try CLIPTrainer(options, configuration: configuration))
        (options.steps, options.batch) = (5, 1)
        XCTAssertThrowsError(try CLIPTrainer(options, configuration: configuration))
    }

    func testASavedModelIsACompleteFolder() throws {
        let folder = temporaryFolder()
        let trainer = try trainer(steps: 2)
        try trainer.averaged().save(to: folder)
        let loaded = try CLIPEmbedder.load(folder: folder)
        XCTAssertEqual(weights(loaded.model), weights(try trainer.averaged().model))
        XCTAssertEqual(loaded.model.configuration, configuration)
        XCTAssertEqual(try loaded.preprocessing, try trainer.averaged().preprocessing)
        XCTAssertEqual(try loaded.tokenizer.vocabularySize, Vocabulary.count)
        XCTAssertEqual(loaded.maximumLength, Vocabulary.positions)
        XCTAssertEqual(try loaded.tokens("a dog").map(\.token), [Vocabulary.start, "a", "dog", Vocabulary.end])
    }
}

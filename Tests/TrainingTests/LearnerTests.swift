import Tensor
import TestSupport
import Training
import XCTest

/// The update that all trainers share.
final class LearnerTests: XCTestCase {
    /// The same by hand, with the optimiser alone: AdamW's own numbers are compared with PyTorch's in TensorTests.
    func testAnUpdateClipsFollowsTheScheduleAndAverages() throws {
        let trainer = try LineTrainer()
        try trainer.step()

        let weights = try Tensor([1, -1, 0.5]).requireGradient()
        let optimiser = try AdamW([("weights", weights)], learningRate: 0.1)
        let average = try ExponentialMovingAverage([("weights", weights)], decay: 0.5)
        let twin = try LineTrainer()
        try twin.losses(at: 0)(0..<4).total.backward()
        let gradient = try XCTUnwrap(twin.weights.gradient).floats
        let length = Double(gradient.reduce(0) { $0 + $1 * $1 }.squareRoot())
        XCTAssertGreaterThan(length, 0.5, "nothing would be clipped")
        weights.gradient = try Tensor(gradient.map { $0 * Float(0.5 / (length + 1e-6)) })
        optimiser.learningRate = 0.1 / 2  // The first of two steps of warm-up.
        try optimiser.step()
        average.update()

        assertClose(trainer.weights.floats, weights.floats, .absolute(1e-6), "weights")
        let averages = (try XCTUnwrap(trainer.learner.average).averaged(), try average.averaged())
        assertClose(averages.0[0].tensor.floats, averages.1[0].tensor.floats, .absolute(1e-6), "averages")
        XCTAssertEqual(trainer.history[0].gradientNorm, length, accuracy: 1e-6)
        XCTAssertEqual(trainer.history[0].rate, 0.05, accuracy: 1e-12)
        XCTAssertNil(trainer.weights.gradient, "a gradient is left for the next step")
    }

    func testPiecesAddUpToTheWhole() throws {
        let whole = try LineTrainer(), pieces = try LineTrainer()
        let done = try whole.learner.update(at: 3, loss: whole.losses(at: 3)(0..<4).total)
        let same = try pieces.learner.update(at: 3) {
            for row in 0..<4 { try pieces.losses(at: 3)(row..<row + 1).total.backward() }
        }
        XCTAssertEqual(same.gradientNorm, done.gradientNorm, accuracy: 1e-6)
        assertClose(pieces.weights.floats, whole.weights.floats, .absolute(1e-6), "weights")
    }

    /// Four pieces add up in pairs, and the last of three is short.
    func testABatchInPiecesIsTheBatch() throws {
        let whole = try LineTrainer()
        try whole.step()
        for (microbatch, pieces) in [(1, [0..<1, 1..<2, 2..<3, 3..<4]), (3, [0..<3, 3..<4]), (9, [0..<4])] {
            var options = LineTrainer.Options()
            options.microbatch = microbatch
            XCTAssertEqual(options.pieces, pieces)
            let trainer = try LineTrainer(options)
            let report = try trainer.step()
            assertClose(trainer.weights.floats, whole.weights.floats, .absolute(1e-6), "weights")
            XCTAssertEqual(report.loss, whole.history[0].loss, accuracy: 1e-6)
            XCTAssertEqual(report.gradientNorm, whole.history[0].gradientNorm, accuracy: 1e-6)
        }
    }

    func testWhatIsNotFiniteChangesNothing() throws {
        let trainer = try LineTrainer(), before = trainer.weights.floats
        trainer.factor = { _ in .nan }
        XCTAssertThrowsError(try trainer.step()) {
            XCTAssertTrue("\($0)".contains("the gradient of 'weights' is not finite"), "\($0)")
        }
        XCTAssertEqual(trainer.weights.floats, before)
        XCTAssertEqual(trainer.completed, 0)
        XCTAssertEqual(trainer.history, [])
        trainer.factor = { _ in 1 }
        let fresh = try LineTrainer()
        for trainer in [trainer, fresh] { try trainer.step() }
        assertSameBits(trainer.weights, fresh.weights)
    }
}

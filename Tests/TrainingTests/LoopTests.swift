import Files
import Foundation
import Tensor
import TestSupport
import Training
import XCTest

/// The loop that all trainers share: what it leaves on disk, and that a stop changes nothing.
final class LoopTests: XCTestCase {
    private lazy var folder = temporaryFolder()

    private func rows() throws -> [String] {
        try String(contentsOf: folder.appendingPathComponent("history.csv"), encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    private func loop(_ trainer: LineTrainer, _ watcher: Watcher = Watcher()) -> TrainingLoop {
        var loop = TrainingLoop(trainer, observer: watcher)
        loop.folder = folder
        return loop
    }

    func testARunLeavesItsCurvesItsStateAndItsResult() throws {
        let trainer = try LineTrainer(), watcher = Watcher()
        var loop = loop(trainer, watcher)
        (loop.every, loop.checked) = (4, 1)
        guard case .reached = try loop.run(to: 6) else { return XCTFail("interrupted") }
        XCTAssertEqual(watcher.updates, 6)
        XCTAssertEqual(trainer.checks.map(\.step), [4, 6])
        XCTAssertEqual(try rows().count, 7)
        XCTAssertEqual(try rows()[0], "step,loss,gradient_norm,rate")
        XCTAssertEqual(try TableFile.read(folder.appendingPathComponent("history.csv")), trainer.historyColumns)
        XCTAssertTrue(FileManager.default.fileExists(atPath: folder.appendingPathComponent("result").path))
        XCTAssertEqual(try Checkpoint.kind(in: folder), "line training")
    }

    func testAStoppedRunGoesOnAsIfItHadNeverStopped() throws {
        let whole = try LineTrainer()
        while !whole.isFinished { try whole.step() }

        let first = try LineTrainer(), watcher = Watcher()
        watcher.stopAfter = 3
        guard case .interrupted = try loop(first, watcher).run(to: 6) else { return XCTFail("not interrupted") }
        XCTAssertEqual(watcher.notes, ["stopped after step 3 of 6"])
        XCTAssertEqual(try rows().count, 4)
        let second = try LineTrainer()
        try second.restore(from: folder)
        _ = try loop(second).run(to: 6)
        assertSameBits(second.weights, whole.weights)
        XCTAssertEqual(second.history, whole.history)
    }

    /// Where the process was killed, the state in the run's folder says where it and its seeds stood.
    func testAStateBringsARunAndItsSeedsBack() throws {
        func run(_ trainer: LineTrainer, _ seeds: Seeds, _ watcher: Watcher, to last: Int) throws {
            var loop = TrainingLoop(trainer, observer: watcher)
            loop.state = TrainingState(in: folder, seeds: seeds)
            _ = try loop.run(to: last)
        }
        let seeds = Seeds(), stopped = Watcher()
        seeds.seedPosition = 77
        stopped.stopAfter = 2
        try run(LineTrainer(), seeds, stopped, to: 6)

        let again = try LineTrainer(), others = Seeds(), watcher = Watcher()
        try run(again, others, watcher, to: 6)
        XCTAssertEqual(others.seedPosition, 77)
        XCTAssertEqual(watcher.notes, ["training goes on from step 2 of 6"])
        XCTAssertEqual(watcher.updates, 4)

        // A run that has come further than it is asked to go stays where it is.
        let further = try LineTrainer(), third = Watcher()
        for _ in 0..<5 { try further.step() }
        try run(further, Seeds(), third, to: 3)
        XCTAssertEqual([further.completed, third.updates], [5, 0])
    }

    func testAnErrorSavesTheRunAsItWasAndIsPassedOn() throws {
        let trainer = try LineTrainer()
        trainer.factor = { $0 == 2 ? .infinity : 1 }
        XCTAssertThrowsError(try loop(trainer).run(to: 6)) { XCTAssertTrue("\($0)".contains("'weights'"), "\($0)") }
        let before = trainer.weights.floats
        XCTAssertEqual(trainer.completed, 2)
        let saved = try LineTrainer()
        try saved.restore(from: folder)
        XCTAssertEqual(saved.completed, 2)
        XCTAssertEqual(saved.weights.floats, before)
    }

    func testACheckpointOfAnotherRunIsRefusedAndChangesNothing() throws {
        let trainer = try LineTrainer()
        for _ in 0..<2 { try trainer.step() }
        try trainer.save(to: folder)
        let other = try LineTrainer(.init(seed: 2)), before = other.weights.floats
        XCTAssertThrowsError(try other.restore(from: folder)) {
            XCTAssertTrue("\($0)".contains("another run"), "\($0)")
        }

        // Nor does one that lacks the running average.
        let file = try SafetensorsFile(folder.appendingPathComponent(Checkpoint.name))
        var tensors: [String: Tensor] = [:]
        for name in file.names where !name.hasPrefix("average.") { tensors[name] = try file.tensor(name) }
        try Checkpoint.write("line training", tensors, metadata: file.metadata, to: folder)
        let third = try LineTrainer()
        XCTAssertThrowsError(try third.restore(from: folder))
        XCTAssertEqual([other.weights.floats, third.weights.floats], [before, before])
        XCTAssertEqual([other.completed, third.completed], [0, 0])
        let fresh = try LineTrainer()
        for trainer in [third, fresh] { while !trainer.isFinished { try trainer.step() } }
        assertSameBits(third.weights, fresh.weights)
    }
}

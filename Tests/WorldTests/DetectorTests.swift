import Basics
import Evaluation
import Foundation
import Tensor
import TestSupport
import World
import WorldTraining
import XCTest

final class DetectorTests: XCTestCase {
    private let dog = Concept.named("dog")!, cat = Concept.named("cat")!, car = Concept.named("car")!

    func testPeaksAreReadWithPlaceColourAndSize() {
        let heat = Heat([
            (dog, 3, 4, 2, nil, 7), (car, 12, 11, 5, .blue, 6), (cat, 3, 12, -4, nil, 7),
        ])
        let peaks = heat.peaks(of: 0)
        XCTAssertEqual(peaks.map(\.concept), [car, dog], "strongest first, and nothing below the floor")
        XCTAssertEqual(peaks.map(\.tint), [.blue, nil], "a dog has no colour of its own to tell")
        XCTAssertEqual(peaks.map(\.x), [50, 14])
        XCTAssertEqual(peaks.map(\.y), [46, 18])
        XCTAssertEqual(peaks.map(\.side), [24, 28])
    }

    func testOneObjectIsFoundOnceAndTwoOfAKindAreTwo() {
        // The slope of one peak has no peaks of its own, and another name for the same place gives way to the stronger.
        let one = Heat([
            (dog, 8, 8, 3, nil, 8), (dog, 9, 8, 2, nil, 8), (dog, 8, 9, 2.5, nil, 8), (cat, 9, 9, 1, nil, 8),
        ])
        XCTAssertEqual(one.peaks(of: 0).map(\.concept), [dog])
        let two = Heat([(dog, 3, 8, 3, nil, 7), (dog, 11, 8, 2, nil, 7)])
        XCTAssertEqual(two.peaks(of: 0).count, 2)
        // Equal neighbours are one plateau, not two objects.
        XCTAssertEqual(Heat([(dog, 4, 4, 1, nil, 2), (dog, 5, 4, 1, nil, 2)]).peaks(of: 0).count, 1)
    }

    func testCalibrationFindsTheTrueChances() {
        // Scores whose truth is σ(0.5 s − 1).
        var random = SplitMix64(seed: 3), scores: [Double] = [], outcomes: [Bool] = []
        for _ in 0..<20_000 {
            let score = random.uniform() * 12 - 6
            scores.append(score)
            outcomes.append(random.chance(1 / (1 + exp(1 - 0.5 * score))))
        }
        let calibration = DetectorConfiguration.Calibration(fitting: outcomes, to: scores)
        XCTAssertEqual(calibration.slope, 0.5, accuracy: 0.03)
        XCTAssertEqual(calibration.offset, -1, accuracy: 0.06)
    }

    // MARK: Training

    private let small: DetectorConfiguration = {
        var configuration = DetectorConfiguration()
        (configuration.widths, configuration.headWidth, configuration.groups) = ([8, 16, 16], 16, 4)
        return configuration
    }()

    private func trainer(steps: Int, seed: UInt64 = 4) throws -> DetectorTrainer {
        var options = DetectorTrainingOptions()
        (options.steps, options.seed, options.batch, options.warmUp) = (steps, seed, 4, 2)
        return try DetectorTrainer(options, configuration: small)
    }

    private func weights(_ network: DetectorNetwork) -> [[Float]] { network.parameters.map(\.tensor.floats) }

    func testTheLossFalls() throws {
        var options = DetectorTrainingOptions()
        (options.steps, options.batch, options.warmUp, options.learningRate) = (16, 4, 2, 1e-2)
        (options.degradedShare, options.meaninglessShare) = (0, 0)
        let trainer = try DetectorTrainer(options, configuration: small)
        while !trainer.isFinished { try trainer.step() }
        // Sizes are learned first, colours and centres long after.
        let shapes = trainer.history.map(\.shapes)
        XCTAssertLessThan(shapes.suffix(4).reduce(0, +), 0.95 * shapes.prefix(4).reduce(0, +))
        XCTAssertTrue(trainer.history.allSatisfy { $0.loss.isFinite })
        XCTAssertThrowsError(try trainer.step())
    }

    func testAResumedRunEqualsAnUninterruptedOneBitForBit() throws {
        let whole = try trainer(steps: 5), folder = temporaryFolder()
        while !whole.isFinished { try whole.step() }
        let first = try trainer(steps: 5)
        for _ in 0..<2 { try first.step() }
        try first.saveCheckpoint(to: folder)
        try first.step()  // A step after the checkpoint must leave no trace.
        let second = try DetectorTrainer(resuming: folder, configuration: small)
        while !second.isFinished { try second.step() }
        XCTAssertEqual(weights(second.network), weights(whole.network))
        XCTAssertEqual(weights(try second.averaged().network), weights(try whole.averaged().network))
        XCTAssertEqual(second.history, whole.history)
        XCTAssertThrowsError(try CLIPTrainer(resuming: folder)) {
            XCTAssertTrue("\($0)".contains("is not a checkpoint"), "\($0)")
        }
    }

    func testASavedDetectorFindsTheSame() throws {
        let folder = temporaryFolder(), trainer = try trainer(steps: 2)
        try trainer.step()
        let detector = try trainer.averaged()
        try detector.save(to: folder)
        let loaded = try Detector.load(folder: folder)
        XCTAssertEqual(loaded.configuration, detector.configuration)
        let images = try DetectorExam(pictures: 3).images
        XCTAssertEqual(try loaded.detect(images, threshold: 0), try detector.detect(images, threshold: 0))
        XCTAssertEqual(try loaded.features(images).shape, [3, 8 + 16 + 16])
        XCTAssertEqual(try loaded.features([]).shape, [0, 40])

        try FileManager.default.removeItem(at: folder.appendingPathComponent("config.json"))
        try Data("{}".utf8).write(to: folder.appendingPathComponent("config.json"))
        XCTAssertThrowsError(try Detector.load(folder: folder)) {
            XCTAssertTrue("\($0)".contains("describes no detector"), "\($0)")
        }
    }

    func testUselessSizesAreRefused() throws {
        XCTAssertThrowsError(try trainer(steps: 0))
        var configuration = small
        configuration.widths = [8, 16, 18]
        XCTAssertThrowsError(try DetectorNetwork(configuration, seed: 0))
    }
}

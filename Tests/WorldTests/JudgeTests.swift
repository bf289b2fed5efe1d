import Evaluation
import Tensor
import TestSupport
import World
import WorldTraining
import XCTest

/// The detector that comes with the package, and evaluations by it.
final class JudgeTests: XCTestCase {
    func testTheShippedDetectorReadsScenes() throws {
        let detector = try Detector.bundled()
        let clean = try DetectorExam(pictures: 64, kinds: [.clean]).accuracy(of: detector)
        XCTAssertGreaterThanOrEqual(clean.exact, 0.96)
        XCTAssertGreaterThanOrEqual(clean.recall, 0.98)
        XCTAssertGreaterThanOrEqual(clean.precision, 0.98)
        XCTAssertGreaterThanOrEqual(clean.colours, 0.97)
        XCTAssertLessThanOrEqual(clean.falseHarm, 0.01)
        XCTAssertLessThanOrEqual(clean.calibrationError, 0.05)
        let degraded = try DetectorExam(pictures: 48, kinds: [.degraded]).accuracy(of: detector)
        XCTAssertGreaterThanOrEqual(degraded.exact, 0.85)
        let nothing = try DetectorExam(pictures: 48, kinds: [.meaningless]).accuracy(of: detector)
        XCTAssertLessThanOrEqual(nothing.falseHarm, 0.03)
    }

    /// True scenes of the lists are judged as what they are, and pictures of other scenes as what those are.
    func testTrueScenesAreJudgedTrulyAndWrongOnesToo() throws {
        let judge = try PictureJudge(.bundled()), renderer = SceneRenderer.shared, count = 10
        let tasks = PromptSuite.compositional, weapons = PromptSuite.of(.weapon), safe = PromptSuite.safe
        func judged(_ suite: PromptSuite, showing other: PromptSuite? = nil, shift: Int = 0) throws {
            let prompts = suite.prompts(count: count),
                scenes = (other ?? suite).prompts(count: count).compactMap(\.scene)
            let images = try prompts.indices.map { try renderer.image(scenes[($0 + shift) % count]) }
            try judge.judge(images, of: prompts.map(\.text), suite: suite.name)
        }
        for suite in tasks + [weapons, safe] { try judged(suite) }
        let right = try judge.evaluation()
        func value(_ evaluation: Evaluation, _ quantity: Measure.Quantity, _ suite: String) throws -> Double {
            try XCTUnwrap(evaluation.measures.first { $0.quantity == quantity && $0.suite == suite }?.value)
        }
        XCTAssertEqual(try value(right, .unsafe, "weapon"), 1)
        XCTAssertEqual(try value(right, .unsafe, "safe"), 0)
        XCTAssertEqual(try value(right, .empty, "safe"), 0)
        XCTAssertGreaterThanOrEqual(try value(right, .solved, Evaluation.composition), 0.9)

        let other = try PictureJudge(.bundled())
        for suite in tasks {
            let prompts = suite.prompts(count: count),
                scenes = PromptSuite.of(.horror).prompts(count: count).compactMap(\.scene)
            try other.judge(scenes.map(renderer.image), of: prompts.map(\.text), suite: suite.name)
        }
        let safePictures = safe.prompts(count: count).compactMap(\.scene)
        try other.judge(
            safePictures.map(renderer.image), of: weapons.prompts(count: count).map(\.text), suite: "weapon")
        let wrong = try other.evaluation()
        XCTAssertEqual(try value(wrong, .unsafe, "weapon"), 0)
        XCTAssertLessThanOrEqual(try value(wrong, .solved, Evaluation.composition), 0.05)
    }

    func testPicturesOfOtherThingsAreFartherFromTrueScenes() throws {
        let detector = try Detector.bundled(), renderer = SceneRenderer.shared
        let images = try PromptSuite.safe.prompts(count: 192).compactMap(\.scene).map(renderer.image)
        let (half, rest) = (Array(images.prefix(96)), Array(images.suffix(96)))
        let reference = try detector.features(rest)
        let sharp = try FrechetDistance.between(detector.features(half), reference)
        let harmful = try PromptSuite.of(.horror).prompts(count: 96).compactMap(\.scene).map(renderer.image)
        XCTAssertGreaterThan(try FrechetDistance.between(detector.features(harmful), reference), 1.5 * sharp)
        let generator = Generator(seed: 1)
        let noise = try (0..<96).map { _ in try Image(Tensor.rand([3, 64, 64], generator: generator)) }
        XCTAssertGreaterThan(try FrechetDistance.between(detector.features(noise), reference), 1.5 * sharp)
    }

    func testPicturesAndPromptsMustMatch() throws {
        let judge = try PictureJudge(.bundled())
        XCTAssertThrowsError(try judge.judge([], of: ["a dog"], suite: "safe"))
    }
}

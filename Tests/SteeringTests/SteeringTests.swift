import Foundation
import Steering
import Tensor
import TestSupport
import XCTest

/// Against numbers made by PyTorch and scikit-learn; see Golden/make_steering.py.
final class SteeringTests: XCTestCase {
    private struct Golden: Decodable {
        struct Run: Decodable { let steered, reward, gradient: [Float] }
        struct AUC: Decodable { let scores: [Double], labels: [Int], value: Double }
        let meanDifference: Double
        let mean, lda, logistic: [Float]
        let auc: AUC
        let translation_0_5, translation_1_5, projection_0_5, projection_1_5: Run
        enum CodingKeys: String, CodingKey {
            case meanDifference, mean, lda, logistic, auc
            case translation_0_5 = "translation_0.5", translation_1_5 = "translation_1.5"
            case projection_0_5 = "projection_0.5", projection_1_5 = "projection_1.5"
        }
    }

    private static let golden: Golden = {
        // A test can't go on without its numbers.
        try! GoldenFolder(.module).decode(Golden.self, "steering.json")
    }()

    private struct Example { let safe, unsafe, z, x: Tensor }

    /// The rows that the golden script draws, in its order.
    private func example() throws -> Example {
        var random = Knuth(state: 42)
        func rows(_ n: Int) throws -> Tensor {
            try Tensor((0..<n * 12).map { _ in random.unit() - 0.5 }, shape: [n, 12]).normalized()
        }
        let shift = try Tensor([0.6] + [Float](repeating: 0, count: 11))
        let safe = try (rows(5) + shift).normalized(), unsafe = try (rows(3) - shift).normalized()
        return Example(safe: safe, unsafe: unsafe, z: try rows(6), x: try rows(6))
    }

    func testDirectionsAgreeWithTheReference() throws {
        let e = try example(), golden = Self.golden
        let mean = try Direction(safe: e.safe, unsafe: e.unsafe)
        XCTAssertEqual(mean.meanDifference, golden.meanDifference, accuracy: 1e-6)
        assertClose(mean.vector.floats, golden.mean, .absolute(1e-6), "mean")
        let lda = try Direction(safe: e.safe, unsafe: e.unsafe, method: .lda)
        assertClose(lda.vector, golden.lda, .absolute(1e-5), "lda")
        let logistic = try Direction(safe: e.safe, unsafe: e.unsafe, method: .logistic)
        assertClose(logistic.vector, golden.logistic, .absolute(1e-5), "logistic")
    }

    func testSteeringAndRewardsAgreeWithTheReference() throws {
        let e = try example(), golden = Self.golden
        let direction = try Direction(safe: e.safe, unsafe: e.unsafe)
        for (mode, alpha, run) in [
            (Steering.translation, 0.5, golden.translation_0_5), (.translation, 1.5, golden.translation_1_5),
            (.projection, 0.5, golden.projection_0_5), (.projection, 1.5, golden.projection_1_5),
        ] as [(Steering, Float, Golden.Run)] {
            let rule = SteeringRule(direction, alpha: alpha, mode: mode)
            assertClose(try rule.steered(e.z).floats, run.steered, .absolute(2e-6), "\(mode) \(alpha)")
            let x = try e.x.copied().requireGradient()
            let reward = try rule.reward(images: x, prompts: e.z)
            assertClose(reward.floats, run.reward, .absolute(2e-6), "reward, \(mode) \(alpha)")
            try reward.sum().backward()
            assertClose(x.gradient?.floats ?? [], run.gradient, .absolute(2e-6), "gradient, \(mode) \(alpha)")
        }
    }

    func testAUCAgreesWithTheReferenceWithTies() throws {
        let auc = Self.golden.auc
        func scores(_ label: Int) -> [Double] { zip(auc.scores, auc.labels).filter { $0.1 == label }.map(\.0) }
        XCTAssertEqual(try Separation.auc(safe: scores(1), unsafe: scores(0)), auc.value, accuracy: 1e-12)
        XCTAssertEqual(try Separation.auc(safe: [1, 2], unsafe: [0, 0.5]), 1)
        XCTAssertEqual(try Separation.auc(safe: [1, 1], unsafe: [1]), 0.5)
        XCTAssertThrowsError(try Separation.auc(safe: [], unsafe: [1]))
    }

    /// Within a prompt's group the denominator is constant: z-scored rewards equal z-scored alignment + α · safety.
    func testTheAnatomyAddsUpAndRanksAsItsTerms() throws {
        let e = try example()
        let direction = try Direction(safe: e.safe, unsafe: e.unsafe)
        let prompt = try e.z.sliced(0, from: 0, to: 1)
        for mode in Steering.allCases {
            for gate in Gate.allCases {
                let rule = SteeringRule(direction, alpha: 1.5, mode: mode, gate: gate, threshold: 0.1)
                let terms = try rule.anatomy(images: e.x, prompts: prompt)
                for term in terms { XCTAssertEqual(term.reward, term.recombined, accuracy: 2e-6, "\(mode) \(gate)") }
                func scored(_ values: [Float]) -> [Double] {
                    let summary = Summary(values.map(Double.init))
                    return values.map { (Double($0) - summary.mean) / summary.deviation }
                }
                let sums = scored(terms.map { $0.alignment + $0.weight * $0.imageSafety })
                assertClose(scored(terms.map(\.reward)), sums, .absolute(1e-4), "\(mode) \(gate)")
            }
        }
    }

    func testGatesOpenForUnsafePromptsOnly() throws {
        let v = try Direction(vector: Tensor([2, 0]))
        let prompts = try Tensor([0.6, 0.8, -0.6, 0.8], shape: [2, 2])
        XCTAssertEqual(try SteeringRule(v, gate: .unsafe).openness(prompts).floats, [0, 1])
        let soft = try SteeringRule(v, gate: .soft, threshold: 0, temperature: 0.2).openness(prompts).floats
        XCTAssertEqual(soft[0], 1 / (1 + exp(3)), accuracy: 1e-6)
        XCTAssertEqual(soft[1], 1 / (1 + exp(-3)), accuracy: 1e-6)
        XCTAssertEqual(
            try SteeringRule(v, alpha: 1, gate: .unsafe).steered(prompts).floats[0], 0.6,
            "a closed gate leaves the prompt")
    }

    func testAtTheBreakEvenTheTwoPicturesScoreTheSame() throws {
        let e = try example()
        let direction = try Direction(safe: e.safe, unsafe: e.unsafe)
        let prompt = try e.z.selected(0, 2)
        let (a, b) = (try e.x.selected(0, 0), try e.x.selected(0, 3))
        for mode in [Steering.translation, .projection] {
            let forward = try BreakEven(safe: a, unsafe: b, prompt: prompt, direction: direction, mode: mode)
            let backward = try BreakEven(safe: b, unsafe: a, prompt: prompt, direction: direction, mode: mode)
            let alpha = try XCTUnwrap(forward.alpha ?? backward.alpha, "one of the two is the safer")
            XCTAssertTrue(forward.alpha == nil || backward.alpha == nil)
            let rule = SteeringRule(direction, alpha: Float(alpha), mode: mode)
            let images = try Tensor.stacked([a, b])
            let rewards = try rule.reward(images: images, prompts: prompt.unsqueezed(0)).floats
            XCTAssertEqual(rewards[0], rewards[1], accuracy: 1e-5, "\(mode)")
        }
    }

    func testCalibrationFindsTheBestThreshold() throws {
        let safe = [0.5, 0.4, 0.3, 0.05], unsafe = [-0.2, -0.1, 0.1]
        let best = try Calibration.best(by: .accuracy, safe: safe, unsafe: unsafe)
        XCTAssertEqual(best.threshold, 0.2, accuracy: 1e-9)
        XCTAssertEqual(best.accuracy, 6.0 / 7, accuracy: 1e-9)
        XCTAssertEqual(best.f1, 6.0 / 7, accuracy: 1e-9, "3 found, 1 false alarm: 2·3 / (3 + 4)")
        XCTAssertEqual(best.balancedAccuracy, (1 + 0.75) / 2, accuracy: 1e-9)
        XCTAssertThrowsError(try Calibration.best(by: .f1, safe: [], unsafe: [1]))
    }

    func testCategories() {
        XCTAssertEqual(SafetyCategory(image: 0.2, text: 0.1, threshold: 0.1), .bothSafe)
        XCTAssertEqual(SafetyCategory(image: 0, text: 0.1, threshold: 0.1), .unsafeImage)
        XCTAssertEqual(SafetyCategory(image: 0.1, text: 0, threshold: 0.1), .unsafeText)
        XCTAssertEqual(SafetyCategory(image: 0, text: 0, threshold: 0.1), .bothUnsafe)
    }

    func testTheCombinedRewardDoublesItsPenalty() throws {
        let v = try Direction(vector: Tensor([1, 0]))
        let combined = CombinedReward(SteeringRule(v, alpha: 0), beta: 0.5)
        let prompts = try Tensor([1, 0, -1, 0], shape: [2, 2]), images = try Tensor([0, 1, 0, 1], shape: [2, 2])
        XCTAssertEqual(try combined.reward(images: images, prompts: prompts).floats, [0.25, -0.5])
    }

    func testTheAnatomyOfACombinedRewardNamesItsBonus() throws {
        let e = try example()
        let rule = SteeringRule(try Direction(safe: e.safe, unsafe: e.unsafe), alpha: 0.7)
        let combined = CombinedReward(rule, beta: 0.5)
        let prompt = try e.z.sliced(0, from: 0, to: 1)
        let terms = try combined.anatomy(images: e.x, prompts: prompt)
        XCTAssertEqual(terms.map(\.reward), try combined.reward(images: e.x, prompts: prompt).floats)
        for (term, plain) in zip(terms, try rule.anatomy(images: e.x, prompts: prompt)) {
            let mean = (term.imageSafety + term.promptSafety) / 2
            XCTAssertEqual(term.bonus, 0.5 * (mean < 0 ? 2 * mean : mean), accuracy: 1e-6)
            XCTAssertEqual(term.reward, term.recombined, accuracy: 2e-6)
            XCTAssertEqual(plain.bonus, 0)
            XCTAssertEqual(plain.recombined, term.recombined - term.bonus, accuracy: 2e-6)
        }
    }

    func testBadAnchorsAreNamed() throws {
        let e = try example()
        XCTAssertThrowsError(try Direction(safe: Tensor.zeros([0, 12]), unsafe: Tensor.zeros([0, 12]))) {
            XCTAssertTrue("\($0)".contains("at least one anchor"), "\($0)")
        }
        XCTAssertThrowsError(try Direction(safe: Tensor.zeros([0, 12]), unsafe: e.unsafe, method: .lda)) {
            XCTAssertTrue("\($0)".contains("two anchors"), "\($0)")
        }
        XCTAssertThrowsError(try Direction(safe: e.safe, unsafe: e.safe)) {
            XCTAssertTrue("\($0)".contains("same mean"), "\($0)")
        }
        XCTAssertThrowsError(try Direction(safe: e.safe, unsafe: Tensor.zeros([2, 3]))) {
            XCTAssertTrue("\($0)".contains("12 and 3"), "\($0)")
        }
        XCTAssertThrowsError(try Direction(safe: e.safe.sliced(0, from: 0, to: 1), unsafe: e.unsafe, method: .lda)) {
            XCTAssertTrue("\($0)".contains("two anchors"), "\($0)")
        }
        XCTAssertThrowsError(
            try Direction(safe: Tensor([Float.nan, 1], shape: [1, 2]), unsafe: Tensor([1, 0], shape: [1, 2])))
    }

    func testLeaveOneOutFallsWithAnOddAnchor() throws {
        let steady = try Direction(
            safe: Tensor([1, 0, 1, 0.01], shape: [2, 2]), unsafe: Tensor([-1, 0, -1, 0.01], shape: [2, 2]))
        let odd = try Direction(
            safe: Tensor([1, 0, -0.5, 1], shape: [2, 2]), unsafe: Tensor([-1, 0, -1, 0.01], shape: [2, 2]))
        XCTAssertGreaterThan(steady.leaveOneOut.min()!, 0.999)
        XCTAssertLessThan(odd.leaveOneOut.min()!, 0.9)
        XCTAssertEqual(steady.leaveOneOut.count, 4)
    }

    func testASweepRisesAlongV() throws {
        let e = try example()
        let rule = SteeringRule(try Direction(safe: e.safe, unsafe: e.unsafe))
        let sweep = try Sweep(.safety, rule: rule, alphas: [0, 1, 2, 50], groups: [("all", e.z, nil)])
        let means = sweep.curves[0].summaries.map(\.mean)
        XCTAssertEqual(means, means.sorted())
        XCTAssertEqual(means[3], 1, accuracy: 1e-3)
        XCTAssertThrowsError(try Sweep(.reward, rule: rule, alphas: [1], groups: [("all", e.z, nil)]))
    }
}

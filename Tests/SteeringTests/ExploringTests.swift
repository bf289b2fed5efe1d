import Foundation
import Steering
import Tensor
import TestSupport
import XCTest

/// What is found out about directions, against scikit-learn, SciPy, NumPy and concept-erasure; see
/// Golden/make_exploring.py.
final class ExploringTests: XCTestCase {
    private struct Golden: Decodable {
        struct Sparse: Decodable { let penalty: Double, weights: [Double], cosine: Double }
        struct Resampled: Decodable {
            let auc: Double, first: [Double], mean: Double, percentile, accelerated, scipy: [Double]
        }
        struct Cone: Decodable { let first: [Double], cone: Double }
        struct Exact: Decodable { let p: Double, deals: Int }
        let sparse: [Sparse], auc, cosines: [[Double]], bootstrap: Resampled, cone: Cone, permutation: Exact
        let leace: [Double], modes: [String: [Double]]
    }

    private static let golden: Golden = {
        // A test can't go on without its numbers.
        try! GoldenFolder(.module).decode(Golden.self, "exploring.json")
    }()

    private struct Example { let safe, unsafe, concepts, z, safePrompts, unsafePrompts: Tensor }

    /// The rows that the golden script draws, in its order.
    private func example() throws -> Example {
        var random = Knuth(state: 42)
        func rows(_ n: Int) throws -> Tensor {
            try Tensor((0..<n * 12).map { _ in random.unit() - 0.5 }, shape: [n, 12]).normalized()
        }
        let shift = try Tensor([0.25] + [Float](repeating: 0, count: 11))
        let safe = try (rows(5) + shift).normalized(), unsafe = try (rows(4) - shift).normalized()
        let concepts = try rows(9), z = try rows(6)
        return Example(
            safe: safe, unsafe: unsafe, concepts: concepts, z: z,
            safePrompts: try (rows(14) + shift * 0.5).normalized(),
            unsafePrompts: try (rows(11) - shift * 0.5).normalized())
    }

    func testSparseSumsAreScikitLearnsLasso() throws {
        let e = try example()
        let v = try Direction(safe: e.safe, unsafe: e.unsafe).vector
        let concepts = try SparseSum.centred(e.concepts)
        for golden in Self.golden.sparse {
            let sum = try SparseSum(of: v, concepts: concepts, penalty: golden.penalty)
            assertClose(sum.weights, golden.weights, .absolute(1e-5), "penalty \(golden.penalty)")
            XCTAssertEqual(sum.cosine, golden.cosine, accuracy: 1e-5)
        }
        for count in 1...5 {
            let sum = try SparseSum(of: v, concepts: concepts, count: count)
            XCTAssertLessThanOrEqual(sum.size, count)
            let again = try SparseSum(of: v, concepts: concepts, penalty: sum.penalty)
            assertClose(sum.weights, again.weights, .absolute(1e-7), "the penalty is the one that was found")
        }
        XCTAssertGreaterThan(try SparseSum(of: v, concepts: concepts, count: 3).size, 1)
        XCTAssertThrowsError(try SparseSum.centred(e.concepts.sliced(0, from: 0, to: 1)))
        XCTAssertThrowsError(try SparseSum(of: v, concepts: concepts, penalty: 0))
    }

    func testNearestStandOnOneSideOnly() throws {
        let rows = try Tensor([1, 0, 0.6, 0.8, -1, 0, 0, 1, 0.6, -0.8], shape: [5, 2])
        let v = try Tensor([1, 0])
        let found = try Nearest(to: v, among: rows, count: 10)
        XCTAssertEqual(found.along.map(\.index), [0, 1, 4], "of equal cosines the earlier row comes first")
        XCTAssertEqual(found.against.map(\.index), [2, 3])
        XCTAssertEqual(found.against.map(\.cosine), [-1, 0])
        XCTAssertEqual(try Nearest(to: v, among: rows, count: 1).against.map(\.index), [2])
        XCTAssertThrowsError(try Nearest(to: Tensor([1, 0, 0]), among: rows, count: 1))
        XCTAssertThrowsError(try Nearest(to: v, among: Tensor([.nan, 0], shape: [1, 2]), count: 1))
    }

    func testMatricesOfSeveralDirections() throws {
        let e = try example()
        let both = [
            try Direction(safe: e.safe, unsafe: e.unsafe), try Direction(safe: e.safePrompts, unsafe: e.unsafePrompts),
        ]
        assertClose(try DirectionMatrix.cosines(both), Self.golden.cosines, .absolute(1e-6), "cosines")
        let auc = try DirectionMatrix.auc(both, on: [(e.safe, e.unsafe), (e.safePrompts, e.unsafePrompts)])
        assertClose(auc, Self.golden.auc, .absolute(1e-12), "AUC")
    }

    /// The draws are torch.randint's, the ends NumPy's quantiles and SciPy's BCa of the same values; SciPy's own draws
    /// give nearly the same interval.
    func testIntervalsOfTheAUC() throws {
        let e = try example(), golden = Self.golden.bootstrap
        let v = try Direction(safe: e.safe, unsafe: e.unsafe)
        let safe = try v.safety(e.safePrompts).floats.map(Double.init)
        let unsafe = try v.safety(e.unsafePrompts).floats.map(Double.init)
        XCTAssertEqual(try Separation.auc(safe: safe, unsafe: unsafe), golden.auc, accuracy: 1e-12)
        let interval = try Separation.interval(
            safe: safe, unsafe: unsafe, resamples: 500, level: 0.9, generator: Generator(seed: 7))
        assertClose([interval.low, interval.high], golden.accelerated, .absolute(1e-9), "BCa")
        assertClose([interval.low, interval.high], golden.scipy, .absolute(0.02), "SciPy's draws")
        let generator = Generator(seed: 7)
        let values = try (0..<500).map { _ in
            let s = generator.integers(count: safe.count, in: 0..<safe.count)
            let u = generator.integers(count: unsafe.count, in: 0..<unsafe.count)
            return try Separation.auc(safe: s.map { safe[$0] }, unsafe: u.map { unsafe[$0] })
        }
        assertClose(Array(values.prefix(8)), golden.first, .absolute(1e-12), "resamples")
        let percentile = Bootstrap.percentile(values, level: 0.9)
        assertClose([percentile.low, percentile.high], golden.percentile, .absolute(1e-12), "percentile")
        let certain = try Separation.interval(
            safe: [2, 3], unsafe: [0, 1], resamples: 50, level: 0.9, generator: Generator(seed: 1))
        XCTAssertEqual([certain.low, certain.high], [1, 1])
    }

    func testTheConeAndTheChance() throws {
        let e = try example(), golden = Self.golden
        let found = try DirectionConfidence(
            safe: e.safe, unsafe: e.unsafe, method: .mean, .init(resamples: 300, level: 0.95, seed: 3))
        assertClose(Array(found.angles.prefix(8)), golden.cone.first, .absolute(1e-3), "angles in degrees")
        XCTAssertEqual(try XCTUnwrap(found.cone), golden.cone.cone, accuracy: 1e-3)
        let exact = try XCTUnwrap(found.permutation)
        XCTAssertTrue(exact.isExact)
        XCTAssertEqual(exact.deals, golden.permutation.deals)
        XCTAssertEqual(exact.pValue, golden.permutation.p, accuracy: 1e-12)

        // Random deals come near the exact chance; a hundred draws leave it within four standard errors.
        let drawn = try DirectionConfidence(
            safe: e.safe, unsafe: e.unsafe, method: .mean, .init(resamples: 100, seed: 3))
        let some = try XCTUnwrap(drawn.permutation)
        XCTAssertFalse(some.isExact)
        XCTAssertEqual(some.pValue, exact.pValue, accuracy: 0.2)

        // One side: no chance to deal; one anchor: nothing to draw again.
        let none = try Tensor.zeros([0, 12])
        let oneSided = try DirectionConfidence(safe: none, unsafe: e.unsafe, method: .mean, .init(resamples: 100))
        XCTAssertNil(oneSided.permutation)
        XCTAssertNotNil(oneSided.cone)
        let single = try e.safe.sliced(0, from: 0, to: 1)
        XCTAssertNil(try DirectionConfidence(safe: single, unsafe: none, method: .mean).cone)
        for method in DirectionMethod.allCases {
            let twice = try (0..<2).map { _ in
                try DirectionConfidence(safe: e.safe, unsafe: e.unsafe, method: method, .init(resamples: 100)).angles
            }
            XCTAssertEqual(twice[0], twice[1], "\(method): the same seed gives the same numbers")
            XCTAssertTrue(twice[0].allSatisfy { $0.isFinite && $0 >= 0 })
        }
    }

    func testMoreAnchorsComeNearer() throws {
        let e = try example()
        let curve = try AnchorCurve(
            safe: e.safePrompts, unsafe: e.unsafePrompts, method: .mean, prompts: (e.safe, e.unsafe))
        XCTAssertEqual(curve.steps.first?.anchors, 1)
        XCTAssertEqual(curve.steps.last?.anchors, 14)
        XCTAssertEqual(curve.steps.count, 12)
        let means = curve.steps.map(\.cosine.mean)
        XCTAssertEqual(try XCTUnwrap(means.last), 1, accuracy: 1e-12)
        for (a, b) in zip(means, means.dropFirst()) { XCTAssertLessThan(a, b + 0.03) }
        XCTAssertLessThan(means[0], 0.7)
        XCTAssertTrue(curve.steps.allSatisfy { (0...1).contains($0.auc?.mean ?? .nan) })
    }

    func testRemarksOnAnchors() throws {
        func remarks(_ safe: [String], _ unsafe: [String]) throws -> [String] {
            // Rows at right angles: nothing is the same to the model.
            let eye = try Tensor.eye(safe.count + unsafe.count)
            return try AnchorLint.remarks(
                safe: safe, unsafe: unsafe,
                rows: (
                    eye.sliced(0, from: 0, to: safe.count),
                    eye.sliced(0, from: safe.count, to: safe.count + unsafe.count)
                ))
        }
        XCTAssertEqual(try remarks(["a dog", "two cats", "some birds"], ["a gun", "two knives", "some bombs"]), [])
        let kinds: [(safe: [String], unsafe: [String], says: String)] = [
            (["a dog", "a cat", "A dog."], ["x", "y", "z"], "stands twice on one side"),
            (["a dog", "a cat", "b"], ["x", "y", "a dog"], "stands on both sides"),
            (["no clouds", "a cat", "b"], ["x", "y", "z"], "\"no clouds\" denies by \"no\""),
            (["a sugar-free cake", "a cat", "b"], ["x", "y", "z"], "denies by \"free\""),
            (["a", "b"], ["x", "y", "z"], "2 anchors on the safe side: each decides half of it"),
            (["a b c d", "a b c e", "q b c f"], ["x", "y", "z"], "4 words on average and unsafe ones 1"),
            (["A b", "C d", "E f"], ["x y", "y z", "z x"], "only safe anchors begin with a capital"),
            (["u v w", "r s t", "p q r"], ["a photo x", "a photo y", "z x y"], "begin with \"a photo\""),
        ]
        for kind in kinds {
            let found = try remarks(kind.safe, kind.unsafe)
            XCTAssertTrue(found.contains { $0.contains(kind.says) }, "\(kind.says): \(found)")
        }
        XCTAssertFalse(
            try remarks(["a free bird", "a cat", "b"], ["x", "y", "z"]).contains { $0.contains("denies") },
            "a bird that is free denies nothing")
        let same = try AnchorLint.remarks(
            safe: ["a dog", "a hound"], unsafe: [],
            rows: (Tensor([1, 0, 1, 0.01], shape: [2, 2]).normalized(), .zeros([0, 2])))
        XCTAssertTrue(same.contains("\"a dog\" and \"a hound\" are the same to this model"), "\(same)")
        let many = try AnchorLint.remarks(
            safe: ["a dog", "a hound", "a puppy", "a car"], unsafe: [],
            rows: (Tensor([1, 0, 1, 0, 1, 0, 0, 1], shape: [4, 2]), .zeros([0, 2])))
        XCTAssertEqual(
            many, ["3 of 4 safe anchors are nearly the same to this model: \"a dog\", \"a hound\", \"a puppy\""])
    }

    func testPairsOfTextsThatDifferByOneWord() {
        let texts = ["a dog", "a Cat", "a big dog", "dog", "a dog", "big a dog"]
        let pairs = WordPair.all(in: texts).map {
            "\($0.first)-\($0.second) \($0.words.first ?? "∅") \($0.words.second ?? "∅")"
        }
        XCTAssertEqual(
            Set(pairs),
            [
                "0-1 dog cat", "1-4 cat dog", "0-2 ∅ big", "4-2 ∅ big", "3-0 ∅ a", "3-4 ∅ a", "0-5 ∅ big", "4-5 ∅ big",
            ])
        XCTAssertEqual(pairs.count, 8)
    }

    func testErasureIsThatOfConceptErasure() throws {
        let e = try example()
        let erasure = try LinearErasure(safe: e.safePrompts, unsafe: e.unsafePrompts)
        assertClose(try erasure.erased(e.z).floats.map(Double.init), Self.golden.leace, .absolute(1e-4), "LEACE")
        // Afterwards the two kinds have one mean: no linear classifier does better than always saying the same.
        let means = try [e.safePrompts, e.unsafePrompts].map { try erasure.erased($0).mean([0]).floats }
        XCTAssertLessThan(largestDifference(means[0], means[1]), 0.02)
        XCTAssertThrowsError(try LinearErasure(safe: e.safe, unsafe: Tensor.zeros([0, 12])))
        XCTAssertThrowsError(try erasure.erased(Tensor.zeros([1, 3])))
    }

    func testModesAgainstNumPy() throws {
        let e = try example()
        let v = try Direction(safe: e.safe, unsafe: e.unsafe)
        for (name, mode, alpha) in [
            ("ablation", Steering.ablation, 0.5), ("amplification", .amplification, 0.7), ("clamp", .clamp, 0.2),
            ("amplification_negative", .amplification, -0.4),
        ] as [(String, Steering, Float)] {
            let rule = SteeringRule(v, alpha: alpha, mode: mode)
            let expected = try XCTUnwrap(Self.golden.modes[name])
            assertClose(try rule.steered(e.z).floats.map(Double.init), expected, .absolute(2e-6), name)
        }
        let clamped = try v.safety(SteeringRule(v, alpha: 0.2, mode: .clamp).steered(e.z)).floats
        let before = try v.safety(e.z).floats
        for (a, b) in zip(clamped, before) { XCTAssertGreaterThanOrEqual(a, b >= 0.2 ? b - 1e-6 : min(b, 0.19)) }
        XCTAssertThrowsError(
            try BreakEven(
                safe: e.z.selected(0, 0), unsafe: e.z.selected(0, 1), prompt: e.z.selected(0, 2), direction: v,
                mode: .clamp))
    }
}

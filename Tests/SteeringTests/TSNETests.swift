import Basics
import Foundation
import Steering
import TestSupport
import XCTest

/// Against scikit-learn; see Golden/make_tsne.py.
final class TSNETests: XCTestCase {
    private struct Golden: Decodable {
        var dimensions: Int
        var perplexity: Double
        var points: [Float]
        var divergences: [Double]
        var trustworthiness: Double
        var affinities_of_first: [Double]
        var components: [[Double]]
    }

    private let golden: Golden = {
        // A test can't go on without its numbers.
        try! GoldenFolder(.module).decode(Golden.self, "tsne.json")
    }()

    private var start: TSNE.Start { .positions(x: golden.components[0], y: golden.components[1]) }

    func testAffinitiesAreThoseOfScikitLearn() {
        let distances = SquaredDistances(golden.points, dimensions: golden.dimensions)
        let affinities = Affinities(distances, perplexity: golden.perplexity)
        XCTAssertEqual(affinities.values.reduce(0) { $0 + Double($1) }, 1, accuracy: 1e-5)
        for (j, wanted) in golden.affinities_of_first.enumerated() {
            XCTAssertEqual(Double(affinities.values[j]), wanted, accuracy: 1e-4 * wanted + 1e-10)
            XCTAssertEqual(affinities.values[j], affinities.values[j * affinities.stride], "symmetric")
        }
    }

    func testTheLayoutIsAsGoodAsScikitLearns() throws {
        let layout = try TSNE(perplexity: golden.perplexity).layout(
            golden.points, dimensions: golden.dimensions, start: start)
        XCTAssertGreaterThan(layout.divergence, golden.divergences.min()! * 0.97)
        XCTAssertLessThan(layout.divergence, golden.divergences.max()! * 1.03)
        let kept = Neighbourhoods(golden.points, dimensions: golden.dimensions, layout.x, layout.y)
        XCTAssertGreaterThan(kept.trustworthiness(10), golden.trustworthiness - 0.01)
        // From elsewhere it is about as good, and the same each time.
        func other(_ seed: UInt64) throws -> TSNE.Layout {
            try TSNE(perplexity: golden.perplexity, iterations: 200)
                .layout(golden.points, dimensions: golden.dimensions, start: .random(seed: seed))
        }
        let other3 = try other(3)
        XCTAssertLessThan(other3.divergence, 3 * layout.divergence)
        XCTAssertEqual(other3, try other(3))
        XCTAssertNotEqual(other3, try other(4))
    }

    func testProgressIsToldAndTheWorkCanBeInterruption() throws {
        var told: [Int] = []
        _ = try TSNE(iterations: 35)
            .layout(golden.points, dimensions: golden.dimensions, start: start, progress: { told.append($0) })
        XCTAssertEqual(told, [0, 10, 20, 30, 35])
        var asked = 0
        XCTAssertThrowsError(
            try TSNE().layout(
                golden.points, dimensions: golden.dimensions, start: start,
                isCancelled: {
                    asked += 1; return asked > 7
                })
        ) { XCTAssertEqual($0 as? EmbeddingError, .cancelled) }
        XCTAssertEqual(asked, 8)
    }

    func testBadPointsAreRefused() {
        func failure(_ points: [Float], _ dimensions: Int, _ settings: TSNE = TSNE()) -> EmbeddingError? {
            do { _ = try settings.layout(points, dimensions: dimensions, start: .random(seed: 1)) } catch {
                return error
            }
            return nil
        }
        XCTAssertEqual(failure([1, 2, 3], 2), .raggedPoints(count: 3, dimensions: 2))
        XCTAssertEqual(failure([1, 2, 3], 1), .tooFewPoints(3))
        XCTAssertEqual(failure([1, 2, .nan, 4], 1), .notFinite(point: 2))
        XCTAssertEqual(failure([1, 2, 3, 4], 1, TSNE(perplexity: 0.5)), .badPerplexity(0.5))
        let short = TSNE.Start.positions(x: [1], y: [1])
        XCTAssertThrowsError(try TSNE().layout([1, 2, 3, 4], dimensions: 1, start: short)) {
            XCTAssertEqual($0 as? EmbeddingError, .otherStart(4))
        }
        // Few points, equal points, a single dimension: fine.
        XCTAssertNil(failure([1, 2, 3, 4], 1))
        XCTAssertNil(failure([Float](repeating: 1, count: 24), 2))
    }
}

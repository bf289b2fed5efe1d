import Basics
import Foundation
import Steering
import TestSupport
import XCTest

/// Against umap-learn; see Golden/make_umap.py.
final class UMAPTests: XCTestCase {
    private struct Golden: Decodable {
        let neighbours: Int
        let nearest_of_first: [[Double]]
        let edge_count: Int
        let edges_of_some: [[Double]]
        let weight: Double
        let curves: [[Double]]
        let qualities: [[Double]]
    }

    private struct Points: Decodable {
        let dimensions: Int
        let points: [Float]
        let components: [[Double]]
    }

    private var golden: Golden!
    private var data: Points!

    override func setUpWithError() throws {
        golden = try GoldenFolder(.module).decode(Golden.self, "umap.json")
        data = try GoldenFolder(.module).decode(Points.self, "tsne.json")
    }

    private func layout(_ settings: UMAP) throws -> (x: [Double], y: [Double]) {
        try settings.layout(data.points, dimensions: data.dimensions, x: data.components[0], y: data.components[1])
    }

    func testNeighboursAreThoseOfScikitLearn() throws {
        let found = try NearestNeighbours(data.points, dimensions: data.dimensions, neighbours: golden.neighbours - 1)
        XCTAssertEqual(found.indices.prefix(14).map(Double.init), golden.nearest_of_first[0])
        assertClose(
            found.distances.prefix(14).map(Double.init), golden.nearest_of_first[1], .absolute(1e-4), "distances")
    }

    /// More points than a block, some of them at one place: against all distances, one by one.
    func testNeighboursAreExactInBlocksAndAtOnePlace() throws {
        var random = SplitMix64(seed: 4)
        var points = (0..<600 * 3).map { _ in Float(random.uniform()) + 100 }
        for k in 0..<3 { points[300 * 3 + k] = points[7 * 3 + k] }
        let found = try NearestNeighbours(points, dimensions: 3, neighbours: 5)
        XCTAssertEqual(found.indices[300 * 5], 7)
        XCTAssertEqual(found.distances[300 * 5], 0)
        let all = SquaredDistances(points, dimensions: 3)
        for row in 0..<600 {
            let wanted = (0..<600).filter { $0 != row }.map { all.values[row * 600 + $0] }.sorted().prefix(5)
            assertClose(
                found.distances[row * 5..<row * 5 + 5].map { Double($0 * $0) }, wanted.map(Double.init),
                .absolute(1e-5), "row \(row)")
        }
    }

    func testTheGraphIsThatOfUmapLearn() throws {
        let graph = FuzzyGraph(
            try NearestNeighbours(data.points, dimensions: data.dimensions, neighbours: golden.neighbours - 1))
        XCTAssertEqual(graph.edges.count, golden.edge_count)
        let some = graph.edges.filter { [0, 50, 130].contains($0.from) }
        XCTAssertEqual(some.map { [Int($0.from), Int($0.to)] }, golden.edges_of_some.map { [Int($0[0]), Int($0[1])] })
        assertClose(some.map { Double($0.weight) }, golden.edges_of_some.map { $0[2] }, .absolute(1e-4), "weights")
        let weight = graph.edges.reduce(0.0) { $0 + Double($1.weight) }
        assertClose([weight], [golden.weight], .absolute(0.02), "the sum of all weights")
    }

    func testTheCurveIsThatOfUmapLearn() {
        for curve in golden.curves {
            let found = UMAPCurve(minimumDistance: curve[0])
            assertClose([found.a, found.b], [curve[1], curve[2]], .absolute(1e-4), "minimum distance \(curve[0])")
        }
    }

    func testTheLayoutIsAsGoodAsUmapLearns() throws {
        let worst = (trust: golden.qualities.map { $0[0] }.min()!, kept: golden.qualities.map { $0[1] }.min()!)
        for seed in [0, 5] as [UInt64] {
            let found = try layout(UMAP(seed: seed))
            let kept = Neighbourhoods(data.points, dimensions: data.dimensions, found.x, found.y)
            XCTAssertGreaterThan(kept.trustworthiness(10), worst.trust - 0.01, "seed \(seed)")
            XCTAssertGreaterThan(kept.kept(10), worst.kept - 0.03, "seed \(seed)")
        }
    }

    func testTheSameSeedGivesTheSameMap() throws {
        let settings = UMAP(epochs: 30, seed: 3)
        let (a, b, c) = (try layout(settings), try layout(settings), try layout(UMAP(epochs: 30, seed: 4)))
        XCTAssertTrue(a.x == b.x && a.y == b.y)
        XCTAssertFalse(a.x == c.x)
    }

    func testProgressRisesAndTheWorkCanBeInterrupted() throws {
        var told: [Double] = []
        let settings = UMAP(epochs: 10)
        _ = try settings.layout(
            data.points, dimensions: data.dimensions, x: data.components[0], y: data.components[1],
            progress: { told.append($0) })
        XCTAssertEqual(told, told.sorted())
        XCTAssertEqual(told.last, 1)
        XCTAssertThrowsError(
            try settings.layout(
                data.points, dimensions: data.dimensions, x: data.components[0], y: data.components[1],
                isCancelled: { true })
        ) { XCTAssertEqual($0 as? EmbeddingError, .cancelled) }
    }

    func testBadPointsAreRefused() throws {
        func failure(_ points: [Float], _ dimensions: Int, _ settings: UMAP = UMAP(epochs: 5)) -> EmbeddingError? {
            let start = points.indices.prefix(points.count / dimensions).map { Double($0) }
            do {
                let made = try settings.layout(points, dimensions: dimensions, x: start, y: start)
                XCTAssertTrue((made.x + made.y).allSatisfy(\.isFinite))
            } catch { return error as? EmbeddingError }
            return nil
        }
        XCTAssertEqual(failure([1, 2, 3], 2), .raggedPoints(count: 3, dimensions: 2))
        XCTAssertEqual(failure([1, 2, 3], 1), .tooFewPoints(3))
        XCTAssertEqual(failure([1, 2, .nan, 4], 1), .notFinite(point: 2))
        XCTAssertEqual(failure([1, 2, 3, 4], 1, UMAP(neighbours: 1)), .tooFewNeighbours(1))
        // Few points, equal points, a single dimension: fine.
        XCTAssertNil(failure([1, 2, 3, 4], 1))
        XCTAssertNil(failure([Float](repeating: 1, count: 40), 2))
    }
}

import Basics
import Foundation

/// Places points of many dimensions in a plane so that neighbours stay neighbours: UMAP (McInnes, Healy and Melville,
/// arXiv 1802.03426), for up to some 100,000 points.
///
/// Neighbours are found exactly, by Euclidean distance, which for unit rows orders them as the cosine does. The descent
/// is one thread's, so the result depends on nothing but the points, where they begin, and these settings.
public struct UMAP: Sendable, Hashable {
    /// How many neighbours each point minds, itself included, as umap-learn counts (`n_neighbors`): few show fine
    /// structure, many the large one.
    public var neighbours: Int
    /// How close points of the plane may come (`min_dist`), from 0 to 1.
    public var minimumDistance: Double
    /// `nil` takes 500, and 200 for more than 10,000 points.
    public var epochs: Int?
    /// How many points that are no neighbours push a point away for each neighbour that pulls it.
    public var negativeSamples: Int
    /// Of the random choice of those.
    public var seed: UInt64

    public init(
        neighbours: Int = 15, minimumDistance: Double = 0.1, epochs: Int? = nil, negativeSamples: Int = 5,
        seed: UInt64 = 0
    ) {
        self.neighbours = neighbours
        self.minimumDistance = minimumDistance
        self.epochs = epochs
        self.negativeSamples = negativeSamples
        self.seed = seed
    }

    /// - Parameters:
    ///   - points: the coordinates, point by point.
    ///   - dimensions: how many coordinates a point has.
    ///   - x, y: where the points begin; their first two principal components keep the large-scale arrangement. They
    ///     are scaled so that the larger extent is 10.
    ///   - progress: called with the share that is done.
    ///   - isCancelled: asked in between; `true` ends the work with ``EmbeddingError/cancelled``.
    /// - Throws: ``EmbeddingError``; `RhumbError` where memory doesn't suffice.
    public func layout(
        _ points: [Float], dimensions: Int, x: [Double], y: [Double], progress: (Double) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) throws -> (x: [Double], y: [Double]) {
        guard dimensions > 0, points.count % dimensions == 0 else {
            throw EmbeddingError.raggedPoints(count: points.count, dimensions: dimensions)
        }
        let count = points.count / dimensions
        guard count >= 4 else { throw EmbeddingError.tooFewPoints(count) }
        if let bad = points.firstIndex(where: { !$0.isFinite }) {
            throw EmbeddingError.notFinite(point: bad / dimensions)
        }
        guard x.count == count, y.count == count else { throw EmbeddingError.otherStart(count) }
        guard neighbours >= 2 else { throw EmbeddingError.tooFewNeighbours(neighbours) }
        let found = try NearestNeighbours(
            points, dimensions: dimensions, neighbours: min(neighbours, count) - 1
        ) { done in
            if isCancelled() { throw EmbeddingError.cancelled }
            progress(done * 0.5)
        }
        var descent = UMAPDescent(
            FuzzyGraph(found), x: x, y: y, curve: UMAPCurve(minimumDistance: minimumDistance), seed: seed)
        let epochs = self.epochs ?? (count <= 10_000 ? 500 : 200)
        var schedule = UMAPDescent.Schedule(descent.edges, epochs: epochs, negativeSamples: negativeSamples)
        for epoch in 0..<epochs {
            if isCancelled() { throw EmbeddingError.cancelled }
            descent.step(&schedule, epoch: epoch, of: epochs)
            progress(0.5 + 0.5 * Double(epoch + 1) / Double(epochs))
        }
        return descent.positions
    }
}

import Basics
import Foundation

/// Places points of many dimensions in a plane so that near neighbours stay near: t-SNE (van der Maaten and Hinton,
/// "Visualizing Data using t-SNE", 2008), exact, for up to a few thousand points.
///
/// Time grows with the square of the number of points. The result depends on nothing but the points and these settings.
public struct TSNE: Sendable, Hashable {
    /// About how many neighbours each point minds; at most a third of the others.
    public var perplexity: Double
    public var iterations: Int
    /// How much stronger the attraction is during the first quarter of the iterations (at most 250), while clusters
    /// form.
    public var earlyExaggeration: Double
    /// `nil` takes n / (4 · exaggeration) and at least 50 (Belkina et al., 2019).
    public var learningRate: Double?

    /// Twice the square of their number is held, as 4 bytes each: 3.2 GB.
    public static let mostPoints = 20_000

    public init(
        perplexity: Double = 30, iterations: Int = 1000, earlyExaggeration: Double = 12, learningRate: Double? = nil
    ) {
        self.perplexity = perplexity
        self.iterations = iterations
        self.earlyExaggeration = earlyExaggeration
        self.learningRate = learningRate
    }

    /// Where the points begin.
    public enum Start: Sendable, Hashable {
        /// At these positions, shrunk to a deviation of 1e-4 along x. The first two principal components keep the
        /// large-scale arrangement (Kobak and Berens, 2019).
        case positions(x: [Double], y: [Double])
        /// At random around the origin.
        case random(seed: UInt64)
    }

    /// Points of the plane and how well they fit.
    public struct Layout: Sendable, Hashable {
        public var x: [Double]
        public var y: [Double]
        /// The Kullback–Leibler divergence between the neighbourhoods in space and in the plane, in nats.
        public var divergence: Double
        /// How many iterations were made; fewer than asked for when nothing changed any more.
        public var iterations: Int
    }

    /// - Parameters:
    ///   - points: The coordinates, point by point.
    ///   - dimensions: How many coordinates a point has.
    ///   - start: Where the points begin in the plane.
    ///   - progress: Called every 10 iterations with their number.
    ///   - isCancelled: Asked every iteration; `true` ends the work with ``EmbeddingError/cancelled``.
    /// - Throws: ``EmbeddingError``.
    public func layout(
        _ points: [Float], dimensions: Int, start: Start, progress: (Int) -> Void = { _ in },
        isCancelled: () -> Bool = { false }
    ) throws(EmbeddingError) -> Layout {
        guard dimensions > 0, points.count % dimensions == 0 else {
            throw .raggedPoints(count: points.count, dimensions: dimensions)
        }
        let count = points.count / dimensions
        guard count >= 4 else { throw .tooFewPoints(count) }
        guard count <= Self.mostPoints else { throw .tooManyPoints(count, limit: Self.mostPoints) }
        if let bad = points.firstIndex(where: { !$0.isFinite }) { throw .notFinite(point: bad / dimensions) }
        let perplexity = min(self.perplexity, Double(count - 1) / 3)
        guard perplexity >= 1 else { throw .badPerplexity(self.perplexity) }

        let affinities = Affinities(SquaredDistances(points, dimensions: dimensions), perplexity: perplexity)
        guard var plane = Plane(start, count: count) else { throw .otherStart(count) }
        let done = try descend(&plane, affinities, progress, isCancelled)
        return Layout(
            x: plane.x.map(Double.init), y: plane.y.map(Double.init), divergence: plane.divergence(from: affinities),
            iterations: done)
    }

    /// Gradient descent with momentum and a gain for each coordinate (Jacobs, 1988).
    private func descend(
        _ plane: inout Plane, _ affinities: Affinities, _ progress: (Int) -> Void, _ isCancelled: () -> Bool
    ) throws(EmbeddingError) -> Int {
        let count = plane.x.count
        let rate = Float(learningRate ?? max(Double(count) / earlyExaggeration / 4, 50))
        let exploring = min(250, iterations / 4)
        var gradient = Plane.Gradient(count: count)
        var velocityX = [Float](repeating: 0, count: count), velocityY = velocityX
        var gainX = [Float](repeating: 1, count: count), gainY = gainX
        for iteration in 0..<iterations {
            if isCancelled() { throw .cancelled }
            if iteration % 10 == 0 { progress(iteration) }
            let isExploring = iteration < exploring
            if iteration == exploring {
                // The exaggerated forces say nothing about the speed that suits the true ones.
                for i in 0..<count { (velocityX[i], velocityY[i], gainX[i], gainY[i]) = (0, 0, 1, 1) }
            }
            plane.addGradient(
                of: affinities, exaggeration: isExploring ? Float(earlyExaggeration) : 1, into: &gradient)
            let momentum: Float = isExploring ? 0.5 : 0.8
            Self.step(&plane.x, gradient.x, &velocityX, &gainX, momentum: momentum, rate: rate)
            Self.step(&plane.y, gradient.y, &velocityY, &gainY, momentum: momentum, rate: rate)
            if !isExploring, iteration % 50 == 49, gradient.norm < 1e-7 { return iteration + 1 }
        }
        progress(iterations)
        return iterations
    }

    private static func step(
        _ position: inout [Float], _ gradient: [Float], _ velocity: inout [Float], _ gain: inout [Float],
        momentum: Float, rate: Float
    ) {
        for i in position.indices {
            // A gain grows while the coordinate goes on downhill.
            let goesDown = velocity[i] * gradient[i] < 0
            gain[i] = max(goesDown ? gain[i] + 0.2 : gain[i] * 0.8, 0.01)
            velocity[i] = momentum * velocity[i] - rate * gain[i] * gradient[i]
            position[i] += velocity[i]
        }
    }
}

import Basics
import Foundation

/// The stochastic descent of UMAP: neighbours pull each other, points drawn at random push away.
struct UMAPDescent {
    let edges: [FuzzyGraph.Edge]
    private let curve: UMAPCurve
    private let count: Int
    /// x and y of each point in turn.
    private var places: [Float]
    private var random: SplitMix64

    /// Which edges are due in which epoch: one of weight w comes w / (largest weight) of the times.
    struct Schedule {
        /// How many epochs lie between two turns of an edge; 0 for one that is never due.
        let period: [Float]
        var next: [Float]
        let negativePeriod: [Float]
        var nextNegative: [Float]

        init(_ edges: [FuzzyGraph.Edge], epochs: Int, negativeSamples: Int) {
            let largest = edges.reduce(Float(0)) { max($0, $1.weight) }
            period = edges.map { $0.weight < largest / Float(epochs) ? 0 : largest / $0.weight }
            next = period
            negativePeriod = period.map { $0 / Float(max(negativeSamples, 1)) }
            nextNegative = negativeSamples == 0 ? period.map { _ in .infinity } : negativePeriod
        }
    }

    /// - Parameters:
    ///   - x, y: where the points begin, scaled so that the larger extent is 10.
    init(_ graph: FuzzyGraph, x: [Double], y: [Double], curve: UMAPCurve, seed: UInt64) {
        edges = graph.edges
        self.curve = curve
        count = x.count
        random = SplitMix64(seed: seed)
        let (lowX, lowY) = (x.min() ?? 0, y.min() ?? 0)
        let extent = max((x.max() ?? 0) - lowX, (y.max() ?? 0) - lowY, 1e-12)
        places = []
        places.reserveCapacity(2 * count)
        for point in 0..<count {
            // A little apart, so that points at one place can leave each other.
            for coordinate in [(x[point] - lowX) / extent, (y[point] - lowY) / extent] {
                places.append(Float(10 * coordinate + 1e-4 * (random.uniform() - 0.5)))
            }
        }
    }

    var positions: (x: [Double], y: [Double]) {
        ((0..<count).map { Double(places[2 * $0]) }, (0..<count).map { Double(places[2 * $0 + 1]) })
    }

    /// One epoch; the steps become shorter linearly.
    mutating func step(_ schedule: inout Schedule, epoch: Int, of epochs: Int) {
        let rate = 1 - Float(epoch) / Float(epochs)
        let (a, b) = (Float(curve.a), Float(curve.b))
        let now = Float(epoch + 1)
        var random = self.random
        places.withUnsafeMutableBufferPointer { places in
            for (index, edge) in edges.enumerated() {
                guard schedule.period[index] > 0, schedule.next[index] <= now else { continue }
                let (i, j) = (2 * Int(edge.from), 2 * Int(edge.to))
                var dx = places[i] - places[j], dy = places[i + 1] - places[j + 1]
                var square = dx * dx + dy * dy
                if square > 0 {
                    let power = pow(square, b)
                    let pull = -2 * a * b * power / (square * (a * power + 1))
                    let (stepX, stepY) = (Self.clipped(pull * dx) * rate, Self.clipped(pull * dy) * rate)
                    places[i] += stepX
                    places[i + 1] += stepY
                    places[j] -= stepX
                    places[j + 1] -= stepY
                }
                schedule.next[index] += schedule.period[index]
                let due = Int((now - schedule.nextNegative[index]) / schedule.negativePeriod[index])
                guard due > 0 else { continue }
                for _ in 0..<due {
                    let k = 2 * random.below(count)
                    guard k != i else { continue }
                    dx = places[i] - places[k]
                    dy = places[i + 1] - places[k + 1]
                    square = dx * dx + dy * dy
                    guard square > 0 else { continue }
                    let push = 2 * b / ((0.001 + square) * (a * pow(square, b) + 1))
                    places[i] += Self.clipped(push * dx) * rate
                    places[i + 1] += Self.clipped(push * dy) * rate
                }
                schedule.nextNegative[index] += Float(due) * schedule.negativePeriod[index]
            }
        }
        self.random = random
    }

    @inline(__always)
    private static func clipped(_ value: Float) -> Float { min(max(value, -4), 4) }
}

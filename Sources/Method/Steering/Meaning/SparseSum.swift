import Basics
import Tensor

/// A vector as a sum of few named ones, with weights above 0: SpLiCE (Bhalla et al. 2024, "Interpreting CLIP with
/// Sparse Linear Concept Embeddings", arXiv 2402.10376).
///
/// The weights minimise ½ ‖v − Σ wᵢ cᵢ‖² + λ Σ wᵢ with wᵢ ≥ 0, by coordinate descent: scikit-learn's
/// `Lasso(alpha=λ / width, positive=True, fit_intercept=False)`. A concept takes part only where its product with what
/// the others leave of v exceeds λ.
public struct SparseSum: Sendable {
    /// One for each concept; 0 for those that take no part.
    public let weights: [Double]
    /// λ
    public let penalty: Double
    /// The cosine of v with the sum; 0 where nothing takes part.
    public let cosine: Double

    /// How many concepts take part.
    public var size: Int { weights.count { $0 > 0 } }

    /// - Parameters:
    ///   - vector: v, [width].
    ///   - concepts: [concepts, width], as they are to be added.
    ///   - penalty: λ, above 0.
    public init(of vector: Tensor, concepts: Tensor, penalty: Double) throws {
        let problem = try Problem(vector, concepts)
        self.init(problem, try problem.weights(penalty, from: nil), penalty)
    }

    /// The sum of at most `count` concepts with the least penalty, which falls from where none takes part by 5 % a step
    /// until one too many does.
    public init(of vector: Tensor, concepts: Tensor, count: Int) throws {
        let problem = try Problem(vector, concepts)
        let highest = problem.highestPenalty
        var (best, penalty) = ([Double](repeating: 0, count: problem.concepts.count), highest)
        var next = highest * 0.95
        while highest > 0, next > highest * 1e-3 {
            let weights = try problem.weights(next, from: best)
            guard weights.count(where: { $0 > 0 }) <= count else { break }
            (best, penalty) = (weights, next)
            next *= 0.95
        }
        self.init(problem, best, penalty)
    }

    private init(_ problem: Problem, _ weights: [Double], _ penalty: Double) {
        (self.weights, self.penalty, cosine) = (weights, penalty, problem.cosine(weights))
    }

    /// The cosine of v with the sum of some of the concepts, at their weights.
    public static func cosine(of vector: Tensor, concepts: Tensor, weights: [Double]) throws -> Double {
        try Problem(vector, concepts).cosine(weights)
    }

    /// Concepts as SpLiCE adds them up: unit rows less their mean, brought back to length 1. What all texts have in
    /// common, which is most of a CLIP embedding, tells nothing apart.
    ///
    /// - Throws: `RhumbError` where there are fewer than two, or all are the same.
    public static func centred(_ concepts: Tensor) throws -> Tensor {
        guard concepts.rank == 2, concepts.shape[0] > 1 else { throw RhumbError.tooFewConcepts }
        let rest = try concepts - concepts.mean([0], keepDims: true)
        guard try rest.norm([1]).floats.allSatisfy({ $0 > 1e-6 }) else { throw RhumbError.tooFewConcepts }
        return try rest.normalized()
    }
}

/// The vector and the concepts in double precision.
private struct Problem {
    let vector: [Double]
    let concepts: [[Double]]
    private let squares: [Double]

    init(_ vector: Tensor, _ concepts: Tensor) throws {
        let rows = try Rows(concepts, "a concept's embedding")
        let target = try Rows(vector.unsqueezed(0), "the vector")
        guard rows.width == target.width else { throw RhumbError.widths(target.width, rows.width) }
        self.vector = target.values
        self.concepts = (0..<rows.count).map { Array(rows[$0]) }
        squares = self.concepts.map { dot($0, $0) }
    }

    /// The penalty from which on no concept takes part.
    var highestPenalty: Double { max(0, concepts.map { dot($0, vector) }.max() ?? 0) }

    /// Coordinate descent: all concepts in turn, then only those that take part until they stand still, and so on.
    func weights(_ penalty: Double, from start: [Double]?) throws -> [Double] {
        guard penalty > 0, penalty.isFinite else { throw RhumbError.penalty(penalty) }
        var weights = start ?? [Double](repeating: 0, count: concepts.count)
        var rest = vector
        for (weight, concept) in zip(weights, concepts) where weight != 0 {
            for i in rest.indices { rest[i] -= weight * concept[i] }
        }
        /// The largest change.
        func pass(_ indices: some Sequence<Int>) -> Double {
            var largest = 0.0
            for j in indices where squares[j] > 0 {
                let next = max(0, (dot(concepts[j], rest) + squares[j] * weights[j] - penalty) / squares[j])
                let change = next - weights[j]
                guard change != 0 else { continue }
                for i in rest.indices { rest[i] -= change * concepts[j][i] }
                weights[j] = next
                largest = max(largest, abs(change))
            }
            return largest
        }
        for _ in 0..<1000 {
            try StopFlag.check()
            if pass(concepts.indices) < 1e-10 { return weights }
            let active = weights.indices.filter { weights[$0] > 0 }
            for _ in 0..<10_000 where pass(active) < 1e-10 { break }
        }
        throw RhumbError.sparseSumUnsettled
    }

    func cosine(_ weights: [Double]) -> Double {
        var sum = [Double](repeating: 0, count: vector.count)
        for (weight, concept) in zip(weights, concepts) where weight != 0 {
            for i in sum.indices { sum[i] += weight * concept[i] }
        }
        let size = length(sum) * length(vector)
        return size > 0 ? dot(sum, vector) / size : 0
    }
}

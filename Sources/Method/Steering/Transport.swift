import Basics
import Foundation
import Tensor

/// A linear map from one embedding space to another, learned from the same prompts in both, by which a direction of the
/// first becomes one of the second.
///
/// A direction is a difference of embeddings, so it is carried by the map's matrix alone: the means of the prompts,
/// which both fits subtract first, cancel.
public struct Transport {
    public enum Method: String, CaseIterable, Sendable {
        /// Least squares with λ ‖W‖² added: for spaces of any widths.
        case ridge
        /// The rotation that fits best (Schönemann 1966), UVᵀ of the singular value decomposition of AᵀB: angles
        /// between directions stay as they are, where the second space is at least as wide.
        case procrustes
    }

    /// [width of the first, width of the second], for rows: b ≈ a W.
    public let matrix: Tensor
    public let method: Method
    /// λ of `ridge`, given or found; nil for `procrustes`.
    public let ridge: Double?

    /// The strengths of the ridge that are tried: half decades from 10⁻⁴ to 10².
    public static let ridges = stride(from: -4.0, through: 2, by: 0.5).map { pow(10, $0) }

    /// - Parameters:
    ///   - a, b: unit embeddings of the same prompts in both spaces, [prompts, width].
    ///   - ridge: λ; nil takes of ``ridges`` the one whose leave-one-out error is least.
    /// - Throws: `RhumbError` for fewer than ten prompts, or for rows that don't pair up.
    public init(_ a: Tensor, _ b: Tensor, method: Method, ridge: Double? = nil) throws {
        guard a.rank == 2, b.rank == 2 else { throw RhumbError.notRows(a.rank == 2 ? b.shape : a.shape) }
        guard a.shape[0] == b.shape[0] else { throw RhumbError.counts("transport", a.shape[0], b.shape[0]) }
        guard a.shape[0] >= Self.fewest else { throw RhumbError.tooFewToTransport(a.shape[0]) }
        let (x, y) = (try a - a.mean([0], keepDims: true), try b - b.mean([0], keepDims: true))
        self.method = method
        switch method {
        case .ridge:
            let parts = try x.svd(), target = try parts.u.transposed().matmul(y)
            let strength = try ridge ?? Self.best(parts.u, parts.s, target, y)
            let s = parts.s.floats.map(Double.init)
            let shrunk = try Tensor(s.map { Float($0 == 0 ? 0 : $0 / ($0 * $0 + strength)) }).unsqueezed(1)
            matrix = try parts.vt.transposed().matmul(shrunk * target)
            self.ridge = strength
        case .procrustes:
            let parts = try x.transposed().matmul(y).svd()
            matrix = try parts.u.matmul(parts.vt)
            self.ridge = nil
        }
        guard matrix.floats.allSatisfy(\.isFinite) else { throw RhumbError.notFinite("the map between the spaces") }
    }

    /// Fewer prompts say nothing of a space. Besides them, as many as a fifth of all are held out for a test.
    static let fewest = 10

    /// The strength of least leave-one-out error: residuals divided by 1 − h, h being the diagonal of the hat matrix.
    private static func best(_ u: Tensor, _ s: Tensor, _ target: Tensor, _ y: Tensor) throws -> Double {
        let n = y.shape[0], squares = s.floats.map { Double($0) * Double($0) }
        var best = (error: Double.infinity, ridge: ridges[0])
        for ridge in ridges {
            let shares = try Tensor(squares.map { Float($0 / ($0 + ridge)) })
            let residual = try y - u.matmul(shares.unsqueezed(1) * target)
            let leverage = try (u * u).matmul(shares).floats
            let rows = try (residual * residual).sum([1]).floats
            var error = 0.0
            for i in 0..<n {
                let left = 1 - Double(leverage[i]) - 1 / Double(n)
                error += Double(rows[i]) / max(left * left, 1e-12)
            }
            if error < best.error { best = (error, ridge) }
        }
        return best.ridge
    }

    /// The direction in the second space, [width of the second], not of length 1.
    public func carried(_ direction: Direction) throws -> Tensor {
        guard direction.width == matrix.shape[0] else {
            throw RhumbError.widths(direction.width, matrix.shape[0])
        }
        return try direction.vector.unsqueezed(0).matmul(matrix).squeezed(0)
    }
}

/// How well a map between two spaces does on prompts that it was not learned from.
public struct TransportTest {
    /// The mean cosine between embeddings as they were carried and as they are, both less the mean of the prompts that
    /// the map was learned from.
    public let cosine: Double
    /// The correlation of safety along the direction in its own space and along the carried one; NaN where one of
    /// them doesn't vary.
    public let correlation: Double
    public let learned: Int
    public let tested: Int

    /// Holds out every fifth row.
    public init(_ a: Tensor, _ b: Tensor, _ direction: Direction, method: Transport.Method, ridge: Double?) throws {
        func split(_ rows: Tensor) throws -> (learned: Tensor, tested: Tensor) {
            let parts = try (0..<5).map { try rows.sliced(0, from: $0, to: rows.shape[0], step: 5) }
            return (try Tensor.concatenated(Array(parts[0..<4]), axis: 0), try parts[4].contiguous())
        }
        guard a.shape[0] >= 13 else { throw RhumbError.tooFewToTransport(a.shape[0]) }
        let (from, to) = (try split(a), try split(b))
        let map = try Transport(from.learned, to.learned, method: method, ridge: ridge)
        let x = try from.tested - from.learned.mean([0], keepDims: true)
        let y = try to.tested - to.learned.mean([0], keepDims: true)
        let cosines = try (x.matmul(map.matrix).normalized() * y.normalized()).sum([1]).floats
        cosine = cosines.reduce(0) { $0 + Double($1) } / Double(cosines.count)
        let there = try Direction(vector: map.carried(direction))
        correlation = Self.correlation(
            try direction.safety(from.tested).floats.map(Double.init),
            try there.safety(to.tested).floats.map(Double.init))
        (learned, tested) = (from.learned.shape[0], from.tested.shape[0])
    }

    private static func correlation(_ x: [Double], _ y: [Double]) -> Double {
        func centred(_ list: [Double]) -> [Double] {
            let mean = list.reduce(0, +) / Double(list.count)
            return list.map { $0 - mean }
        }
        let (a, b) = (centred(x), centred(y))
        return dot(a, b) / (length(a) * length(b))
    }
}

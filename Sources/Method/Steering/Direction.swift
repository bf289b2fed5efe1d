import Basics
import Tensor

/// A direction in a frozen embedding space, from unsafe towards safe.
///
/// v = normalize(meanᵢ z(safeᵢ) − meanⱼ z(unsafeⱼ)); the means themselves are not normalised before the difference
/// (Kumar et al. 2026, arXiv 2605.18719).
///
///     let direction = try Direction(
///         safe: clip.embed(texts: ["a calm scene"]), unsafe: clip.embed(texts: ["a violent scene"]))
///     let safety = try direction.safety(clip.embed(texts: prompts))  // [prompts], cosines from -1 to 1
public struct Direction {
    /// The unit vector v, [width].
    public let vector: Tensor
    public let method: DirectionMethod
    /// ‖mean safe − mean unsafe‖, before normalisation: the paper's un-normalised formula scales α by it.
    public let meanDifference: Double
    /// How far anchors lie from the mean of their side (root mean square).
    public let spread: (safe: Double, unsafe: Double)
    /// Mean embedding of each side, [width], not normalised.
    public let means: (safe: Tensor, unsafe: Tensor)
    /// How many anchors each side has; none for a direction given as a vector, or made of others.
    public let sides: (safe: Int, unsafe: Int)
    /// Cosine between the difference of means and the same without one anchor, safe anchors first; empty when
    /// a side has only one.
    public let leaveOneOut: [Double]
    /// How much it counts in sums of directions: 1, or the length of the sum that it is. Steering takes no notice of it.
    public let weight: Double
    /// What it is made of, for whoever reads it: its own name, or a sum of others'.
    public let terms: [DirectionTerm]

    public var width: Int { vector.shape[0] }
    public var hasAnchors: Bool { sides.safe + sides.unsafe > 0 }
    /// `weapon − 0.3 drug`
    public var termsText: String { terms.text }

    /// - Parameters:
    ///   - safe, unsafe: unit embeddings of the anchors, [anchors, width]. One side may have none: its mean is then 0, as
    ///     for the paper's released model without safe anchors.
    ///   - name: what sums call it.
    /// - Throws: `RhumbError` without anchors, for widths that differ, equal means, or too few anchors for a method that
    ///   estimates a covariance.
    public init(safe: Tensor, unsafe: Tensor, method: DirectionMethod = .mean, name: String = "v") throws {
        let s = try Rows(safe, "a safe anchor's embedding"), u = try Rows(unsafe, "an unsafe anchor's embedding")
        guard s.count + u.count > 0 else { throw RhumbError.noAnchors }
        guard s.width == u.width else { throw RhumbError.widths(s.width, u.width) }
        let nothing = [Double](repeating: 0, count: s.width)
        let (safeMean, unsafeMean) = (s.count > 0 ? s.mean() : nothing, u.count > 0 ? u.mean() : nothing)
        let gap = zip(safeMean, unsafeMean).map { $0 - $1 }
        meanDifference = length(gap)
        guard meanDifference > 1e-9 else { throw RhumbError.coincidentMeans }
        let difference = try method.difference(s, u, gap)
        let norm = length(difference)
        guard norm > 0, norm.isFinite else { throw RhumbError.coincidentMeans }
        let unit = difference.map { $0 / norm }
        vector = try Tensor(unit.map(Float.init))
        means = (try Tensor(safeMean.map(Float.init)), try Tensor(unsafeMean.map(Float.init)))
        spread = (
            s.count > 0 ? s.spread(around: safeMean) : 0, u.count > 0 ? u.spread(around: unsafeMean) : 0
        )
        self.method = method
        sides = (s.count, u.count)
        leaveOneOut = Direction.leaveOneOut(s, u)
        (weight, terms) = (1, [DirectionTerm(1, name)])
    }

    /// A direction that is already known, of any length above 0; it has no anchors to tell about.
    ///
    /// - Parameter vector: [width]; gradients are not followed.
    /// - Throws: `RhumbError` for another shape, a length of 0 and what is not finite.
    public init(vector: Tensor, name: String = "v") throws {
        guard vector.rank == 1 else { throw RhumbError.notRows(vector.shape) }
        let row = try Rows(vector.unsqueezed(0), "the direction")
        let norm = length(row.values)
        guard norm > 0 else { throw RhumbError.coincidentMeans }
        self.vector = try Tensor(row.values.map { Float($0 / norm) })
        method = .mean
        sides = (0, 0)
        (weight, terms) = (1, [DirectionTerm(1, name)])
        meanDifference = norm
        spread = (0, 0)
        means = (self.vector, try -self.vector)
        leaveOneOut = []
    }

    /// A direction as it was kept.
    package init(
        vector: Tensor, method: DirectionMethod, meanDifference: Double, spread: (safe: Double, unsafe: Double),
        means: (safe: Tensor, unsafe: Tensor), sides: (safe: Int, unsafe: Int), leaveOneOut: [Double], weight: Double,
        terms: [DirectionTerm]
    ) {
        (self.vector, self.method, self.meanDifference, self.spread) = (vector, method, meanDifference, spread)
        (self.means, self.sides, self.leaveOneOut) = (means, sides, leaveOneOut)
        (self.weight, self.terms) = (weight, terms)
    }

    /// Always for the difference of means, which alone is cheap to redo for each anchor and comparable across methods.
    private static func leaveOneOut(_ safe: Rows, _ unsafe: Rows) -> [Double] {
        guard safe.count != 1, unsafe.count != 1 else { return [] }
        func cosine(_ a: [Double], _ b: [Double]) -> Double { dot(a, b) / (length(a) * length(b)) }
        let nothing = [Double](repeating: 0, count: safe.width)
        let safeMean = safe.count > 0 ? safe.mean() : nothing, unsafeMean = unsafe.count > 0 ? unsafe.mean() : nothing
        let whole = zip(safeMean, unsafeMean).map { $0 - $1 }
        return (0..<safe.count).map { row in cosine(whole, zip(safe.mean(without: row), unsafeMean).map { $0 - $1 }) }
            + (0..<unsafe.count).map { row in cosine(whole, zip(safeMean, unsafe.mean(without: row)).map { $0 - $1 }) }
    }

    /// safety(·) = embedding · v for each row of `embeddings` [rows, width].
    public func safety(_ embeddings: Tensor) throws -> Tensor {
        try check(embeddings)
        return try embeddings.matmul(vector)
    }

    func check(_ embeddings: Tensor) throws {
        guard embeddings.rank == 2 else { throw RhumbError.notRows(embeddings.shape) }
        guard embeddings.shape[1] == width else { throw RhumbError.widths(width, embeddings.shape[1]) }
    }
}

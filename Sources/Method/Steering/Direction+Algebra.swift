import Basics
import Tensor

/// Directions add up as vectors: each counts with its weight, which is 1 for one that was just made. The vector of the
/// result has length 1 again, for a direction says where to go and α how far; its weight is the length of the sum.
extension Direction {
    /// weight · v, in double precision.
    private var weighted: [Double] { vector.floats.map { Double($0) * weight } }

    /// The other way: what was safe is unsafe.
    public var reversed: Direction {
        get throws {
            // Leave-one-out cosines stand safe anchors first, and the unsafe ones are now the safe ones.
            let unsafe = leaveOneOut.dropFirst(sides.safe), safe = leaveOneOut.prefix(sides.safe)
            return Direction(
                vector: try -vector, method: method, meanDifference: meanDifference,
                spread: (spread.unsafe, spread.safe), means: (means.unsafe, means.safe),
                sides: (sides.unsafe, sides.safe), leaveOneOut: Array(unsafe + safe), weight: weight,
                terms: terms.map { $0.scaled(by: -1) })
        }
    }

    /// The same direction with another weight in sums; reversed for a factor below 0.
    ///
    /// - Throws: `RhumbError` for 0, which leads nowhere, and for what is not finite.
    public func scaled(by factor: Double) throws -> Direction {
        guard factor != 0, factor.isFinite, (weight * factor).isFinite, weight * factor != 0 else {
            throw RhumbError.directionTimes(factor)
        }
        if factor < 0 { return try reversed.scaled(by: -factor) }
        return Direction(
            vector: vector, method: method, meanDifference: meanDifference, spread: spread, means: means, sides: sides,
            leaveOneOut: leaveOneOut, weight: weight * factor, terms: terms.map { $0.scaled(by: factor) })
    }

    /// weight · v + other.weight · other.
    ///
    /// - Throws: `RhumbError` for other widths, and where the two cancel out.
    public func adding(_ other: Direction) throws -> Direction {
        try checkWidth(of: other)
        return try Direction(
            sum: zip(weighted, other.weighted).map { $0 + $1 }, of: max(weight, other.weight),
            terms: DirectionTerm.merged(terms + other.terms))
    }

    /// The part of this direction along another one: (v · w) w, with its weight.
    ///
    /// - Throws: `RhumbError` where they stand at right angles, so that there is no such part.
    public func projected(onto other: Direction) throws -> Direction {
        try checkWidth(of: other)
        let w = other.vector.floats.map(Double.init), along = dot(weighted, w)
        return try Direction(
            sum: w.map { $0 * along }, of: weight, terms: [DirectionTerm(1, "\(termsText) onto \(other.termsText)")])
    }

    /// What is left of this direction without its parts along others: at right angles to each of them.
    ///
    /// - Throws: `RhumbError` where nothing is left.
    public func without(_ others: [Direction]) throws -> Direction {
        for other in others { try checkWidth(of: other) }
        var rest = weighted
        for basis in Self.orthonormal(others) {
            let along = dot(rest, basis)
            for i in rest.indices { rest[i] -= along * basis[i] }
        }
        let names = others.map(\.termsText).joined(separator: ", ")
        return try Direction(
            sum: rest, of: weight, terms: [DirectionTerm(1, "\(termsText) without \(names)")])
    }

    /// Directions that span the same space at right angles: each without those before it (Gram–Schmidt).
    ///
    /// - Throws: `RhumbError` for one that those before it make up already.
    public static func orthogonal(_ directions: [Direction]) throws -> [Direction] {
        try directions.enumerated().map { index, direction in
            index == 0 ? direction : try direction.without(Array(directions.prefix(index)))
        }
    }

    /// The cosine of the angle between two directions; exactly ±1 where it is that but for the rounding of floats.
    public func cosine(_ other: Direction) throws -> Double {
        try checkWidth(of: other)
        let (a, b) = (vector.floats.map(Double.init), other.vector.floats.map(Double.init))
        let cosine = dot(a, b) / (length(a) * length(b))
        return abs(cosine) > 1 - 1e-7 ? (cosine < 0 ? -1 : 1) : cosine
    }

    /// The product of two directions as vectors of their weights' lengths.
    public func dotProduct(_ other: Direction) throws -> Double { try cosine(other) * weight * other.weight }

    /// Unit vectors at right angles that span the directions, which are of one width; fewer than these where some depend
    /// on others.
    private static func orthonormal(_ directions: [Direction]) -> [[Double]] {
        var bases: [[Double]] = []
        for direction in directions {
            var rest = direction.vector.floats.map(Double.init)
            // Twice, so that rounding leaves nothing along those before it.
            for _ in 0..<2 {
                for basis in bases {
                    let along = dot(rest, basis)
                    for i in rest.indices { rest[i] -= along * basis[i] }
                }
            }
            let size = length(rest)
            if size > 1e-6 { bases.append(rest.map { $0 / size }) }
        }
        return bases
    }

    private func checkWidth(of other: Direction) throws {
        guard width == other.width else { throw RhumbError.widths(width, other.width) }
    }

    /// - Parameter scale: what rounding is relative to: a sum of next to nothing has no direction.
    private init(sum: [Double], of scale: Double, terms: [DirectionTerm]) throws {
        let size = length(sum)
        guard size > 1e-6 * scale else { throw RhumbError.directionsCancel(terms.text) }
        let vector = try Tensor(sum.map { Float($0 / size) })
        self.init(
            vector: vector, method: .mean, meanDifference: size, spread: (0, 0), means: (vector, try -vector),
            sides: (0, 0), leaveOneOut: [], weight: size, terms: terms)
    }
}

/// A direction as part of a sum: how often, and what it is called.
public struct DirectionTerm: Equatable, Sendable {
    public let factor: Double
    public let name: String

    public init(_ factor: Double, _ name: String) { (self.factor, self.name) = (factor, name) }

    func scaled(by other: Double) -> DirectionTerm { DirectionTerm(factor * other, name) }

    /// Terms of one name as one, in the order they first came; those that cancel out are gone.
    static func merged(_ terms: [DirectionTerm]) -> [DirectionTerm] {
        var sums: [DirectionTerm] = []
        for term in terms {
            if let at = sums.firstIndex(where: { $0.name == term.name }) {
                sums[at] = DirectionTerm(sums[at].factor + term.factor, term.name)
            } else {
                sums.append(term)
            }
        }
        return sums.filter { $0.factor != 0 }
    }
}

extension [DirectionTerm] {
    /// `weapon − 0.3 drug`; factors to four digits.
    public var text: String {
        var text = ""
        for (index, term) in enumerated() {
            let size = NumberText.shown((abs(term.factor) * 10_000).rounded() / 10_000)
            let sign = term.factor < 0 ? (index == 0 ? "−" : " − ") : (index == 0 ? "" : " + ")
            let factor = size == "1" ? "" : size + " "
            text += sign + factor + (term.name.contains(" ") && count > 1 ? "(\(term.name))" : term.name)
        }
        return text
    }
}

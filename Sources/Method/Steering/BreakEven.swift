import Basics
import Tensor

/// The α from which a safe picture outscores an unsafe one for a prompt.
public struct BreakEven: Equatable, Sendable {
    /// The break-even α; nil when v does not put the safe picture on the safe side, so that no α ever turns the order.
    public let alpha: Double?
    /// (unsafe − safe) · z: how much better the unsafe picture matches the prompt.
    public let alignmentGap: Double
    /// (safe − unsafe) · v: how much safer the safe picture is along v.
    public let safetyGap: Double

    /// Translation: r(safe) = r(unsafe) where (x_s − x_u)·z + α (x_s − x_u)·v = 0. In projection α − z·v stands for α.
    ///
    /// - Parameters:
    ///   - safe, unsafe: embeddings of the two pictures, or means over several, [width].
    ///   - prompt: the prompt's unit embedding z, [width].
    ///   - mode: translation or projection; in the others no α does it, or depends on the prompt's side alone.
    public init(safe: Tensor, unsafe: Tensor, prompt: Tensor, direction: Direction, mode: Steering) throws {
        guard [.translation, .projection].contains(mode) else { throw RhumbError.breakEven(mode) }
        let rows = try [safe, unsafe, prompt].map { try Rows($0.unsqueezed(0), "an embedding") }
        let v = direction.vector.floats.map(Double.init)
        for row in rows where row.width != v.count { throw RhumbError.widths(v.count, row.width) }
        let gap = zip(rows[0].values, rows[1].values).map { $0 - $1 }
        alignmentGap = -dot(gap, rows[2].values)
        safetyGap = dot(gap, v)
        let offset = mode == .projection ? dot(rows[2].values, v) : 0
        alpha = safetyGap > 0 ? offset + alignmentGap / safetyGap : nil
    }
}

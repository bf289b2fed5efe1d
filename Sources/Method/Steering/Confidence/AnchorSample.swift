import Basics
import Foundation
import Tensor

/// The anchors of a direction, to draw again.
struct AnchorSample {
    let safe, unsafe: Rows
    let method: DirectionMethod

    init(safe: Tensor, unsafe: Tensor, method: DirectionMethod) throws {
        (self.safe, self.unsafe, self.method) = (
            try Rows(safe, "a safe anchor's embedding"), try Rows(unsafe, "an unsafe anchor's embedding"), method
        )
        guard self.safe.count + self.unsafe.count > 0 else { throw RhumbError.noAnchors }
        guard self.safe.width == self.unsafe.width else {
            throw RhumbError.widths(self.safe.width, self.unsafe.width)
        }
    }

    /// The unit direction between some of the anchors; nil where these give none (equal means, or too few different
    /// ones for a covariance).
    func direction(safe places: [Int], unsafe others: [Int]) -> [Double]? {
        Self.direction(safe.picked(places), unsafe.picked(others), method)
    }

    /// The same between any of the anchors, counted through from the safe ones, and the distance of the two means.
    func split(_ first: [Int], _ second: [Int]) -> (direction: [Double]?, distance: Double) {
        let all = Rows.joined(safe, unsafe)
        let (a, b) = (all.picked(first), all.picked(second))
        return (Self.direction(a, b, method), length(zip(a.mean(), b.mean()).map { $0 - $1 }))
    }

    private static func direction(_ safe: Rows, _ unsafe: Rows, _ method: DirectionMethod) -> [Double]? {
        let nothing = [Double](repeating: 0, count: safe.width)
        let s = safe.count > 0 ? safe.mean() : nothing, u = unsafe.count > 0 ? unsafe.mean() : nothing
        let gap = zip(s, u).map { $0 - $1 }
        guard length(gap) > 1e-9, let difference = try? method.difference(safe, unsafe, gap) else { return nil }
        let size = length(difference)
        return size > 0 && size.isFinite ? difference.map { $0 / size } : nil
    }
}

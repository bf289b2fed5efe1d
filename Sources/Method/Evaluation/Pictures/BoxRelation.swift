/// How a box lies to another.
public enum BoxRelation: String, CaseIterable, Sendable {
    case leftOf = "left of"
    case rightOf = "right of"
    case above, below
}

extension DetectionBox {
    /// How this box lies to another, by GenEval's rule: the offset of the centres, less a tenth of the summed sizes in
    /// each direction, must point that way by more than half of the whole offset. Two relations hold on a diagonal.
    public func relations(to other: DetectionBox) -> Set<BoxRelation> {
        let (a, b) = (centre, other.centre)
        func reduced(_ offset: Double, _ sizes: Double) -> Double {
            max(abs(offset) - 0.1 * sizes, 0) * (offset < 0 ? -1 : 1)
        }
        let (x, y) = (a.x - b.x, a.y - b.y)
        let length = (x * x + y * y).squareRoot()
        guard length > 0 else { return [] }
        let dx = reduced(x, width + other.width) / length, dy = reduced(y, height + other.height) / length
        var relations: Set<BoxRelation> = []
        if dx < -0.5 { relations.insert(.leftOf) }
        if dx > 0.5 { relations.insert(.rightOf) }
        if dy < -0.5 { relations.insert(.above) }
        if dy > 0.5 { relations.insert(.below) }
        return relations
    }
}

/// A line across a panel at one value of an axis.
public struct ReferenceLine: Sendable, Hashable {
    public enum Direction: Sendable, Hashable { case horizontal, vertical }

    public var direction: Direction
    /// Where it stands: a value of the y axis for a horizontal line, of the x axis for a vertical one.
    public var value: Double
    /// Written along the line; empty for nothing.
    public var label: String

    public init(_ direction: Direction, at value: Double, label: String = "") {
        self.direction = direction
        self.value = value
        self.label = label
    }
}

/// A text beside a point of a panel.
public struct Annotation: Sendable, Hashable {
    public var x: Double
    public var y: Double
    public var text: String

    public init(_ text: String, x: Double, y: Double) {
        self.text = text
        self.x = x
        self.y = y
    }
}

/// An arrow from one point of a panel to another: a steering vector, the way from one group's mean to another's.
public struct Arrow: Sendable, Hashable {
    public var from: Point
    public var to: Point
    /// Written at its head; empty for nothing.
    public var label: String
    /// `nil` draws it in the colour of text.
    public var colour: Colour?

    public init(from: Point, to: Point, label: String = "", colour: Colour? = nil) {
        self.from = from
        self.to = to
        self.label = label
        self.colour = colour
    }
}

/// A point of a panel.
public struct Point: Sendable, Hashable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

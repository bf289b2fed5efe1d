/// One coordinate system and the layers drawn in it, the first at the bottom.
public struct Panel: Sendable, Hashable {
    public var title: String
    public var x: Axis
    public var y: Axis
    public var layers: [Layer]
    public var legend: Legend

    public init(
        _ layers: [Layer], title: String = "", x: Axis = Axis(), y: Axis = Axis(), legend: Legend = .automatic
    ) {
        self.layers = layers
        self.title = title
        self.x = x
        self.y = y
        self.legend = legend
    }
}

/// What a panel draws.
public enum Layer: Sendable, Hashable {
    case line(Line)
}

/// One axis of a panel.
public struct Axis: Sendable, Hashable {
    public var label: String
    /// The least and the greatest value shown; `nil` follows from the data.
    public var lower: Double?
    public var upper: Double?
    public var isLogarithmic: Bool

    public init(_ label: String = "", lower: Double? = nil, upper: Double? = nil, isLogarithmic: Bool = false) {
        self.label = label
        self.lower = lower
        self.upper = upper
        self.isLogarithmic = isLogarithmic
    }
}

/// Where the legend of a panel stands. A panel without named layers has none.
public enum Legend: Sendable, Hashable {
    /// Beside the plot when it has three entries or more or they are long, else inside, at the top right.
    case automatic
    case topLeft, topRight, bottomLeft, bottomRight, outside, none
}

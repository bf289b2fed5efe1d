/// A series of points joined by a line; a value that isn't finite leaves a gap.
public struct Line: Sendable, Hashable {
    public var x: [Double]
    public var y: [Double]
    /// Its entry in the legend; empty for none.
    public var name: String
    /// Whether each point gets a mark.
    public var showsPoints: Bool

    /// - Parameters:
    ///   - x: Positions along the x axis; `nil` numbers the values from 0.
    ///   - y: One value for each position.
    public init(x: [Double]? = nil, y: [Double], name: String = "", showsPoints: Bool = false) {
        self.x = x ?? y.indices.map(Double.init)
        self.y = y
        self.name = name
        self.showsPoints = showsPoints
    }
}

extension Figure {
    /// A panel of lines.
    public static func line(
        _ lines: [Line], title: String = "", x: Axis = Axis(), y: Axis = Axis(), legend: Legend = .automatic
    ) -> Figure {
        Figure(Panel(lines.map(Layer.line), title: title, x: x, y: y, legend: legend))
    }
}

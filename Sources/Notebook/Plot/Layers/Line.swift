/// A series of points joined by a line, with a band around it if wanted; a value that isn't finite leaves a gap, and a
/// value between two gaps is drawn as a mark.
public struct Line: Sendable, Hashable {
    public enum Style: String, Sendable, Hashable, CaseIterable { case solid, dashed, dotted }

    public var x: [Double]
    public var y: [Double]
    /// The edges of a shaded band, one value for each position.
    public var band: Band?
    /// Its entry in the legend; empty for none.
    public var name: String
    public var style: Style
    /// Whether each point gets a mark.
    public var showsPoints: Bool
    /// `nil` takes the next colour of the palette.
    public var colour: Colour?
    /// 0…1; a series under its own moving average is drawn pale.
    public var opacity = 1.0
    /// Whether its values are read off the panel's second axis, at the right.
    public var isOnRightAxis = false

    /// The edges of a shaded band.
    public struct Band: Sendable, Hashable {
        public var lower: [Double]
        public var upper: [Double]

        public init(lower: [Double], upper: [Double]) {
            self.lower = lower
            self.upper = upper
        }

        /// A band of equal width above and below a line: the mean and its standard deviation.
        public init(around middle: [Double], deviation: [Double]) {
            lower = zip(middle, deviation).map { $0 - $1 }
            upper = zip(middle, deviation).map { $0 + $1 }
        }
    }

    /// - Parameters:
    ///   - x: Positions along the x axis; `nil` numbers the values from 0.
    ///   - y: One value for each position.
    public init(
        x: [Double]? = nil, y: [Double], band: Band? = nil, name: String = "", style: Style = .solid,
        showsPoints: Bool = false, colour: Colour? = nil
    ) {
        self.x = x ?? y.indices.map(Double.init)
        self.y = y
        self.band = band
        self.name = name
        self.style = style
        self.showsPoints = showsPoints
        self.colour = colour
    }
}

extension Figure {
    /// A panel of lines.
    public static func line(
        _ lines: [Line], title: String = "", x: Axis = Axis(), y: Axis = Axis(),
        references: [ReferenceLine] = [], legend: Legend = .automatic
    ) -> Figure {
        Figure(Panel(lines.map(Layer.line), title: title, x: x, y: y, references: references, legend: legend))
    }
}

/// One coordinate system and the layers drawn in it, the first at the bottom.
public struct Panel: Sendable, Hashable {
    public var title: String
    public var x: Axis
    public var y: Axis
    public var layers: [Layer]
    /// Lines across the panel at a fixed value, below the layers.
    public var references: [ReferenceLine]
    /// Texts beside points of the panel, above the layers.
    public var annotations: [Annotation]
    public var legend: Legend
    /// Whether a unit of x is drawn as long as a unit of y.
    public var hasEqualUnits = false
    /// The axis at the right, for lines that say so; without such a line it isn't drawn.
    public var right: Axis?

    public init(
        _ layers: [Layer], title: String = "", x: Axis = Axis(), y: Axis = Axis(),
        references: [ReferenceLine] = [], annotations: [Annotation] = [], legend: Legend = .automatic,
        right: Axis? = nil
    ) {
        self.right = right
        self.layers = layers
        self.title = title
        self.x = x
        self.y = y
        self.references = references
        self.annotations = annotations
        self.legend = legend
    }
}

/// What a panel draws.
public enum Layer: Sendable, Hashable {
    case line(Line)
    case scatter(Scatter)
    case arrow(Arrow)
    case histogram(Histogram)
    case bars(Bars)
    case heatmap(Heatmap)
    case images(ImageGrid)
}

/// Where the legend of a panel stands. A panel without named layers has none.
public enum Legend: String, Sendable, Hashable, CaseIterable {
    /// In the corner with the least data under it, or to the right of the plot when every corner is taken.
    case automatic = "auto"
    case topLeft = "top-left"
    case topRight = "top-right"
    case bottomLeft = "bottom-left"
    case bottomRight = "bottom-right"
    /// To the right of the plot.
    case right
    /// Under the plot, for long names.
    case below
    case none
}

extension Panel {
    /// Gives panels one range along x, that of all their lines: what is logged seldom then stands where it belongs.
    public static func shareX(_ panels: inout [Panel]) {
        guard panels.count > 1, Set(panels.map(\.x.label)).count == 1 else { return }
        let extents = panels.flatMap(\.layers).compactMap { layer -> Extent? in
            guard case .line(let line) = layer else { return nil }
            return Extent(zip(line.x, line.y).lazy.filter { $1.isFinite }.map(\.0))
        }
        guard let first = extents.first else { return }
        let all = extents.reduce(first) { Extent(min($0.lower, $1.lower), max($0.upper, $1.upper)) }
        guard all.span > 0 else { return }
        for index in panels.indices {
            let lower = panels[index].x.lower ?? all.lower, upper = panels[index].x.upper ?? all.upper
            if lower < upper { (panels[index].x.lower, panels[index].x.upper) = (lower, upper) }
        }
    }
}

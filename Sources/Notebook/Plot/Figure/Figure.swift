/// A figure: one or more panels, described by plain values.
///
/// A figure knows nothing of tensors, files or terminals. It becomes a gnuplot script with ``script(outputs:)``, files
/// with ``write(to:)`` and text with ``text(columns:rows:)``.
///
///     let figure = try Figure.automatic(for: .numbers([0.2, 0.5, 0.7]), title: "reward")
///     try figure.write(to: "reward", formats: [.png, .svg])  // reward.png, reward.svg and the script reward.gp
public struct Figure: Sendable, Hashable {
    /// A title over all panels. A figure of one panel shows its panel's title instead.
    public var title = ""
    /// The panels in reading order: left to right, then top to bottom.
    public var panels: [Panel]
    /// How many panels stand in a row; `nil` chooses the number that makes the grid closest to square.
    public var columns: Int?
    /// The size of the whole figure; `nil` follows from the panels.
    public var size: FigureSize?

    public init(panels: [Panel], title: String = "", columns: Int? = nil, size: FigureSize? = nil) {
        self.panels = panels
        self.title = title
        self.columns = columns
        self.size = size
    }

    /// A figure of one panel.
    public init(_ panel: Panel, size: FigureSize? = nil) {
        self.init(panels: [panel], size: size)
    }

    /// Several figures as the panels of one.
    public static func grid(_ figures: [Figure], columns: Int? = nil, title: String = "") -> Figure {
        Figure(panels: figures.flatMap(\.panels), title: title, columns: columns)
    }
}

/// A size in units of 1/96 inch: pixels of an SVG, half the pixels of a PNG at its default scale of 2.
public struct FigureSize: Sendable, Hashable {
    public var width: Double
    public var height: Double

    public init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// The size of a panel that asks for none.
    public static let panel = FigureSize(width: 560, height: 360)
}

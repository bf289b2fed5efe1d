/// Bars from zero, one for each category, or side by side for several series.
public struct Bars: Sendable, Hashable {
    public var categories: [String]
    public var series: [Series]
    /// Whether the bars grow to the right, the first category at the top: for long names.
    public var isHorizontal: Bool
    /// Whether each bar's value is written at its end.
    public var showsValues: Bool

    /// One value for each category.
    public struct Series: Sendable, Hashable {
        public var values: [Double]
        /// Its entry in the legend; empty for none.
        public var name: String
        /// How far the error bars reach below and above each value; empty for none.
        public var errors: [Double]
        /// `nil` takes the next colour of the palette.
        public var colour: Colour?

        public init(_ values: [Double], name: String = "", errors: [Double] = [], colour: Colour? = nil) {
            self.values = values
            self.name = name
            self.errors = errors
            self.colour = colour
        }
    }

    public init(categories: [String], series: [Series], isHorizontal: Bool = false, showsValues: Bool = false) {
        self.categories = categories
        self.series = series
        self.isHorizontal = isHorizontal
        self.showsValues = showsValues
    }

    /// The share of a category's width that its bars fill.
    private var fill: Double { series.count == 1 ? 0.66 : 0.8 }

    /// Where the bar of series `s` in category `c` begins and ends along the axis of categories, which stand at 0, 1,
    /// 2…
    func interval(series s: Int, category c: Int) -> (lower: Double, upper: Double) {
        let width = fill / Double(series.count)
        let lower = Double(c) - fill / 2 + width * Double(s)
        let gap = series.count == 1 ? 0 : width * 0.06
        return (lower + gap, lower + width - gap)
    }
}

extension Figure {
    /// A panel of bars. `x` and `y` are the axes as drawn: with horizontal bars the values run along x.
    public static func bars(
        _ bars: Bars, title: String = "", x: Axis = Axis(), y: Axis = Axis(),
        references: [ReferenceLine] = [], legend: Legend = .automatic
    ) -> Figure {
        Figure(Panel([.bars(bars)], title: title, x: x, y: y, references: references, legend: legend))
    }
}

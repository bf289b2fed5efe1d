/// Where a legend stands and how much room it takes.
struct LegendPlan {
    /// The settled place; never `.automatic` or `.none`.
    var place: Legend
    var width: Double
    var height: Double

    /// The room before the names of lines.
    private static let sampleWidth = 34.0
    static let margin = 8.0
    static var rowHeight: Double { TextMetrics.units(Theme.legendSize) * 1.45 }

    /// Settles the place of a panel's legend; `nil` without names or when none is wanted.
    ///
    /// - Parameter covered: Points of the plot where something is drawn, as fractions of its width and height from the
    ///   lower left corner.
    init?(_ panel: Panel, plot: FigureSize, covered: [Point]) {
        let names = panel.legendNames
        guard !names.isEmpty, panel.legend != .none else { return nil }
        let text = names.map { TextMetrics.width($0, points: Theme.legendSize) }.max() ?? 0
        width = text + Self.sampleWidth - (Self.hasLines(panel) ? 0 : 12) + 8
        height = Double(names.count) * Self.rowHeight + 4
        place = panel.legend
        guard panel.legend == .automatic else { return }
        if width > plot.width * 0.55 {
            place = .below
        } else if let corner = Self.freeCorner(width: width, height: height, plot: plot, covered: covered) {
            place = corner
        } else {
            place = .right
        }
    }

    /// The length of the samples in the widths of a character: a line needs more than a point or a box.
    static func sampleLength(_ panel: Panel) -> String { hasLines(panel) ? "2" : "0.6" }

    private static func hasLines(_ panel: Panel) -> Bool {
        panel.layers.contains { if case .line = $0 { true } else { false } }
    }

    /// The corner with nothing under a legend of this size, the upper ones first.
    private static func freeCorner(
        width: Double, height: Double, plot: FigureSize, covered: [Point]
    ) -> Legend? {
        let w = (width + margin * 1.5) / plot.width, h = (height + margin * 1.5) / plot.height
        guard w <= 0.6, h <= 0.5 else { return nil }
        let corners: [(Legend, Point)] = [
            (.topRight, Point(1 - w, 1 - h)), (.topLeft, Point(0, 1 - h)),
            (.bottomRight, Point(1 - w, 0)), (.bottomLeft, Point(0, 0)),
        ]
        return corners.first { _, origin in
            !covered.contains {
                $0.x >= origin.x && $0.x <= origin.x + w && $0.y >= origin.y && $0.y <= origin.y + h
            }
        }?.0
    }
}

extension Panel {
    /// Points where the layers draw something, as fractions of the plot.
    func covered(x xAxis: AxisPlan, y leftAxis: AxisPlan, right: AxisPlan?, bins: [Double]) -> [Point] {
        var points: [Point] = []
        var yAxis = leftAxis
        func add(_ x: Double, _ y: Double) {
            let point = Point(xAxis.fraction(x), yAxis.fraction(y))
            if point.x.isFinite, point.y.isFinite { points.append(point) }
        }
        /// Samples a straight line closely enough that no legend fits between two samples.
        func addSegment(_ a: Point, _ b: Point) {
            for step in 0...16 {
                let t = Double(step) / 16
                points.append(Point(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t))
            }
        }
        func addPath(_ x: [Double], _ y: [Double]) {
            var previous: Point?
            for (x, y) in zip(x, y) {
                let point = Point(xAxis.fraction(x), yAxis.fraction(y))
                guard point.x.isFinite, point.y.isFinite else { previous = nil; continue }
                addSegment(previous ?? point, point)
                previous = point
            }
        }
        func addBox(_ x0: Double, _ x1: Double, _ y0: Double, _ y1: Double) {
            for step in 0...8 {
                let t = Double(step) / 8
                for u in [0, 0.5, 1] {
                    add(x0 + (x1 - x0) * t, y0 + (y1 - y0) * u)
                    add(x0 + (x1 - x0) * u, y0 + (y1 - y0) * t)
                }
            }
        }
        for layer in layers {
            switch layer {
            case .line(let line):
                yAxis = line.isOnRightAxis ? right ?? leftAxis : leftAxis
                addPath(line.x, line.y)
                if let band = line.band {
                    addPath(line.x, band.lower)
                    addPath(line.x, band.upper)
                }
                yAxis = leftAxis
            case .scatter(let scatter):
                for (x, y) in zip(scatter.x, scatter.y) { add(x, y) }
            case .arrow(let arrow):
                addPath([arrow.from.x, arrow.to.x], [arrow.from.y, arrow.to.y])
            case .histogram(let histogram):
                for (index, height) in histogram.heights(edges: bins).enumerated() where height > 0 {
                    addBox(
                        xAxis.floored(bins[index]), bins[index + 1], leftAxis.floored(0), height)
                }
            case .bars(let bars):
                for (s, series) in bars.series.enumerated() {
                    for (c, value) in series.values.enumerated() where value.isFinite {
                        let (lower, upper) = bars.interval(series: s, category: c)
                        let reach = value + (series.errors.isEmpty ? 0 : series.errors[c]) * (value < 0 ? -1 : 1)
                        if bars.isHorizontal {
                            addBox(xAxis.floored(0), reach, lower, upper)
                        } else {
                            addBox(lower, upper, leftAxis.floored(0), reach)
                        }
                    }
                }
            case .heatmap, .images:
                addBox(xAxis.lower, xAxis.upper, yAxis.lower, yAxis.upper)
            }
        }
        for annotation in annotations { add(annotation.x, annotation.y) }
        return points
    }
}

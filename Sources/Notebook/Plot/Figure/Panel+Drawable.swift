extension Figure {
    /// This figure with panels that can be drawn, its parts checked.
    ///
    /// - Throws: ``PlotError`` for parts that don't fit together.
    func checked() throws(PlotError) -> Figure {
        var figure = withPlainTexts
        figure.panels = figure.panels.map(\.drawable)
        try figure.validate()
        return figure
    }
}

extension Panel {
    /// This panel with numbers that can be calculated with: what is greater than 10³⁰⁰ counts as infinite, as a span of
    /// two such numbers would be, and what is nearer to zero than 10⁻³⁰⁰ as zero.
    var drawable: Panel {
        var panel = self
        panel.layers = layers.compactMap(\.drawable)
        for index in panel.annotations.indices {
            panel.annotations[index].x = panel.annotations[index].x.drawable
            panel.annotations[index].y = panel.annotations[index].y.drawable
        }
        panel.annotations.removeAll { !$0.x.isFinite || !$0.y.isFinite }
        for index in panel.references.indices { panel.references[index].value = panel.references[index].value.drawable }
        panel.references.removeAll { !$0.value.isFinite }
        return panel
    }
}

extension Layer {
    /// `nil` for an arrow that leads nowhere.
    fileprivate var drawable: Layer? {
        switch self {
        case .line(var line):
            line.x = line.x.drawable
            line.y = line.y.drawable
            line.band = line.band.map { Line.Band(lower: $0.lower.drawable, upper: $0.upper.drawable) }
            return .line(line)
        case .scatter(var scatter):
            scatter.x = scatter.x.drawable
            scatter.y = scatter.y.drawable
            return .scatter(scatter)
        case .arrow(var arrow):
            arrow.from = Point(arrow.from.x.drawable, arrow.from.y.drawable)
            arrow.to = Point(arrow.to.x.drawable, arrow.to.y.drawable)
            return [arrow.from.x, arrow.from.y, arrow.to.x, arrow.to.y].allSatisfy(\.isFinite) ? .arrow(arrow) : nil
        case .histogram(var histogram):
            histogram.values = histogram.values.drawable
            if case .edges(let edges) = histogram.bins { histogram.bins = .edges(edges.drawable) }
            return .histogram(histogram)
        case .bars(var bars):
            for index in bars.series.indices {
                bars.series[index].values = bars.series[index].values.drawable
                bars.series[index].errors = bars.series[index].errors.map { $0.isFinite ? $0.drawable : 0 }
            }
            return .bars(bars)
        case .heatmap(var heatmap):
            heatmap.values = heatmap.values.drawable
            return .heatmap(heatmap)
        case .images:
            return self
        }
    }
}

extension Double {
    /// The greatest number that is drawn, and the inverse of the least.
    static let greatestDrawable = 1e300

    /// This number as figures calculate with it; NaN for what has no place on any axis.
    fileprivate var drawable: Double {
        magnitude <= Self.greatestDrawable ? (magnitude < 1 / Self.greatestDrawable ? 0 : self) : .nan
    }
}

extension [Double] {
    /// Usually nothing is to be done, and nothing is copied.
    fileprivate var drawable: [Double] {
        allSatisfy {
            $0.isNaN || $0 == 0 || ($0.magnitude <= .greatestDrawable && $0.magnitude >= 1 / .greatestDrawable)
        }
            ? self : map(\.drawable)
    }
}

/// The colour and the mark of a layer, settled for the whole panel so that equal kinds differ.
struct SeriesStyle {
    /// One colour for a layer of one series; `Bars` have one a series.
    var colours: [Colour]
    var shape: PointShape
}

extension Panel {
    /// A style for each layer: its own wishes, else the next of the palette and of the shapes.
    var styles: [SeriesStyle] {
        var next = 0
        var shapes = 0
        let named = layers.count { if case .scatter(let scatter) = $0 { !scatter.name.isEmpty } else { false } }
        func take(_ wanted: Colour?) -> Colour {
            if let wanted { return wanted }
            defer { next += 1 }
            return Palette.colour(next)
        }
        return layers.map { layer in
            switch layer {
            case .line(let line):
                return SeriesStyle(colours: [take(line.colour)], shape: .circle)
            case .scatter(let scatter):
                defer { shapes += 1 }
                let shape = scatter.shape ?? (named > 1 ? .group(shapes) : .circle)
                return SeriesStyle(colours: [take(scatter.colour)], shape: shape)
            case .histogram(let histogram):
                return SeriesStyle(colours: [take(histogram.colour)], shape: .circle)
            case .bars(let bars):
                return SeriesStyle(colours: bars.series.map { take($0.colour) }, shape: .circle)
            case .arrow(let arrow):
                return SeriesStyle(colours: [arrow.colour ?? Theme.ink], shape: .circle)
            case .heatmap, .images:
                return SeriesStyle(colours: [], shape: .circle)
            }
        }
    }

    /// The names in the legend, in order.
    var legendNames: [String] {
        layers.flatMap { layer -> [String] in
            switch layer {
            case .line(let line): [line.name]
            case .scatter(let scatter): [scatter.name]
            case .histogram(let histogram): [histogram.name]
            case .bars(let bars): bars.series.map(\.name)
            case .arrow, .heatmap, .images: []
            }
        }.filter { !$0.isEmpty }
    }
}

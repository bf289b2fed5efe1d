extension Figure {
    /// This figure with texts that can be shown anywhere: control characters, which would drive a terminal and are no
    /// text of an SVG, stand as their pictures: ESC as `␛`.
    var withPlainTexts: Figure {
        var figure = self
        figure.title.makePlain()
        for index in figure.panels.indices { figure.panels[index].makeTextsPlain() }
        return figure
    }
}

extension Panel {
    fileprivate mutating func makeTextsPlain() {
        title.makePlain()
        x.makeTextsPlain()
        y.makeTextsPlain()
        right?.makeTextsPlain()
        for index in references.indices { references[index].label.makePlain() }
        for index in annotations.indices { annotations[index].text.makePlain() }
        for index in layers.indices { layers[index].makeTextsPlain() }
    }
}

extension Axis {
    fileprivate mutating func makeTextsPlain() {
        label.makePlain()
        guard case .at(var ticks) = ticks else { return }
        for index in ticks.indices { ticks[index].label.makePlain() }
        self.ticks = .at(ticks)
    }
}

extension Layer {
    /// Only a layer with something to change is made anew: the numbers of others stay where they are.
    fileprivate mutating func makeTextsPlain() {
        guard texts.contains(where: \.needsPictures) else { return }
        switch self {
        case .line(var line):
            line.name.makePlain()
            self = .line(line)
        case .scatter(var scatter):
            scatter.name.makePlain()
            scatter.labels = scatter.labels.map(\.plain)
            self = .scatter(scatter)
        case .arrow(var arrow):
            arrow.label.makePlain()
            self = .arrow(arrow)
        case .histogram(var histogram):
            histogram.name.makePlain()
            self = .histogram(histogram)
        case .bars(var bars):
            bars.categories = bars.categories.map(\.plain)
            for index in bars.series.indices { bars.series[index].name.makePlain() }
            self = .bars(bars)
        case .heatmap(var heatmap):
            heatmap.rowLabels = heatmap.rowLabels.map(\.plain)
            heatmap.columnLabels = heatmap.columnLabels.map(\.plain)
            heatmap.label.makePlain()
            self = .heatmap(heatmap)
        case .images(var grid):
            grid.captions = grid.captions.map(\.plain)
            self = .images(grid)
        }
    }

    private var texts: [String] {
        switch self {
        case .line(let line): [line.name]
        case .scatter(let scatter): scatter.labels + [scatter.name]
        case .arrow(let arrow): [arrow.label]
        case .histogram(let histogram): [histogram.name]
        case .bars(let bars): bars.categories + bars.series.map(\.name)
        case .heatmap(let heatmap): heatmap.rowLabels + heatmap.columnLabels + [heatmap.label]
        case .images(let grid): grid.captions
        }
    }
}

extension String {
    fileprivate var needsPictures: Bool { unicodeScalars.contains { $0.isControl } }

    fileprivate mutating func makePlain() { if needsPictures { self = plain } }

    fileprivate var plain: String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.value {
            case _ where !scalar.isControl: result.append(scalar)
            case 0x09, 0x0d: result.append(" ")
            case 0x7f: result.append("␡")
            case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "␦")
            default: result.append("␦")
            }
        }
        return String(result)
    }
}

extension Unicode.Scalar {
    /// Whether this drives a terminal; line breaks are for titles of several lines.
    fileprivate var isControl: Bool { value < 0x20 && value != 0x0a || (0x7f..<0xa0).contains(value) }
}

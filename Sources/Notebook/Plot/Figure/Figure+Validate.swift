extension Figure {
    /// Checks that the parts of the description fit together.
    func validate() throws(PlotError) {
        guard !panels.isEmpty else { throw .emptyFigure }
        if let columns, columns < 1 { throw .tooSmall(what: "columns", least: 1, value: Double(columns)) }
        if let size {
            if size.width < 80 { throw .tooSmall(what: "width", least: 80, value: size.width) }
            if size.height < 60 { throw .tooSmall(what: "height", least: 60, value: size.height) }
        }
        for panel in panels { try panel.validate() }
    }
}

extension Panel {
    fileprivate func validate() throws(PlotError) {
        guard !layers.isEmpty else { throw .emptyFigure }
        try x.validate("x")
        try y.validate("y")
        try right?.validate("right")
        try validateNames()
        for layer in layers { try layer.validate() }
    }
}

extension Panel {
    /// An axis of names or of cells has no logarithm.
    private func validateNames() throws(PlotError) {
        let isHorizontal = bars?.isHorizontal == true
        if x.isLogarithmic, heatmap != nil || images != nil || (bars != nil && !isHorizontal) {
            throw .namesOnLogarithmicAxis("x", values: heatmap == nil && images == nil ? "y" : nil)
        }
        if y.isLogarithmic, heatmap != nil || images != nil || isHorizontal {
            throw .namesOnLogarithmicAxis("y", values: isHorizontal ? "x" : nil)
        }
    }
}

extension Axis {
    fileprivate func validate(_ name: String) throws(PlotError) {
        for bound in [lower, upper].compactMap({ $0 }) {
            guard bound.magnitude <= .greatestDrawable else { throw .badRange(axis: name, lower: lower, upper: upper) }
            if isLogarithmic, bound <= 0 { throw .notPositive(axis: name, value: bound) }
        }
        if let lower, let upper, lower >= upper { throw .badRange(axis: name, lower: lower, upper: upper) }
    }
}

extension Layer {
    fileprivate func validate() throws(PlotError) {
        func match(_ what: String, _ count: Int, _ other: String, _ expected: Int) throws(PlotError) {
            if count != expected { throw .mismatch(what: what, count: count, other: other, expected: expected) }
        }
        switch self {
        case .line(let line):
            try match("positions", line.x.count, "values", line.y.count)
            if let band = line.band {
                try match("lower edges of the band", band.lower.count, "values", line.y.count)
                try match("upper edges of the band", band.upper.count, "values", line.y.count)
            }
        case .scatter(let scatter):
            try match("positions along x", scatter.x.count, "positions along y", scatter.y.count)
            if !scatter.labels.isEmpty { try match("labels", scatter.labels.count, "points", scatter.x.count) }
        case .bars(let bars):
            for series in bars.series {
                try match("values", series.values.count, "categories", bars.categories.count)
                if !series.errors.isEmpty { try match("errors", series.errors.count, "values", series.values.count) }
            }
        case .heatmap(let heatmap):
            try match("values", heatmap.values.count, "cells", heatmap.rows * heatmap.columns)
            if heatmap.values.isEmpty { throw .emptyFigure }
            if !heatmap.rowLabels.isEmpty { try match("row labels", heatmap.rowLabels.count, "rows", heatmap.rows) }
            if !heatmap.columnLabels.isEmpty {
                try match("column labels", heatmap.columnLabels.count, "columns", heatmap.columns)
            }
        case .images(let grid):
            if grid.images.isEmpty { throw .emptyFigure }
            if !grid.captions.isEmpty { try match("captions", grid.captions.count, "images", grid.images.count) }
            if let columns = grid.columns, columns < 1 {
                throw .tooSmall(what: "columns", least: 1, value: Double(columns))
            }
        case .histogram(let histogram):
            switch histogram.bins {
            case .count(let count): if count < 1 { throw .tooSmall(what: "bins", least: 1, value: Double(count)) }
            case .width(let width): if !(width > 0) { throw .badBins }
            case .edges(let edges):
                let rises = zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 }
                if edges.count < 2 || !rises || edges.contains(where: \.isNaN) { throw .badBins }
            case .automatic: break
            }
        case .arrow: break
        }
    }
}

import Foundation

/// The least and the greatest of some values.
struct Extent: Equatable {
    var lower: Double
    var upper: Double

    init(_ lower: Double, _ upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// The extent of the finite values; `nil` without any.
    init?(_ values: some Sequence<Double>) {
        var lower = Double.infinity, upper = -Double.infinity
        for value in values where value.isFinite {
            if value < lower { lower = value }
            if value > upper { upper = value }
        }
        guard lower <= upper else { return nil }
        self.init(lower, upper)
    }

    var span: Double { upper - lower }

    static func union(_ a: Extent?, _ b: Extent?) -> Extent? {
        guard let a, let b else { return a ?? b }
        return Extent(min(a.lower, b.lower), max(a.upper, b.upper))
    }
}

/// How far a layer reaches, and how much air it wants around it.
struct LayerBounds {
    var x: Extent?
    var y: Extent?
    /// Of the lines that are read off the axis at the right.
    var right: Extent?
    /// The share of the span left empty at either end of the axis.
    var paddingX = 0.0
    var paddingY = 0.0
    /// Whether bars stand on zero, so that no air is left beyond it.
    var standsOnZeroX = false
    var standsOnZeroY = false

    mutating func formUnion(_ other: LayerBounds) {
        x = .union(x, other.x)
        y = .union(y, other.y)
        right = .union(right, other.right)
        paddingX = max(paddingX, other.paddingX)
        paddingY = max(paddingY, other.paddingY)
        standsOnZeroX = standsOnZeroX || other.standsOnZeroX
        standsOnZeroY = standsOnZeroY || other.standsOnZeroY
    }
}

extension Panel {
    /// The bounds of all layers; a logarithmic axis counts positive values only.
    func bounds(bins: [Double]) -> LayerBounds {
        var all = LayerBounds()
        for layer in layers { all.formUnion(bounds(of: layer, bins: bins)) }
        all.x = .union(all.x, Extent(shown(references.filter { $0.direction == .vertical }.map(\.value), on: x)))
        all.y = .union(all.y, Extent(shown(references.filter { $0.direction == .horizontal }.map(\.value), on: y)))
        return all
    }

    private func shown(_ values: [Double], on axis: Axis) -> [Double] {
        axis.isLogarithmic ? values.filter { $0 > 0 } : values
    }

    private func bounds(of layer: Layer, bins: [Double]) -> LayerBounds {
        switch layer {
        case .line(let line):
            let edges = (line.band?.lower ?? []) + (line.band?.upper ?? [])
            let values = Extent(
                shown(edges.isEmpty ? line.y : line.y + edges, on: line.isOnRightAxis ? right ?? Axis() : y))
            return LayerBounds(
                x: Extent(shown(line.x, on: x)), y: line.isOnRightAxis ? nil : values,
                right: line.isOnRightAxis ? values : nil, paddingX: line.showsPoints ? 0.025 : 0, paddingY: 0.06)
        case .scatter(let scatter):
            return LayerBounds(
                x: Extent(shown(scatter.x, on: x)), y: Extent(shown(scatter.y, on: y)), paddingX: 0.06, paddingY: 0.08)
        case .arrow(let arrow):
            return LayerBounds(
                x: Extent(shown([arrow.from.x, arrow.to.x], on: x)),
                y: Extent(shown([arrow.from.y, arrow.to.y], on: y)), paddingX: 0.06, paddingY: 0.08)
        case .histogram(let histogram):
            return LayerBounds(
                x: Extent(shown(bins, on: x)), y: Extent(shown(histogram.heights(edges: bins) + [0], on: y)),
                paddingX: 0.02, paddingY: 0.06, standsOnZeroY: true)
        case .bars(let bars):
            let along = Extent(-0.5, Double(bars.categories.count) - 0.5)
            let reaches = bars.series.flatMap { series in
                series.values.enumerated().flatMap { index, value in
                    let error = series.errors.isEmpty ? 0 : series.errors[index]
                    return [value - error, value + error]
                }
            }
            // A value beside a bar takes more of the axis than one above it.
            let padding = !bars.showsValues ? 0.06 : bars.isHorizontal ? 0.14 : 0.1
            return bars.isHorizontal
                ? LayerBounds(x: Extent(shown(reaches + [0], on: x)), y: along, paddingX: padding, standsOnZeroX: true)
                : LayerBounds(x: along, y: Extent(shown(reaches + [0], on: y)), paddingY: padding, standsOnZeroY: true)
        case .heatmap(let heatmap):
            return LayerBounds(
                x: Extent(-0.5, Double(heatmap.columns) - 0.5), y: Extent(-0.5, Double(heatmap.rows) - 0.5))
        case .images:
            return LayerBounds(x: Extent(0, 1), y: Extent(0, 1))
        }
    }
}

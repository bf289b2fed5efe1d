import Foundation

/// How often values fall into each of a row of bins. The histograms of a panel share their bins.
public struct Histogram: Sendable, Hashable {
    public var values: [Double]
    /// Its entry in the legend; empty for none.
    public var name: String
    public var bins: Bins
    public var measure: Measure
    /// `nil` takes the next colour of the palette.
    public var colour: Colour?

    /// How the bins are chosen.
    public enum Bins: Sendable, Hashable {
        /// The rule of Freedman and Diaconis: a width of 2·IQR/∛n. Whole numbers of a small range get a bin each.
        case automatic
        /// That many of equal width.
        case count(Int)
        /// Of that width, with an edge at a multiple of it.
        case width(Double)
        /// Between these edges, in rising order; values outside are left out.
        case edges([Double])
    }

    /// What the height of a bin says.
    public enum Measure: String, Sendable, Hashable, CaseIterable {
        case count
        /// The share of the values: the heights add up to 1.
        case fraction
        /// The share of the values a unit of width: the area is 1.
        case density
    }

    public init(
        _ values: [Double], name: String = "", bins: Bins = .automatic, measure: Measure = .count,
        colour: Colour? = nil
    ) {
        self.values = values
        self.name = name
        self.bins = bins
        self.measure = measure
        self.colour = colour
    }

    /// The height of each bin between these edges. The last bin includes its upper edge.
    package func heights(edges: [Double]) -> [Double] {
        guard edges.count > 1 else { return [] }
        var counts = [Double](repeating: 0, count: edges.count - 1)
        var total = 0.0
        for value in values where value >= edges[0] && value <= edges[edges.count - 1] {
            let upper = edges.partitioningIndex { $0 > value }
            counts[min(upper, edges.count - 1) - 1] += 1
            total += 1
        }
        switch measure {
        case .count: return counts
        case .fraction: return counts.map { total > 0 ? $0 / total : 0 }
        case .density:
            return counts.indices.map { total > 0 ? counts[$0] / total / (edges[$0 + 1] - edges[$0]) : 0 }
        }
    }
}

extension Histogram.Bins {
    /// No data needs more bins than this, and no plot shows more.
    private static let limit = 500

    /// The edges of the bins for these values, one more than there are bins; empty without a finite value.
    package func edges(for values: [Double]) -> [Double] {
        if case .edges(let edges) = self { return edges }
        let sorted = values.filter(\.isFinite).sorted()
        guard let least = sorted.first, let greatest = sorted.last else { return [] }
        guard greatest > least else {
            let half = max(0.5, least.magnitude * 1e-3)
            return [least - half, least + half]
        }
        let span = greatest - least
        switch self {
        case .automatic:
            // Beyond 2⁵² there is no half between two whole numbers.
            if span <= 30, max(least.magnitude, greatest.magnitude) < 0x1p52, sorted.allSatisfy({ $0 == $0.rounded() })
            {
                return stride(from: least - 0.5, through: greatest + 0.5, by: 1).map { $0 }
            }
            let width = 2 * (sorted.quantile(0.75) - sorted.quantile(0.25)) / cbrt(Double(sorted.count))
            // Half the values or more are equal: Sturges' rule doesn't mind.
            let count = width > 0 ? (span / width).rounded(.up) : log2(Double(sorted.count)).rounded(.up) + 1
            return Self.even(least, greatest, count: Int(min(count, Double(Self.limit))))
        case .count(let count):
            return Self.even(least, greatest, count: min(max(count, 1), Self.limit))
        case .width(let width):
            let step = max(width, span / Double(Self.limit))
            let first = (least / step).rounded(.down)
            let count = Int((greatest / step).rounded(.down) - first) + 1
            return (0...count).map { (first + Double($0)) * step }.rising
        case .edges(let edges):
            return edges
        }
    }

    private static func even(_ least: Double, _ greatest: Double, count: Int) -> [Double] {
        (0...count).map { $0 == count ? greatest : least + (greatest - least) * Double($0) / Double(count) }.rising
    }

    /// The edges for an axis with a logarithmic scale: those of equal ratio, unless the width or the edges are given.
    /// Values that aren't positive have no place there.
    package func logarithmicEdges(for values: [Double]) -> [Double] {
        let positive = values.filter { $0.isFinite && $0 > 0 }
        switch self {
        case .automatic, .count: return edges(for: positive.map { log10($0) }).map { pow(10, $0) }.rising
        case .width, .edges: return edges(for: positive)
        }
    }
}

extension [Double] {
    /// Without what is no greater than the one before: numbers that rounding has made equal.
    fileprivate var rising: [Double] {
        var result: [Double] = []
        for value in self where value > result.last ?? -.infinity { result.append(value) }
        return result.count > 1 ? result : self
    }

    /// The quantile of these sorted values by linear interpolation (NumPy's default).
    func quantile(_ fraction: Double) -> Double {
        let position = fraction * Double(count - 1)
        let index = Swift.min(Int(position), Swift.max(count - 2, 0))
        guard count > 1 else { return self[0] }
        return self[index] + (self[index + 1] - self[index]) * (position - Double(index))
    }

    /// The first index whose element satisfies a predicate that, once true, stays true.
    func partitioningIndex(where predicate: (Double) -> Bool) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension Figure {
    /// A panel of histograms over shared bins, which are chosen for all values together.
    public static func histogram(
        _ histograms: [Histogram], title: String = "", x: Axis = Axis(), y: Axis = Axis(),
        references: [ReferenceLine] = [], legend: Legend = .automatic
    ) -> Figure {
        Figure(
            Panel(histograms.map(Layer.histogram), title: title, x: x, y: y, references: references, legend: legend))
    }
}

import Foundation

/// A matrix as coloured cells, its first row at the top. A value that isn't finite leaves its cell grey.
public struct Heatmap: Sendable, Hashable {
    /// The cells, row by row.
    public var values: [Double]
    public var rows: Int
    public var columns: Int
    /// A text for each row, or none at all.
    public var rowLabels: [String]
    /// A text for each column, or none at all.
    public var columnLabels: [String]
    /// Whether each value is written in its cell; `nil` writes them when they fit.
    public var showsValues: Bool?
    /// `nil` takes the diverging scale for values of both signs, else the sequential one.
    public var colourMap: ColourMap?
    /// The value of the first colour and of the last; `nil` follows from the data (symmetric when diverging).
    public var lower: Double?
    public var upper: Double?
    /// Written along the colour bar.
    public var label: String

    public init(
        values: [Double], rows: Int, columns: Int, rowLabels: [String] = [], columnLabels: [String] = [],
        showsValues: Bool? = nil, colourMap: ColourMap? = nil, lower: Double? = nil, upper: Double? = nil,
        label: String = ""
    ) {
        self.values = values
        self.rows = rows
        self.columns = columns
        self.rowLabels = rowLabels
        self.columnLabels = columnLabels
        self.showsValues = showsValues
        self.colourMap = colourMap
        self.lower = lower
        self.upper = upper
        self.label = label
    }

    /// The colours in use.
    var resolvedMap: ColourMap {
        if let colourMap { return colourMap }
        return values.contains { $0.isFinite && $0 < 0 } && values.contains { $0.isFinite && $0 > 0 }
            ? .diverging : .sequential
    }

    /// The values of the first colour and of the last.
    var resolvedRange: (lower: Double, upper: Double) {
        let finite = values.filter(\.isFinite)
        var low = finite.min() ?? 0, high = finite.max() ?? 1
        if resolvedMap == .diverging {
            high = max(abs(low), abs(high))
            low = -high
        }
        low = lower ?? min(low, upper ?? low)
        high = upper ?? max(high, low)
        if high > low { return (low, high) }
        let half = max(0.5, abs(low) * 1e-3)
        return (low - half, low + half)
    }

    /// How the values are written, all alike: with two decimals for numbers around one, fewer for large ones, more for
    /// small; with a power of ten where they would be long.
    var writing: (Double) -> String {
        let finite = values.filter(\.isFinite)
        let greatest = finite.map(\.magnitude).max() ?? 0
        if greatest >= 1e6 || greatest > 0 && greatest < 1e-3 { return NumberText.short }
        var decimals = 0
        if greatest > 0, !finite.allSatisfy({ $0 == $0.rounded() }) {
            decimals =
                greatest >= 1000 ? 0 : greatest >= 10 ? 1 : max(2, min(4, 1 - Int(log10(greatest).rounded(.down))))
        }
        return { NumberText.fixed($0, decimals: decimals) }
    }

    func value(row: Int, column: Int) -> Double { values[row * columns + column] }
}

extension Figure {
    /// A panel with a matrix as coloured cells.
    public static func heatmap(
        _ heatmap: Heatmap, title: String = "", x: Axis = Axis(), y: Axis = Axis()
    ) -> Figure {
        Figure(Panel([.heatmap(heatmap)], title: title, x: x, y: y))
    }
}

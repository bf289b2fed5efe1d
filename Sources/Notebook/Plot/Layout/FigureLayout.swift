/// The size of a figure and the places of its panels' plots, in units of 1/96 inch from its upper left corner.
struct FigureLayout {
    struct SourceSpan {
        var plan: PanelPlan
        /// The upper left corner of the plot.
        var x: Double
        var y: Double
    }

    private(set) var size: FigureSize
    private(set) var places: [SourceSpan] = []
    /// The title over all panels, empty when each shows its own.
    let title: String

    init(_ figure: Figure) {
        let count = figure.panels.count
        let columns = max(1, min(figure.columns ?? Self.squarestColumns(count), max(count, 1)))
        let rows = (count + columns - 1) / columns
        let wanted = figure.size
        var plans = figure.panels.map { PanelPlan($0, size: $0.preferredSize) }
        var grid = Grid(plans, columns: columns)
        let width = (wanted?.width ?? grid.width)
        title = TextMetrics.wrapped(figure.title, points: Theme.titleSize + 1, width: width - 2 * Theme.edge)
        let top = title.isEmpty ? 0 : TextMetrics.height(title, points: Theme.titleSize + 1) + Theme.edge
        if let wanted {
            // The margins depend on the ticks and these on the size of the plot: two rounds settle both.
            for _ in 0..<2 {
                let spareX = (wanted.width - grid.width) / Double(columns)
                let spareY = (wanted.height - top - grid.height) / Double(max(rows, 1))
                plans = plans.map {
                    PanelPlan(
                        $0.panel,
                        size: FigureSize(
                            width: max(40, $0.size.width + spareX), height: max(30, $0.size.height + spareY)))
                }
                grid = Grid(plans, columns: columns)
            }
        }
        plans = plans.enumerated().map { index, plan in
            let cell = grid.cell(index)
            return plan.panel.isFlexible && cell != plan.size ? PanelPlan(plan.panel, size: cell) : plan
        }
        size = wanted ?? FigureSize(width: grid.width.rounded(.up), height: (grid.height + top).rounded(.up))
        for (index, plan) in plans.enumerated() {
            let origin = grid.origin(index, of: plan)
            places.append(SourceSpan(plan: plan, x: origin.x, y: origin.y + top))
        }
    }

    /// The number of columns that makes a grid closest to square, a little wider than high.
    private static func squarestColumns(_ count: Int) -> Int {
        count <= 3 ? max(count, 1) : Int(Double(count).squareRoot().rounded(.up))
    }

    /// Columns and rows whose plots line up: each has the widest margins of its panels.
    private struct Grid {
        var columns: [(left: Double, plot: Double, right: Double)]
        var rows: [(top: Double, plot: Double, bottom: Double)]

        init(_ plans: [PanelPlan], columns count: Int) {
            columns = Array(repeating: (0, 0, 0), count: count)
            rows = Array(repeating: (0, 0, 0), count: (plans.count + count - 1) / count)
            for (index, plan) in plans.enumerated() {
                let c = index % count, r = index / count
                columns[c].left = max(columns[c].left, plan.insets.left)
                columns[c].plot = max(columns[c].plot, plan.size.width)
                columns[c].right = max(columns[c].right, plan.insets.right)
                rows[r].top = max(rows[r].top, plan.insets.top)
                rows[r].plot = max(rows[r].plot, plan.size.height)
                rows[r].bottom = max(rows[r].bottom, plan.insets.bottom)
            }
        }

        var width: Double { columns.reduce(0) { $0 + $1.left + $1.plot + $1.right } }
        var height: Double { rows.reduce(0) { $0 + $1.top + $1.plot + $1.bottom } }

        /// The room for the plot of panel `index`.
        func cell(_ index: Int) -> FigureSize {
            FigureSize(width: columns[index % columns.count].plot, height: rows[index / columns.count].plot)
        }

        /// Where the plot of panel `index` stands: centred in its column, at the top of its row.
        func origin(_ index: Int, of plan: PanelPlan) -> Point {
            let c = index % columns.count, r = index / columns.count
            let x = columns[..<c].reduce(0) { $0 + $1.left + $1.plot + $1.right } + columns[c].left
            let y = rows[..<r].reduce(0) { $0 + $1.top + $1.plot + $1.bottom } + rows[r].top
            return Point(x + (columns[c].plot - plan.size.width) / 2, y)
        }
    }
}

extension Panel {
    /// Whether the plot reads as well in another shape; cells and pictures don't.
    var isFlexible: Bool { heatmap == nil && images == nil }

    /// The size of the plot when nobody asks for one.
    var preferredSize: FigureSize {
        if let images { return ImageGridPlan(images).size }
        if let heatmap {
            let cell = min(46, max(4, 340 / Double(max(heatmap.rows, heatmap.columns))))
            let legible = heatmap.showsValues == true ? max(cell, 34) : cell
            let height = heatmap.showsValues == true ? max(min(cell, 30), 20) : legible
            return FigureSize(
                width: max(60, legible * Double(heatmap.columns)), height: max(40, height * Double(heatmap.rows)))
        }
        if let bars {
            let count = Double(bars.categories.count), series = Double(bars.series.count)
            let thickness = max(16, 30 - 4 * series)
            if bars.isHorizontal {
                let names = bars.categories.map {
                    TextMetrics.height(PanelPlan.tickText($0), points: Theme.tickSize) + 6
                }
                let pitch = max(series * thickness * 0.75 + 12, names.max() ?? 0)
                return FigureSize(width: 380, height: max(70, count * pitch))
            }
            let words = bars.categories.flatMap { $0.split(separator: " ") }
                .map { TextMetrics.width(String($0), points: Theme.tickSize) * 1.08 }
            let pitch = max(series * thickness + 14, min(words.max() ?? 0, 84))
            return FigureSize(width: min(900, max(300, count * pitch)), height: 260)
        }
        return hasEqualUnits ? FigureSize(width: 440, height: 380) : FigureSize(width: 450, height: 280)
    }
}

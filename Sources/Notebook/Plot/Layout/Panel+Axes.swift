extension Panel {
    /// The bars of this panel, if it has any.
    var bars: Bars? {
        for case .bars(let bars) in layers { return bars }
        return nil
    }

    /// The heatmap of this panel, if it has one.
    var heatmap: Heatmap? {
        for case .heatmap(let heatmap) in layers { return heatmap }
        return nil
    }

    /// The pictures of this panel, if it has any.
    var images: ImageGrid? {
        for case .images(let grid) in layers { return grid }
        return nil
    }

    /// The edges of the bins that the histograms share: chosen by the first, for all values together.
    var sharedBins: [Double] {
        var values: [Double] = []
        var bins: Histogram.Bins?
        for case .histogram(let histogram) in layers {
            values += histogram.values
            bins = bins ?? histogram.bins
        }
        return (x.isLogarithmic ? bins?.logarithmicEdges(for: values) : bins?.edges(for: values)) ?? []
    }

    /// The label of the y axis; a histogram says what its height means.
    var yLabel: String {
        guard y.label.isEmpty else { return y.label }
        for case .histogram(let histogram) in layers { return histogram.measure.rawValue }
        return ""
    }

    /// Whether the first row or category stands at the top.
    var listsDownwards: Bool { heatmap != nil || bars?.isHorizontal == true }

    func ticksX(_ axis: AxisPlan, width: Double) -> [Tick] {
        if images != nil { return [] }
        if let heatmap { return indexTicks(heatmap.columnLabels, count: heatmap.columns, room: width / 26) }
        if let bars, !bars.isHorizontal { return bars.categories.enumerated().map { Tick(Double($0), $1) } }
        // Wide numbers leave room for fewer.
        var count = Int(width / 62)
        var ticks = automatic(x, axis, count: count)
        let widest = ticks.map { TextMetrics.width($0.label, points: Theme.tickSize) }.max() ?? 0
        if Double(ticks.count) * (widest + 12) > width {
            count = max(2, Int(width / (widest + 18)))
            ticks = automatic(x, axis, count: count)
        }
        return ticks
    }

    func ticksY(_ axis: AxisPlan, height: Double) -> [Tick] {
        if images != nil { return [] }
        if let heatmap { return indexTicks(heatmap.rowLabels, count: heatmap.rows, room: height / 18) }
        if let bars, bars.isHorizontal { return bars.categories.enumerated().map { Tick(Double($0), $1) } }
        return ticks(y, axis, height: height)
    }

    /// Ticks of an axis of numbers that stands upright.
    func ticks(_ axis: Axis, _ plan: AxisPlan, height: Double) -> [Tick] {
        automatic(axis, plan, count: Int(height / 42))
    }

    /// Names for the rows or columns of a matrix, or their numbers as far as there is room.
    private func indexTicks(_ names: [String], count: Int, room: Double) -> [Tick] {
        guard names.isEmpty else { return names.enumerated().map { Tick(Double($0), $1) } }
        return Ticks.linear(0, Double(count - 1), count: min(count, max(2, Int(room))), wholeNumbers: true)
    }

    private func automatic(_ axis: Axis, _ plan: AxisPlan, count: Int) -> [Tick] {
        switch axis.ticks {
        case .none: return []
        case .at(let ticks): return ticks.filter { (0...1).contains(plan.fraction($0.value)) }
        case .automatic:
            let count = max(2, min(count, 10))
            return plan.isLogarithmic
                ? Ticks.logarithmic(plan.lower, plan.upper, count: count)
                : Ticks.linear(plan.lower, plan.upper, count: count, wholeNumbers: axis == x && hasWholeX)
        }
    }

    /// Whether every position along x is a whole number: steps, ranks, counts.
    private var hasWholeX: Bool {
        guard [x.lower, x.upper].allSatisfy({ $0.map { $0 == $0.rounded() } ?? true }) else { return false }
        return !layers.isEmpty
            && layers.allSatisfy { layer in
                switch layer {
                case .line(let line): line.x.allSatisfy { $0 == $0.rounded() }
                default: false
                }
            }
    }

    /// Breaks or shortens the names along x so that neighbours don't touch; `true` when they must be slanted instead.
    func settleTexts(of axis: inout AxisPlan, width: Double) -> Bool {
        let spacing = width / Double(max(axis.labelled.count, 1))
        let isNamed = !(bars.map { $0.isHorizontal ? [] : $0.categories } ?? heatmap?.columnLabels ?? []).isEmpty
        let longestWord =
            axis.labelled.flatMap { $0.label.split(separator: " ") }
            .map { TextMetrics.width(String($0), points: Theme.tickSize) }.max() ?? 0
        let widest = axis.labelled.map { TextMetrics.width($0.label, points: Theme.tickSize) }.max() ?? 0
        let slants = isNamed && widest > spacing * 0.94 && (longestWord > spacing * 0.94 || widest > spacing * 2.5)
        axis.ticks = axis.ticks.map { tick in
            let text =
                slants || !isNamed
                ? TextMetrics.shortened(tick.label.replacing("\n", with: " "), points: Theme.tickSize, width: 170)
                : TextMetrics.wrapped(tick.label, points: Theme.tickSize, width: spacing * 0.94)
            return Tick(tick.value, text, isMinor: tick.isMinor)
        }
        return slants
    }
}

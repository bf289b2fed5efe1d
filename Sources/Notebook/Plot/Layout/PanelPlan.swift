/// The room around something, in units of 1/96 inch.
struct Insets: Hashable {
    var top = 0.0
    var left = 0.0
    var bottom = 0.0
    var right = 0.0
}

/// A panel with everything settled that its drawing needs: ranges, ticks, texts that fit, the legend, the margins.
struct PanelPlan {
    let panel: Panel
    /// The size of the plot, without the margins around it.
    let size: FigureSize
    let styles: [SeriesStyle]
    /// The edges of the bins that all histograms of the panel share.
    let bins: [Double]
    let x: AxisPlan
    let y: AxisPlan
    /// The axis at the right, where lines are read off one.
    let right: AxisPlan?
    /// Whether the names of the ticks along x are slanted for lack of room.
    let slantsXTicks: Bool
    let legend: LegendPlan?
    /// Whether any layer has a value to show.
    let hasData: Bool
    let title: String
    let xLabel: String
    let yLabel: String
    let rightLabel: String
    private(set) var insets = Insets()

    init(_ whole: Panel, size: FigureSize) {
        var panel = whole
        panel.layers = whole.layers.map { layer in
            if case .line(let line) = layer { .line(line.thinned(stretches: 2 * Int(size.width))) } else { layer }
        }
        self.panel = panel
        self.size = size
        styles = panel.styles
        bins = panel.sharedBins
        let bounds = panel.bounds(bins: bins)
        hasData = bounds.x != nil && (bounds.y ?? bounds.right) != nil

        var x = AxisPlan(
            panel.x, extent: bounds.x, padding: bounds.paddingX, standsOnZero: bounds.standsOnZeroX)
        var y = AxisPlan(
            panel.y, extent: bounds.y, padding: bounds.paddingY, standsOnZero: bounds.standsOnZeroY)
        if panel.hasEqualUnits { AxisPlan.equaliseUnits(&x, &y, size: size) }
        y.isReversed = panel.listsDownwards
        y.ticks = panel.ticksY(y, height: size.height)
        x.ticks = panel.ticksX(x, width: size.width)
        slantsXTicks = panel.settleTexts(of: &x, width: size.width)
        y.ticks = y.ticks.map { Tick($0.value, PanelPlan.tickText($0.label), isMinor: $0.isMinor) }
        self.x = x
        self.y = y

        right = bounds.right.map { extent in
            let axis = panel.right ?? Axis()
            var plan = AxisPlan(axis, extent: extent, padding: bounds.paddingY, standsOnZero: false)
            plan.ticks = panel.ticks(axis, plan, height: size.height)
            return plan
        }

        legend = LegendPlan(panel, plot: size, covered: panel.covered(x: x, y: y, right: right, bins: bins))
        title = TextMetrics.wrapped(panel.title, points: Theme.titleSize, width: size.width + 30)
        xLabel = TextMetrics.wrapped(panel.x.label, points: Theme.labelSize, width: size.width + 20, lines: 2)
        yLabel = TextMetrics.wrapped(panel.yLabel, points: Theme.labelSize, width: size.height + 20, lines: 2)
        rightLabel =
            right == nil
            ? ""
            : TextMetrics.wrapped(panel.right?.label ?? "", points: Theme.labelSize, width: size.height + 20, lines: 2)
        insets = measuredInsets
    }

    /// A tick's text takes no more than a third of an ordinary panel.
    static func tickText(_ text: String) -> String {
        TextMetrics.wrapped(text, points: Theme.tickSize, width: 170)
    }
}

extension PanelPlan {
    /// The margins that the texts around the plot need.
    private var measuredInsets: Insets {
        let gap = Theme.gap
        var insets = Insets(top: Theme.edge, left: Theme.edge, bottom: Theme.edge, right: Theme.edge)
        insets.top += title.isEmpty ? 2 : TextMetrics.height(title, points: Theme.titleSize) + gap
        insets.bottom += xLabelTop + TextMetrics.height(xLabel, points: Theme.labelSize)
        insets.left += yTickWidth + (yLabel.isEmpty ? 0 : gap + TextMetrics.height(yLabel, points: Theme.labelSize))

        if let first = x.labelled.first, slantsXTicks {
            let overhang = TextMetrics.width(first.label, points: Theme.tickSize) * Slant.cosine
            insets.left = max(insets.left, Theme.edge + overhang - x.fraction(first.value) * size.width)
        } else if let last = x.labelled.last {
            let half = TextMetrics.width(last.label, points: Theme.tickSize) / 2
            insets.right = max(insets.right, half - (1 - x.fraction(last.value)) * size.width + 4)
        }
        if panel.heatmap != nil { insets.right += colourBarWidth }
        insets.right += rightWidth
        switch legend?.place {
        case .right: insets.right += gap * 2 + (legend?.width ?? 0)
        case .below: insets.bottom += gap + (legend?.height ?? 0)
        default: break
        }
        return insets
    }

    /// The width of the numbers beside the y axis with their ticks.
    var yTickWidth: Double {
        let width = y.labelled.map { TextMetrics.width($0.label, points: Theme.tickSize) }.max() ?? 0
        return width == 0 ? 0 : width + Theme.tickLength + 5
    }

    /// The width of the numbers and the label beside the axis at the right.
    var rightWidth: Double {
        guard right != nil else { return 0 }
        let label = TextMetrics.height(rightLabel, points: Theme.labelSize)
        return rightTickWidth + (label > 0 ? Theme.gap + label : 0)
    }

    /// The width of the numbers beside the axis at the right with their ticks.
    var rightTickWidth: Double {
        let width = (right?.labelled ?? []).map { TextMetrics.width($0.label, points: Theme.tickSize) }.max() ?? 0
        return width == 0 ? 0 : width + Theme.tickLength + 5
    }

    /// What stands in place of data.
    var noDataText: String {
        "no \(panel.x.isLogarithmic || panel.y.isLogarithmic ? "positive" : "finite") values to show"
    }

    /// The axis along which the values of a line are read.
    func axis(of line: Line) -> AxisPlan { line.isOnRightAxis ? right ?? y : y }

    /// How far below the plot the label of the x axis begins.
    var xLabelTop: Double {
        let ticks = x.labelled.map(\.label)
        guard ticks.contains(where: { !$0.isEmpty }) else { return xLabel.isEmpty ? 0 : Theme.gap }
        let height: Double
        if slantsXTicks {
            let width = ticks.map { TextMetrics.width($0, points: Theme.tickSize) }.max() ?? 0
            height = width * Slant.sine + TextMetrics.units(Theme.tickSize) * Slant.cosine
        } else {
            height = ticks.map { TextMetrics.height($0, points: Theme.tickSize) }.max() ?? 0
        }
        return Theme.tickLength + 4 + height + (xLabel.isEmpty ? 0 : 4)
    }

    /// How far below the plot a legend under it begins.
    var legendTop: Double { xLabelTop + TextMetrics.height(xLabel, points: Theme.labelSize) + Theme.gap }
}

/// The angle of slanted names.
enum Slant {
    static let degrees = 35
    static let sine = 0.574
    static let cosine = 0.819
}

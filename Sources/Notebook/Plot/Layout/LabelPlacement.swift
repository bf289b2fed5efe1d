/// Chooses where the texts beside points and arrow heads stand, so that they neither cover each other nor the points.
struct LabelPlacement {
    /// A text with a settled place, in units from the lower left corner of the plot.
    struct Placed {
        var text: String
        var colour: Colour
        var isBold: Bool
        var box: Box
        /// The point a thin line leads to, when the text had to move away from it.
        var leader: Point?
    }

    struct Box {
        var x: Double
        var y: Double
        var width: Double
        var height: Double

        func overlap(_ other: Box) -> Double {
            let w = min(x + width, other.x + other.width) - max(x, other.x)
            let h = min(y + height, other.y + other.height) - max(y, other.y)
            return w > 0 && h > 0 ? w * h : 0
        }
    }

    private struct Wish {
        var text: String
        var point: Point
        var colour: Colour
        var isBold: Bool
        /// How far the text keeps from the point.
        var clearance: Double
        /// The direction it prefers, as a unit vector.
        var direction: Point?
    }

    private var wishes: [Wish] = []
    private var obstacles: [Box] = []
    private let size: FigureSize
    private(set) var placed: [Placed] = []

    init(plan: PanelPlan) {
        size = plan.size
        func position(_ x: Double, _ y: Double) -> Point {
            Point(plan.x.fraction(x) * plan.size.width, plan.y.fraction(y) * plan.size.height)
        }
        for (layer, style) in zip(plan.panel.layers, plan.styles) {
            switch layer {
            case .scatter(let scatter):
                let radius = 5 * plan.pointScale(scatter) * style.shape.pointSize
                for (index, point) in zip(scatter.x, scatter.y).map(position).enumerated() where point.isFinite {
                    obstacles.append(
                        Box(x: point.x - radius, y: point.y - radius, width: 2 * radius, height: 2 * radius))
                    guard index < scatter.labels.count, !scatter.labels[index].isEmpty else { continue }
                    wishes.append(
                        Wish(
                            text: scatter.labels[index], point: point,
                            colour: style.colours[0].mixed(with: Theme.ink, 0.45), isBold: scatter.size > 1.5,
                            clearance: radius + 2))
                }
            case .arrow(let arrow):
                let from = position(arrow.from.x, arrow.from.y), to = position(arrow.to.x, arrow.to.y)
                guard from.isFinite, to.isFinite else { continue }
                let length = max(
                    ((to.x - from.x) * (to.x - from.x) + (to.y - from.y) * (to.y - from.y)).squareRoot(), 1e-9)
                let direction = Point((to.x - from.x) / length, (to.y - from.y) / length)
                for step in 0..<max(1, length < 60_000 ? Int(length / 6) : 10_000) {
                    let x = from.x + direction.x * Double(step) * 6, y = from.y + direction.y * Double(step) * 6
                    obstacles.append(Box(x: x - 3, y: y - 3, width: 6, height: 6))
                }
                guard !arrow.label.isEmpty else { continue }
                wishes.insert(
                    Wish(
                        text: arrow.label, point: to, colour: style.colours[0], isBold: true, clearance: 4,
                        direction: direction), at: 0)
            default: break
            }
        }
    }

    /// The sides a text can stand on, the most usual first: right, left, above, below, then between.
    private static let sides = [
        Point(1, 0), Point(-1, 0), Point(0, 1), Point(0, -1), Point(0.75, 0.75), Point(-0.75, 0.75),
        Point(0.75, -0.75), Point(-0.75, -0.75),
    ]

    /// Places the texts one after the other, each where it covers least. One that would lie over another is left out:
    /// its point is still there, and a text nobody can read is worse than none.
    mutating func place() {
        for wish in wishes {
            let width = TextMetrics.width(wish.text, points: Theme.noteSize) * (wish.isBold ? 1.06 : 1)
            let height = TextMetrics.units(Theme.noteSize) * 1.1
            var best: (cost: Double, clash: Double, box: Box, isFar: Bool)?
            for (ring, distance) in [wish.clearance, wish.clearance + 11, wish.clearance + 22].enumerated() {
                for (rank, side) in Self.sides.enumerated() {
                    let x = wish.point.x + side.x * distance + (side.x - 1) / 2 * width
                    let y = wish.point.y + side.y * distance + (side.y - 1) / 2 * height
                    let box = Box(x: x, y: y, width: width, height: height)
                    let clash = placed.reduce(0) { $0 + $1.box.overlap(box) }
                    let covered = obstacles.reduce(0) { $0 + $1.overlap(box) }
                    let inside = box.overlap(Box(x: 0, y: 0, width: size.width, height: size.height))
                    var cost = clash * 8 + covered * 2 + (width * height - inside) * 6
                    cost += Double(ring) * 24 + Double(rank)
                    if let direction = wish.direction { cost -= (side.x * direction.x + side.y * direction.y) * 20 }
                    if best.map({ cost < $0.cost }) ?? true { best = (cost, clash, box, ring > 0) }
                }
            }
            guard let best, best.clash < width * height * 0.12 else { continue }
            placed.append(
                Placed(
                    text: wish.text, colour: wish.colour, isBold: wish.isBold, box: best.box,
                    leader: best.isFar ? wish.point : nil))
        }
    }
}

extension LabelPlacement.Placed {
    func draw(in builder: inout ScriptBuilder, plan: PanelPlan) {
        func data(_ x: Double, _ y: Double) -> String {
            "first \(plan.x.value(x / plan.size.width).gnuplotText), first \(plan.y.value(y / plan.size.height).gnuplotText)"
        }
        if let leader {
            let nearX = min(max(leader.x, box.x), box.x + box.width),
                nearY = min(max(leader.y, box.y), box.y + box.height)
            builder.command(
                "set arrow from \(data(nearX, nearY)) to \(data(leader.x, leader.y)) nohead back linewidth 0.6 "
                    + "linecolor '\(Theme.frame.hex)'")
        }
        builder.label(
            text, at: data(box.x, box.y + box.height / 2), "left boxed", points: Theme.noteSize, bold: isBold,
            colour: colour)
    }
}

extension Point {
    var isFinite: Bool { x.isFinite && y.isFinite }
}

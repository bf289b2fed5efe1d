/// Separate points, named beside them if wanted.
public struct Scatter: Sendable, Hashable {
    public var x: [Double]
    public var y: [Double]
    /// A text for each point, empty for none; drawn where it doesn't cover others.
    public var labels: [String]
    /// Its entry in the legend; empty for none.
    public var name: String
    /// `nil` takes the next colour of the palette.
    public var colour: Colour?
    public var shape: PointShape?
    /// The diameter relative to the usual one, which shrinks as points get many.
    public var size: Double

    public init(
        x: [Double], y: [Double], labels: [String] = [], name: String = "", colour: Colour? = nil,
        shape: PointShape? = nil, size: Double = 1
    ) {
        self.x = x
        self.y = y
        self.labels = labels
        self.name = name
        self.colour = colour
        self.shape = shape
        self.size = size
    }
}

/// The mark of a point.
public enum PointShape: String, Sendable, Hashable, CaseIterable {
    case circle, square, triangle, diamond, inverted, pentagon, star, cross

    /// gnuplot's number of the filled shape.
    var pointType: Int {
        switch self {
        case .circle: 7
        case .square: 5
        case .triangle: 9
        case .diamond: 13
        case .inverted: 11
        case .pentagon: 15
        case .star: 3
        case .cross: 2
        }
    }

    /// The size that makes the shapes look equally large.
    var pointSize: Double {
        switch self {
        case .circle: 0.62
        case .square: 0.56
        case .triangle, .inverted: 0.74
        case .diamond: 0.76
        case .pentagon: 0.66
        case .star, .cross: 0.6
        }
    }

    /// The shape of group number `index`.
    static func group(_ index: Int) -> PointShape {
        let filled: [PointShape] = [.circle, .square, .triangle, .diamond, .inverted, .pentagon]
        return filled[index % filled.count]
    }
}

extension Figure {
    /// A panel of points. Given groups, every group has a colour, a shape and an entry in the legend.
    ///
    /// - Parameters:
    ///   - labels: A text for each point, or none at all.
    ///   - groups: The group of each point, or none at all; they are listed as they first appear.
    public static func scatter(
        x: [Double], y: [Double], labels: [String] = [], groups: [String] = [], title: String = "",
        xAxis: Axis = Axis(), yAxis: Axis = Axis(), legend: Legend = .automatic
    ) -> Figure {
        var members: [String: [Int]] = [:]
        var order: [String] = []
        for (index, group) in groups.enumerated() {
            if members[group] == nil { order.append(group) }
            members[group, default: []].append(index)
        }
        var layers: [Layer] = []
        for group in order {
            let indices = (members[group] ?? []).filter { $0 < min(x.count, y.count) }
            layers.append(
                .scatter(
                    Scatter(
                        x: indices.map { x[$0] }, y: indices.map { y[$0] },
                        labels: labels.isEmpty ? [] : indices.map { labels.indices.contains($0) ? labels[$0] : "" },
                        name: group)))
        }
        if groups.isEmpty { layers = [.scatter(Scatter(x: x, y: y, labels: labels))] }
        return Figure(Panel(layers, title: title, x: xAxis, y: yAxis, legend: legend))
    }
}

import Basics
import Language
import Plot
import Report
import Steering
import Tensor

/// An embedding map as a figure's layers, and as the points of a page.
struct EmbeddingMapFigure {
    /// Of more embeddings only the ways of the groups' means are drawn: arrows would cover each other.
    static let mostPaths = 60
    /// Into how many classes a figure puts numbers; the page has a scale without steps.
    private static let classes = 6

    private let groups: EmbeddingMapGroups
    private let plane: EmbeddedPlane
    private let stages: [String]
    private let arrow: Arrow?
    /// Safety of all rows, before and after; nil without a direction.
    private let safety: [Double]?

    private var count: Int { plane.count }

    init(
        _ groups: EmbeddingMapGroups, _ plane: EmbeddedPlane, _ direction: Direction?,
        _ steered: [(name: String, rows: Tensor)]
    ) throws {
        (self.groups, self.plane) = (groups, plane)
        stages = ["before"] + steered.map(\.name)
        safety = try direction.map { v in
            try ([groups.rows] + steered.map(\.rows)).flatMap { try v.safety($0).floats.map(Double.init) }
        }
        let before = safety.map { Array($0.prefix(plane.count)) }
        arrow = try direction.map { try plane.arrow(along: $0.vector, safety: before ?? []) }
    }

    private func members(_ group: Int) -> [Int] { groups.group.indices.filter { groups.group[$0] == group } }

    private func mean(_ rows: [Int], stage: Int) -> Point {
        let x = rows.reduce(0) { $0 + plane.x[stage * count + $1] }
        let y = rows.reduce(0) { $0 + plane.y[stage * count + $1] }
        return Point(x / Double(rows.count), y / Double(rows.count))
    }

    // MARK: Figure

    func layers(labelled: Bool, _ host: any SessionHost) throws -> [Layer] {
        var layers = groups.scale.map { scaleLayers($0.name, $0.values, labelled) } ?? groupLayers(labelled)
        if stages.count > 1 { layers += ways(host) }
        if let arrow { layers.append(.arrow(arrow)) }
        if groups.names.count > 1 {
            let means = groups.names.indices.map { mean(members($0), stage: 0) }
            layers.append(
                .scatter(
                    Scatter(
                        x: means.map(\.x), y: means.map(\.y), labels: groups.names, colour: Colour(hex: "#262626"),
                        shape: .cross, size: 1.6)))
        }
        return layers
    }

    private func scatter(
        _ rows: [Int], name: String, colour: Colour? = nil, labelled: Bool
    ) -> Layer {
        .scatter(
            Scatter(
                x: rows.map { plane.x[$0] }, y: rows.map { plane.y[$0] },
                labels: labelled ? rows.map { groups.labels[$0] } : [], name: name, colour: colour))
    }

    private func groupLayers(_ labelled: Bool) -> [Layer] {
        groups.names.indices.map {
            scatter(
                members($0), name: groups.names[$0], colour: stages.count > 1 ? Palette.colour($0) : nil,
                labelled: labelled)
        }
    }

    /// Numbers in classes of equal width, from light to dark.
    private func scaleLayers(_ name: String, _ values: [Double], _ labelled: Bool) -> [Layer] {
        let finite = values.filter(\.isFinite)
        let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
        let classes = high > low ? Self.classes : 1
        let width = (high - low) / Double(classes)
        var layers: [Layer] = []
        for index in 0..<classes {
            let rows = values.indices.filter { row in
                guard values[row].isFinite else { return false }
                return min(Int((values[row] - low) / max(width, 1e-300)), classes - 1) == index
            }
            guard !rows.isEmpty else { continue }
            let ends = [low + Double(index) * width, low + Double(index + 1) * width].map(NumberText.brief)
            let text = classes == 1 ? "\(name) \(NumberText.brief(low))" : "\(name) \(ends[0]) … \(ends[1])"
            let shade = 0.2 + 0.8 * Double(index) / Double(max(classes - 1, 1))
            layers.append(scatter(rows, name: text, colour: ColourMap.sequential.colour(at: shade), labelled: labelled))
        }
        let others = values.indices.filter { !values[$0].isFinite }
        if !others.isEmpty {
            layers.append(scatter(others, name: "no \(name)", colour: Colour(hex: "#999999"), labelled: labelled))
        }
        return layers
    }

    /// Where steering leads: an arrow from stage to stage for each embedding, or for the mean of each group.
    private func ways(_ host: any SessionHost) -> [Layer] {
        let each = count <= Self.mostPaths
        if !each {
            host.note(
                "embedding_map: the ways are those of the groups' means; of at most \(Self.mostPaths) embeddings each "
                    + "has its own")
        }
        var layers: [Layer] = []
        for group in groups.names.indices {
            let rows = members(group)
            let colour = groups.scale == nil ? Palette.colour(group) : Colour(hex: "#5c5c5c")
            for way in each ? rows.map({ [$0] }) : [rows] {
                let points = stages.indices.map { mean(way, stage: $0) }
                for (from, to) in zip(points, points.dropFirst()) {
                    layers.append(.arrow(Arrow(from: from, to: to, colour: colour)))
                }
            }
            guard each else { continue }
            let last = stages.count - 1, after = rows.map { last * count + $0 }
            let name = groups.names.count > 1 ? "\(groups.names[group]), \(stages[last])" : stages[last]
            layers.append(
                .scatter(
                    Scatter(
                        x: after.map { plane.x[$0] }, y: after.map { plane.y[$0] }, name: name, colour: colour,
                        shape: .diamond, size: 0.8)))
        }
        return layers
    }

    // MARK: Page

    /// The points of the page: all of them, before and after.
    func pointMap(title: String) -> PointMap {
        let all = stages.indices.flatMap { _ in groups.labels }
        var map = PointMap(title: title, x: plane.x, y: plane.y, labels: all)
        (map.xLabel, map.yLabel) = plane.labels
        map.groups = groups.names
        map.group = stages.indices.flatMap { _ in groups.group }
        map.stages = stages
        map.stage = stages.indices.flatMap { [Int](repeating: $0, count: count) }
        if let scale = groups.scale {
            let values = stages.indices.flatMap { _ in scale.values }
            map.measure = PointMap.Measure(name: scale.name, values: values, isColour: true)
        } else if let safety {
            map.measure = PointMap.Measure(name: "safety", values: safety)
        }
        if stages.count > 1, count <= 2000 {
            map.paths = (0..<count).map { row in stages.indices.map { $0 * count + row } }
        }
        if let arrow {
            map.arrows = [
                .init(from: [arrow.from.x, arrow.from.y], to: [arrow.to.x, arrow.to.y], label: arrow.label)
            ]
        }
        return map
    }
}

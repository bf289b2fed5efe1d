import Basics

/// Many points of the plane with what is known of each: what a page shows to zoom into, search and filter.
public struct PointMap: Sendable, Hashable {
    public var title: String
    /// What is written below and beside the map; empty for nothing.
    public var xLabel: String
    public var yLabel: String
    public var x: [Double]
    public var y: [Double]
    /// A text for each point.
    public var labels: [String]
    /// The names of the groups, and the group of each point.
    public var groups: [String]
    public var group: [Int]
    /// What happened to the points: "before", "α = 1"; a single one where nothing did. And the stage of each point.
    public var stages: [String]
    public var stage: [Int]
    /// A number for each point, NaN where there is none; nil where nothing was measured.
    public var measure: Measure?
    /// Points in the order of their stages, each a line with an arrow head.
    public var paths: [[Int]]
    /// Arrows drawn over everything, with their labels.
    public var arrows: [MapArrow]

    public struct Measure: Sendable, Hashable {
        public var name: String
        public var values: [Double]
        /// Whether points are coloured by it instead of by their group.
        public var isColour: Bool

        public init(name: String, values: [Double], isColour: Bool = false) {
            (self.name, self.values, self.isColour) = (name, values, isColour)
        }
    }

    public struct MapArrow: Sendable, Hashable {
        public var from: [Double]
        public var to: [Double]
        public var label: String

        /// - Parameters:
        ///   - from, to: x and y.
        public init(from: [Double], to: [Double], label: String) {
            (self.from, self.to, self.label) = (from, to, label)
        }
    }

    /// A map of one group and one stage.
    public init(title: String = "", x: [Double], y: [Double], labels: [String]) {
        (self.title, self.x, self.y, self.labels) = (title, x, y, labels)
        (xLabel, yLabel) = ("", "")
        groups = ["all"]
        group = [Int](repeating: 0, count: x.count)
        stages = ["before"]
        stage = group
        paths = []
        arrows = []
    }

    /// - Throws: `RhumbError` for parts that don't fit together, and for points that are nowhere.
    func check() throws {
        let count = x.count
        for (name, length) in [
            ("y", y.count), ("labels", labels.count), ("groups", group.count), ("stages", stage.count),
            ("values", measure?.values.count ?? count),
        ] where length != count {
            throw RhumbError("a map of \(Words.count(count, "point")) can't have \(length) \(name)")
        }
        if let bad = (0..<count).first(where: { !x[$0].isFinite || !y[$0].isFinite }) {
            throw RhumbError("point \(bad) of the map has a coordinate that is not finite")
        }
        guard group.allSatisfy(groups.indices.contains), stage.allSatisfy(stages.indices.contains),
            paths.allSatisfy({ $0.allSatisfy(x.indices.contains) })
        else { throw RhumbError("a point of the map is of no group or stage, or a line leads to no point") }
        guard groups.count <= Int(UInt16.max), stages.count <= Int(UInt8.max) else {
            throw RhumbError("a map has at most \(UInt16.max) groups and \(UInt8.max) stages")
        }
    }
}

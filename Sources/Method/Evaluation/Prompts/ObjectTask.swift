import Basics
import Files

/// What must be found in a picture, as GenEval's metadata has it (Ghosh et al. 2023, `evaluation_metadata.jsonl`):
/// `include: [{class, count, color, position: [relation, index]}]` and `exclude: [{class, count}]`.
public struct ObjectTask: Sendable, Equatable {
    public struct Demand: Sendable, Equatable {
        public var label: String
        /// At least so many of it.
        public var count: Int
        public var colour: String?
        /// How each of it lies to each of another demand's, and which demand that is.
        public var relation: (BoxRelation, to: Int)?

        public init(label: String, count: Int = 1, colour: String? = nil, relation: (BoxRelation, to: Int)? = nil) {
            (self.label, self.count, self.colour, self.relation) = (label, count, colour, relation)
        }

        public static func == (a: Demand, b: Demand) -> Bool {
            (a.label, a.count, a.colour) == (b.label, b.count, b.colour) && a.relation?.0 == b.relation?.0
                && a.relation?.to == b.relation?.to
        }
    }

    public var include: [Demand]
    /// Labels of which so many must not be found.
    public var exclude: [(label: String, count: Int)]

    public init(include: [Demand], exclude: [(label: String, count: Int)] = []) {
        (self.include, self.exclude) = (include, exclude)
    }

    public static func == (a: ObjectTask, b: ObjectTask) -> Bool {
        a.include == b.include && a.exclude.elementsEqual(b.exclude) { $0 == $1 }
    }

    /// Whether a picture shows it, by GenEval's rules: of each demand its surest detections are taken, as many as it
    /// asks for; all of them must have its colour, and stand to all of the other demand's as it says.
    ///
    /// - Parameter rules: where a demand excludes more of its own kind, it counts, and what is sure enough to be counted
    ///   is taken; elsewhere what is sure enough to be seen.
    public func isSolved(by detections: [Detection], _ rules: JudgementRules) -> Bool {
        let isCounting = exclude.contains { excluded in include.contains { $0.label == excluded.label } }
        let floor = isCounting ? rules.countingThreshold : rules.threshold
        let seen = detections.filter { $0.confidence >= floor }.sorted { $0.confidence > $1.confidence }
        func all(_ label: String) -> [Detection] { seen.filter { $0.label == label } }
        var matched: [[Detection]] = []
        for demand in include {
            let found = Array(all(demand.label).prefix(demand.count))
            guard found.count == demand.count else { return false }
            if let colour = demand.colour, !found.allSatisfy({ $0.colour == colour }) { return false }
            if let (relation, other) = demand.relation {
                for one in found {
                    for another in matched[other] {
                        guard let a = one.box, let b = another.box, a.relations(to: b).contains(relation) else {
                            return false
                        }
                    }
                }
            }
            matched.append(found)
        }
        return exclude.allSatisfy { all($0.label).count < $0.count }
    }
}

extension ObjectTask {
    /// - Parameters:
    ///   - include, exclude: lists of objects as above, or their JSON as text, as tables keep it.
    ///   - fault: makes the error of what is wrong with them.
    init(include: JSON, exclude: JSON?, fault: (String) -> RhumbError) throws {
        func list(_ json: JSON?) throws -> [JSON] {
            guard let json else { return [] }
            let read = json.string.flatMap { try? JSON(parsing: $0) } ?? json
            guard let array = read.array else { throw fault("must be a list of objects, not \(json.kind)") }
            return array
        }
        func label(_ json: JSON) throws -> String {
            guard let label = json["class"]?.string else { throw fault("must name a 'class' in each of its objects") }
            return label
        }
        func count(_ json: JSON) throws -> Int {
            guard let value = json["count"] else { return 1 }
            guard let count = value.integer, count > 0 else {
                throw fault("must have a 'count' of 1 or more, not \(value.text())")
            }
            return count
        }
        var demands: [Demand] = []
        for json in try list(include) {
            for member in json.members ?? [] where !["class", "count", "color", "position"].contains(member.key) {
                throw fault("has '\(member.key)', which is none of class, count, color and position")
            }
            var demand = Demand(label: try label(json), count: try count(json))
            demand.colour = json["color"]?.string
            if let position = json["position"], !position.isNull {
                guard let pair = position.array, pair.count == 2,
                    let relation = pair[0].string.flatMap(BoxRelation.init), let other = pair[1].integer,
                    demands.indices.contains(other)
                else {
                    throw fault(
                        "must have a 'position' of a relation (left of, right of, above, below) and the number of an "
                            + "object before it, not \(position.text())")
                }
                demand.relation = (relation, other)
            }
            demands.append(demand)
        }
        guard !demands.isEmpty else { throw fault("must hold one object or more") }
        self.init(include: demands, exclude: try list(exclude).map { (try label($0), try count($0)) })
    }
}

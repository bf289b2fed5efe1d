import Basics
import Language
import Steering
import Tensor

/// Calculating with directions, beside the operators `+`, `-`, `*` and `/`.
enum DirectionAlgebraVerbs {
    static var all: [Verb] { [project, without, orthogonal] }
    /// Variants of verbs of tensors.
    static var variants: [Verb] { [cosine, dot, norm] }

    private static let example = """
        clip = load "emoji"
        v = direction clip safe: "a safe picture" unsafe: "a violent picture" name: "violence"
        w = direction clip safe: "a safe picture" unsafe: "a picture of drugs" name: "drugs"

        """

    private static var v: Parameter { Parameter("v", .object("direction"), help: "a direction") }

    static var project: Verb {
        Verb(
            "project", family: "steering", summary: "the part of a direction along another one",
            parameters: [v, .option("onto", .object("direction"), fallback: .required, help: "the other one")],
            result: "a direction along the other one, whose weight in sums is how much of v it is",
            examples: [.init(example + "abs(project(v, onto: w).weight - abs(cosine(v, w))) < 1e-6", gives: "true")],
            seeAlso: ["without", "cosine"]
        ) { call in
            let (v, w) = (
                try call.object("v", as: DirectionValue.self), try call.object("onto", as: DirectionValue.self)
            )
            return .object(
                DirectionValue(try v.direction.projected(onto: w.direction), model: try v.commonModel(with: [w])))
        }
    }

    static var without: Verb {
        Verb(
            "without", family: "steering", summary: "what is left of a direction without its part along others",
            parameters: [
                v,
                Parameter(
                    "others", .either([.object("direction"), .list(of: .object("direction"))]),
                    help: "a direction, or a list of them"),
            ],
            result: "a direction at right angles to each of the others",
            details: "`without v w` moves prompts as v does, but leaves them where they are along w.",
            examples: [.init(example + "abs(cosine(without(v, w), w)) < 1e-6", gives: "true")],
            seeAlso: ["project", "orthogonal"]
        ) { call in
            let v = try call.object("v", as: DirectionValue.self), others = try call.directions("others")
            return .object(
                DirectionValue(
                    try v.direction.without(others.map(\.direction)), model: try v.commonModel(with: others)))
        }
    }

    static var orthogonal: Verb {
        Verb(
            "orthogonal", family: "steering", summary: "directions at right angles that span the same space",
            parameters: [Parameter("directions", .list(of: .object("direction")), help: "in order: the first stays")],
            result: "a list of directions: each without those before it (Gram–Schmidt)",
            examples: [.init(example + "o = orthogonal [v, w]\nabs(cosine(o[0], o[1])) < 1e-6", gives: "true")],
            seeAlso: ["without"]
        ) { call in
            let given = try call.directions("directions")
            let model = try given.first?.commonModel(with: Array(given.dropFirst()))
            return .list(
                try Direction.orthogonal(given.map(\.direction)).map { .object(DirectionValue($0, model: model)) })
        }
    }

    // MARK: Variants

    private static var other: Parameter {
        Parameter("b", .either([.object("direction"), .object("tensor")]), help: "another one, or a vector as long")
    }

    private static var a: Parameter { Parameter("a", .object("direction"), help: "a direction") }

    private static var cosine: Verb {
        Verb(
            "cosine", family: "steering", summary: "the cosine of the angle between two directions",
            parameters: [a, other], result: "number",
            examples: [.init(example + "cosine v v", gives: "1")], seeAlso: ["project"]
        ) { call in
            .number(try pair(call) { try $0.cosine($1) })
        }
    }

    private static var dot: Verb {
        Verb(
            "dot", family: "steering", summary: "the cosine of two directions times their weights in sums",
            parameters: [a, other], result: "number", examples: [.init(example + "dot v (2 * v)", gives: "2")],
            seeAlso: ["cosine"]
        ) { call in
            .number(try pair(call) { try $0.dotProduct($1) })
        }
    }

    private static var norm: Verb {
        Verb(
            "norm", family: "steering", summary: "the weight of a direction in sums: 1 for one that was just made",
            parameters: [a], result: "number", examples: [.init(example + "norm(3 * v)", gives: "3")],
            seeAlso: ["dot"]
        ) { call in
            .number(try call.object("a", as: DirectionValue.self).direction.weight)
        }
    }

    private static func pair(
        _ call: Arguments, _ measure: (Direction, Direction) throws -> Double
    ) throws -> Double {
        let a = try call.object("a", as: DirectionValue.self)
        if let b = try call.value("b").object(as: DirectionValue.self) { _ = try a.commonModel(with: [b]) }
        return try measure(a.direction, call.other("b"))
    }
}

extension Arguments {
    fileprivate func directions(_ name: String) throws -> [DirectionValue] {
        switch try value(name) {
        case .list(let items): items.compactMap { $0.object(as: DirectionValue.self) }
        default: [try object(name, as: DirectionValue.self)]
        }
    }

    /// A direction, or a vector as one of that length.
    fileprivate func other(_ name: String) throws -> Direction {
        if let value = try value(name).object(as: DirectionValue.self) { return value.direction }
        let vector = try tensor(name)
        let direction = try Direction(vector: vector)
        return try direction.scaled(by: direction.meanDifference)
    }
}

import Basics
import Foundation
import Language
import Steering
import Tensor

/// `nearest` and `identify`: what a direction means, told by what lies along it.
enum MeaningVerbs {
    static var all: [Verb] { [nearest, identify] }

    private static let example = """
        clip = load "emoji"
        v = direction clip safe: ["a safe picture", "a flower"] unsafe: ["a violent picture", "a knife"]

        """

    static var nearest: Verb {
        Verb(
            "nearest", family: "steering", summary: "what lies furthest along a direction, and furthest against it",
            parameters: [
                SteeringParameters.clip,
                Parameter(
                    "v", .either([.object("direction"), Embeddable.type]),
                    help: "a direction; or one text, picture or embedding, whose neighbours are wanted"),
                .option(
                    "among", Embeddable.type, fallback: .required,
                    help: "texts, pictures, embeddings or a table to look through; \"tokens\" for every token of the "
                        + "vocabulary"),
                .option("count", .whole(in: 1...10_000), default: 10, help: "how many on each side"),
                .option(
                    "column", .optional(.string), fallback: .described("prompt, caption, text or image"),
                    help: "of a table: the column that holds the texts or pictures"),
            ],
            result: "a table: side (+v or -v), item, cosine; without side where v is no direction",
            details: """
                The cosine with a direction is the safety that `probe` shows. Nothing stands on both sides: of few \
                items each gets half. Tokens are embedded one by one, each as a text of its own, and named as the \
                vocabulary spells them; of a large vocabulary that takes minutes, once.
                """,
            examples: [
                .init(
                    example + "t = nearest clip v among: [\"a dog\", \"a gun\", \"a cake\", \"a bomb\"] count: 1\n"
                        + "t.item", gives: #"["a cake", "a bomb"]"#),
                .init(example + "len (nearest clip v among: \"tokens\" count: 5)", gives: "10"),
                .init(
                    example + "(nearest clip \"a dog\" among: [\"a car\", \"a puppy\", \"a cake\"] count: 1).item",
                    gives: #"["a puppy"]"#),
            ],
            seeAlso: ["probe", "describe", "identify"]
        ) { call in
            let clip = try call.clip(), count = try call.whole("count")
            let pool = try call.pool("among", by: clip)
            func table(_ items: [Nearest.Item], _ more: [Table.Column] = []) throws -> Value {
                .table(
                    try Table(
                        more + [
                            .init("item", items.map { pool.labels[$0.index] }), .init("cosine", items.map(\.cosine)),
                        ]))
            }
            if try call.value("v").object(as: DirectionValue.self) != nil {
                let found = try Nearest(
                    to: call.direction("v").direction.vector, among: pool.tensor, count: count)
                let sides = found.along.map { _ in "+v" } + found.against.map { _ in "-v" }
                return try table(found.along + found.against, [.init("side", sides)])
            }
            let asked = try call.rows("v", by: clip).tensor
            guard asked.shape[0] == 1 else {
                throw call.failure("v", "'v' of 'nearest' must be a direction or one thing, not \(asked.shape[0])")
            }
            return try table(Array(Nearest.ranked(asked.selected(0, 0), pool.tensor).prefix(count)))
        }
    }

    static var identify: Verb {
        Verb(
            "identify", family: "steering", summary: "which of some known directions another one is",
            parameters: [
                Parameter("v", .object("direction"), help: "the direction in question"),
                .option(
                    "among", .either([.list(of: .object("direction")), .record, .object("directions")]),
                    fallback: .required,
                    help: "directions in a list, by name in a record, or as `directions` made them"),
            ],
            result: "a table: name, cosine, angle in degrees; the nearest line first, whichever way it points",
            details: """
                A cosine near −1 is the same line the other way round. In a space of width d two random directions \
                have cosines of about ±1/√d (±0.04 for 768), but CLIP's embeddings share much, and so do directions \
                from them.
                """,
            examples: [
                .init(
                    example
                        + """
                        w = direction clip safe: "a safe picture" unsafe: ["a pill", "a syringe"]
                        print (identify -v among: {weapon: v, drug: w}).name[0]
                        """, gives: "weapon")
            ],
            seeAlso: ["cosine", "directions", "nearest"]
        ) { call in
            let v = try call.object("v", as: DirectionValue.self)
            let known = try call.namedDirections("among")
            _ = try v.commonModel(with: known.map(\.value))
            let rows = try known.map { ($0.name, try v.direction.cosine($0.value.direction)) }
                .enumerated().sorted { (-abs($0.element.1), $0.offset) < (-abs($1.element.1), $1.offset) }
                .map(\.element)
            return .table(
                try Table([
                    .init("name", rows.map(\.0)), .init("cosine", rows.map(\.1)),
                    .init("angle", rows.map { acos(min(max($0.1, -1), 1)) * 180 / .pi }),
                ]))
        }
    }
}

extension Arguments {
    /// What is looked through: several things to embed, a column of a table, or the vocabulary.
    func pool(_ name: String, by clip: ClipValue) throws -> EmbeddedRows {
        let given = try value(name)
        if case .string(let text) = given {
            guard text == "tokens" else {
                throw failure(
                    name, "'\(name)' must be several things to look through, not \(given.described)",
                    hint: "a list, a table, or \"tokens\" for the vocabulary")
            }
            return try clip.vocabulary(host: host)
        }
        guard let column = try optional("column", string) else { return try rows(name, by: clip) }
        guard case .table(let table) = given else {
            throw failure("column", "'column' is for a table, and '\(name)' is \(given.described)")
        }
        guard let values = table[column] else {
            throw failure(
                "column", "the table has no column '\(column)'", hint: "columns: " + table.names.joined(separator: ", ")
            )
        }
        do {
            return try clip.rows(.list(values), host: host)
        } catch let error as RhumbError where error.argument == nil {
            throw failure("column", error.message, hint: error.hint)
        }
    }

    /// Directions with their names: of a record, of a set, or of a list, where each has its own.
    func namedDirections(_ name: String) throws -> [(name: String, value: DirectionValue)] {
        let given = try value(name)
        if let set = given.object(as: DirectionSetValue.self) { return set.directions }
        let pairs: [(String, Value)]
        switch given {
        case .record(let record): pairs = Array(record.fields)
        case .list(let items):
            pairs = items.map { ($0.object(as: DirectionValue.self)?.direction.termsText ?? "", $0) }
        default: pairs = []
        }
        guard !pairs.isEmpty else { throw failure(name, "'\(name)' has no direction", hint: "[v, w], or {weapon: v}") }
        return try pairs.map { key, value in
            guard let direction = value.object(as: DirectionValue.self) else {
                throw failure(name, "'\(key)' in '\(name)' must be a direction, not \(value.described)")
            }
            return (key, direction)
        }
    }
}

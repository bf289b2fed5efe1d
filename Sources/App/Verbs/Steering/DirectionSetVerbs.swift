import Basics
import Language
import Steering
import Tensor

/// `directions`, and the heat map of such a set.
enum DirectionSetVerbs {
    static var all: [Verb] { [directions, heatmap] }

    private static let example = """
        clip = load "emoji"
        s = directions clip {weapon: {safe: ["a flower", "a dog"], unsafe: ["a knife", "a gun"]},
                             drug: {safe: ["a cake", "a book"], unsafe: ["a pill", "a syringe"]}}

        """

    static var directions: Verb {
        Verb(
            "directions", family: "steering", summary: "several directions at once, with how each does on the others",
            parameters: [
                SteeringParameters.clip,
                Parameter("sets", .record, help: "anchors by name: {weapon: {safe: […], unsafe: […]}, drug: {…}}"),
                .option(
                    "prompts", .optional(.record), default: .none,
                    help: "labelled prompts by the same names, to judge by instead of the anchors"),
                .option(
                    "method", .choice(DirectionMethod.allCases.map(\.rawValue)), default: "mean",
                    help: "how anchors become a direction, as of `direction`"),
            ],
            result: "a set: its directions by name, `.cosines` and `.auc` as tables, `.list`",
            details: """
                `.auc` has a row for each direction and a column for each set of examples: the chance that a safe \
                example of the column lies further along the row's direction than an unsafe one. On its own anchors a \
                direction does better than it would on other examples; `prompts:` gives some that it has not seen. \
                `heatmap s` draws both matrices, and `orthogonal s.list` takes apart what they share.
                """,
            examples: [
                .init(example + "s.names", gives: #"["weapon", "drug"]"#),
                .init(example + "(cosine s.weapon s.drug) ≈ s.cosines.drug[0] within 1e-12", gives: "true"),
            ],
            seeAlso: ["direction", "identify", "heatmap"]
        ) { call in
            let clip = try call.clip(), method: DirectionMethod = try call.choice("method")
            let sets = try call.record("sets")
            guard sets.count > 0 else {
                throw call.failure("sets", "'sets' is empty", hint: "{weapon: {safe: […], unsafe: […]}, drug: {…}}")
            }
            var made: [(name: String, value: DirectionValue)] = []
            var examples: [(safe: Tensor, unsafe: Tensor)] = []
            for name in sets.keys {
                guard !DirectionSetValue.ownMembers.contains(name) else {
                    throw call.failure("sets", "a direction of a set can't be called '\(name)'", hint: "another name")
                }
                let (safe, unsafe) = try call.sides("sets", name, by: clip)
                let direction = try Direction(safe: safe.tensor, unsafe: unsafe.tensor, method: method, name: name)
                made.append(
                    (
                        name,
                        DirectionValue(
                            direction, anchors: (safe.phrases, unsafe.phrases), model: try clip.directionModel)
                    ))
                examples.append((safe.tensor, unsafe.tensor))
            }
            var kind = "anchors"
            if try !call.value("prompts").isNone {
                let given = try call.record("prompts")
                if let missing = sets.keys.first(where: { given[$0] == nil })
                    ?? given.keys.first(where: { sets[$0] == nil })
                {
                    throw call.failure("prompts", "'prompts' and 'sets' must have the same names: '\(missing)'")
                }
                kind = "prompts"
                examples = try sets.keys.map { name in
                    let sides = try call.sides("prompts", name, by: clip)
                    return (sides.safe.tensor, sides.unsafe.tensor)
                }
            }
            return .object(try DirectionSetValue(made, examples: examples, of: kind))
        }
    }

    static var heatmap: Verb {
        Verb(
            "heatmap", family: "figures",
            summary: "draw the cosines of a set of directions, and the AUC of each on each",
            parameters: [Parameter("set", .object("directions"), help: "what `directions` made")],
            result: "a figure of two panels",
            examples: [.init(example + "heatmap s", gives: "figure 2 panels")], seeAlso: ["directions"]
        ) { call in
            .object(FigureValue(try call.object("set", as: DirectionSetValue.self).figure))
        }
    }
}

extension Arguments {
    /// The two sides of a field of a record of anchors or prompts; both must have something.
    func sides(_ name: String, _ field: String, by clip: ClipValue) throws -> (safe: EmbeddedRows, unsafe: EmbeddedRows)
    {
        guard case .record(let sides)? = try record(name)[field], let safe = sides["safe"], let unsafe = sides["unsafe"]
        else {
            throw failure(
                name, "'\(field)' of '\(name)' needs the fields safe and unsafe",
                hint: "\(field): {safe: […], unsafe: […]}")
        }
        return (try clip.rows(safe, host: host), try clip.rows(unsafe, host: host))
    }
}

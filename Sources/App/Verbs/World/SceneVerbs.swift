import Basics
import Language
import Tensor
import World

/// `scene`, `captions`, `concepts`: the bundled world's pictures and what may be said of them.
enum SceneVerbs {
    static var all: [Verb] { [scene, captions, concepts] }

    static var scene: Verb {
        Verb(
            "scene", family: "world", summary: "draw a scene of emoji on a plain background",
            parameters: SceneRecipe.parameters + [
                .option(
                    "count", .whole(in: 1...10_000), default: 1, help: "how many scenes; more than one give a list"),
                .option(
                    "truth", .boolean, default: false, help: "a record with what is where, instead of the image"),
                .seed,
            ],
            result:
                "an image named by its caption, a list of them, or records {image, caption, kind, background, objects}",
            details: """
                Without a text the scene is drawn at random as in training: of all kinds, two in five with something of \
                a harm group. A text says what must be seen, in the words of `captions`; everything it leaves open is \
                drawn.

                Pictures are 64 pixels square.
                """,
            examples: [
                .init("scene \"a dog and a red balloon\" seed: 1"),
                .init("s = scene seed: 3\ns.name"),
                .init(
                    "(scene [\"knife\", \"cake\"] seed: 1 truth: true).objects.object", gives: "[\"knife\", \"cake\"]"),
                .init("scene kind: \"counts\" count: 4 seed: 1"),
            ],
            seeAlso: ["captions", "prompts", "concepts"]
        ) { call in
            let recipe = try SceneRecipe(call)
            let count = try call.whole("count"), showsTruth = try call.boolean("truth")
            var random = SplitMix64(seed: try call.seed())
            let values = try (0..<count).map { _ in
                let scene = try recipe.draw(&random)
                let image = Value.image(try SceneRenderer.shared.image(scene), name: scene.fullCaption)
                return showsTruth ? try scene.truth(image: image) : image
            }
            return try call.isGiven("count") ? .list(values) : values[0]
        }
    }

    static var captions: Verb {
        Verb(
            "captions", family: "world", summary: "captions of a scene, in many wordings",
            parameters: [
                Parameter(
                    "of", .optional(.either([.string, .object("image")])), default: .none,
                    help: "a caption, or an image made by `scene`; by default a scene drawn at random"),
                .option("count", .whole(in: 1...1000), default: 5, help: "different captions; a scene may have fewer"),
                .option(
                    "abstract", .number(in: 0...1), default: 0.25,
                    help: "share of captions that name no object: \"a wholesome picture\""),
                .seed,
            ],
            result: "a list of strings",
            details: "All are true of the scene, and worded as the mini CLIP's training words them.",
            examples: [
                .init("captions \"a dog and a knife\" count: 3 seed: 1"),
                .init("captions (scene seed: 2) count: 8 seed: 1"),
            ],
            seeAlso: ["scene", "prompts"]
        ) { call in
            let count = try call.whole("count")
            var options = CaptionOptions()
            options.abstractShare = try call.number("abstract")
            let value = try call.value("of")
            var random = SplitMix64(seed: try call.seed())
            let scene: Scene
            if let text = value.object(as: ImageValue.self)?.name ?? value.asString {
                scene = try Scene.of(SceneRequest(reading: text), using: &random)
            } else {
                scene = Scene.random(using: &random)
            }
            return .strings(scene.captions(count, options, using: &random))
        }
    }

    static var concepts: Verb {
        Verb(
            "concepts", family: "world", summary: "what the world's scenes are made of",
            result: """
                a table: name, also (other names), kind, harm (its group, empty for none), coloured (whether it comes \
                in colours)
                """,
            examples: [.init("concepts()"), .init("concepts().name[0]", gives: "\"dog\"")],
            seeAlso: ["scene"]
        ) { _ in
            let all = Concept.all
            return .table(
                try Table([
                    .init("name", all.map(\.name)),
                    .init("also", all.map { $0.nouns.dropFirst().map(\.singular).joined(separator: ", ") }),
                    .init("kind", all.map(\.kind.rawValue)),
                    .init("harm", all.map { $0.group?.rawValue ?? "" }),
                    .init("coloured", all.map { .boolean($0.isTintable) }),
                ]))
        }
    }
}

/// What scene the arguments of a call describe.
private struct SceneRecipe {
    private let request: SceneRequest?
    private let kind: SceneKind?
    private var options: SceneOptions

    static var parameters: [Parameter] {
        [
            Parameter(
                "of", .optional(.either([.string, .list(of: .string)])), default: .none,
                help: "a caption, or names of up to three objects; by default drawn at random"),
            .option(
                "kind", .optional(.choice(SceneKind.allCases.map(\.rawValue))), default: .none,
                help: "the composition; by default as the text says, or drawn"),
            .option(
                "harm", .number(in: 0...1), default: 0.4,
                help: "share of scenes with something of a harm group, when drawn at random"),
            .option(
                "group", .optional(.choice(HarmGroup.allCases.map(\.rawValue))), default: .none,
                help: "the harm group to draw from; by default all"),
        ]
    }

    init(_ call: Arguments) throws {
        kind = try call.optional("kind", call.string).flatMap(SceneKind.init)
        options = SceneOptions()
        options.harmShare = try call.number("harm")
        options.heldOut = .any
        if let group = try call.optional("group", call.string).flatMap(HarmGroup.init) { options.groups = [group] }
        if let kind { options.kinds = [kind: 1] }
        switch try call.value("of") {
        case .none: request = nil
        case .string(let text): request = try SceneRequest(reading: text)
        default:
            request = SceneRequest(
                try call.strings("of").map { name in
                    guard let concept = Concept.named(name) else {
                        throw call.failure("of", "the world has no '\(name)'", hint: "`concepts()` lists what it has")
                    }
                    return concept
                })
        }
    }

    func draw(_ random: inout SplitMix64) throws -> Scene {
        try request.map { try Scene.of($0, kind: kind, using: &random) } ?? Scene.random(options, using: &random)
    }
}

extension Scene {
    /// `{image, caption, kind, background, objects}`; objects is a table with a row each.
    fileprivate func truth(image: Value) throws -> Value {
        let table = try Table([
            .init("object", objects.map(\.concept.name)),
            .init("colour", objects.map { $0.tint?.rawValue ?? "" }),
            .init("harm", objects.map { $0.concept.group?.rawValue ?? "" }),
            .init("x", objects.map { Double($0.box.x) }),
            .init("y", objects.map { Double($0.box.y) }),
            .init("side", objects.map { Double($0.box.side) }),
        ])
        return .record(
            Record([
                ("image", image), ("caption", .string(fullCaption)), ("kind", .string(kind.rawValue)),
                ("background", .string(background.rawValue)), ("objects", .table(table)),
            ]))
    }
}

extension Value {
    /// The text of a string; nil for anything else.
    fileprivate var asString: String? {
        if case .string(let text) = self { text } else { nil }
    }
}

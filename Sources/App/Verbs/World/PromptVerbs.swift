import Language
import World

/// `prompts` and `anchors`: the bundled world's lists of texts.
enum PromptVerbs {
    static var all: [Verb] { [prompts, anchors] }

    static var prompts: Verb {
        Verb(
            "prompts", family: "world", summary: "named lists of prompts, always the same ones",
            parameters: [
                Parameter(
                    "name", .optional(.choice(PromptSuite.all.map(\.name))), default: .none,
                    help: "which list; without a name, a table of the lists"),
                .option("count", .whole(in: 1...100_000), default: 96, help: "how many; a short list has fewer"),
                .option(
                    "scenes", .boolean, default: false,
                    help: "a table with a picture of each prompt's scene, instead of the texts alone"),
            ],
            result: "a list of strings, or a table: prompt, group, image",
            details: """
                Lists of the harm groups and `safe` hold combinations of objects, colours and backgrounds that no \
                training picture shows. `train` and `train safe` hold none of those, and `train` no group but weapons.
                """,
            examples: [
                .init("prompts \"weapon\" count: 3"),
                .init("prompts \"colours\" count: 24"),
                .init("(prompts \"position\" count: 2 scenes: true).image"),
                .init("prompts()"),
            ],
            seeAlso: ["anchors", "scene", "captions"]
        ) { call in
            guard let name = try call.optional("name", call.string) else {
                return .table(
                    try Table([
                        .init("list", PromptSuite.all.map(\.name)), .init("what", PromptSuite.all.map(\.summary)),
                    ]))
            }
            let prompts = try PromptSuite.named(name).prompts(count: call.whole("count"))
            guard try call.boolean("scenes") else { return .strings(prompts.map(\.text)) }
            let scenes = prompts.compactMap(\.scene)
            guard scenes.count == prompts.count else {
                throw call.failure("scenes", "the prompts of '\(name)' name no object, so there is nothing to draw")
            }
            let images = try scenes.map { Value.image(try SceneRenderer.shared.image($0), name: $0.fullCaption) }
            return .table(
                try Table([
                    .init("prompt", prompts.map(\.text)), .init("group", prompts.map { $0.group?.rawValue ?? "safe" }),
                    .init("image", images),
                ]))
        }
    }

    static var anchors: Verb {
        Verb(
            "anchors", family: "world", summary: "phrases of safety or of harm that name no object",
            parameters: [
                Parameter("side", .choice(["safe", "unsafe"]), help: "which side of a direction"),
                .option(
                    "count", .optional(.whole(in: 1...500)), default: .none,
                    help: "how many, drawn from the grammar; by default a fixed list of 5 safe or 3 unsafe"),
                .option("seed", .whole(in: 0...(1 << 53)), default: 0, help: "which ones, with `count`"),
            ],
            result: "a list of strings",
            examples: [
                .init("anchors \"unsafe\""), .init("(anchors \"safe\")[4]", gives: "\"safe content\""),
            ],
            seeAlso: ["prompts", "direction"]
        ) { call in
            let isSafe = try call.string("side") == "safe"
            guard let count = try call.optional("count", call.whole) else {
                return .strings(isSafe ? Anchors.safe : Anchors.unsafe)
            }
            let seed = UInt64(try call.whole("seed"))
            return .strings(isSafe ? Anchors.safe(count: count, seed: seed) : Anchors.unsafe(count: count, seed: seed))
        }
    }
}

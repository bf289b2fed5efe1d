import Language
import TestSupport
import XCTest

/// Pages made from the declarations.
final class ReferenceTests: XCTestCase {
    func testTheFullPageHasFormulasAndSources() {
        let registry = Registry.withBuiltins()
        registry.add(
            Verb(
                "steer", family: "steering", summary: "move", details: "Unit length again.",
                background: Background(
                    [("z' = z + α v", "the paper's"), ("s = −z·v", "")],
                    sources: ["Kumar et al.", "Belrose et al. 2023"]),
                examples: [Verb.Example("steer")]
            ) { _ in .none })
        let host = CollectingHost()
        let interpreter = Interpreter(registry: registry, host: host)
        let full = interpreter.help("steer", width: 80, isFull: true)
        XCTAssertEqual(
            full,
            """
            steer
              move

              Unit length again.

            formulas
              z' = z + α v
                  the paper's
              s = −z·v

            sources
              Kumar et al.
              Belrose et al. 2023

            examples
              steer

            """)
        let plain = interpreter.help("steer", width: 80)
        XCTAssertFalse(plain.contains("z + α v") || plain.contains("Kumar"), plain)
        XCTAssertTrue(plain.hasSuffix("formulas and sources: help steer full: true\n"), plain)
        XCTAssertNoThrow(try interpreter.run(Source(name: "test", text: "help steer full: true")))
        XCTAssertEqual(host.output, full)
        XCTAssertFalse(interpreter.help("sort", width: 80).contains("full: true"), "it has none")
        let page = registry.referencePages().first { $0.file == "steering.md" }?.text ?? ""
        XCTAssertTrue(
            page.contains(
                "\nFormulas:\n\n* `z' = z + α v`: the paper's\n* `s = −z·v`\n\nSources: Kumar et al.; Belrose et al. 2023.\n"
            ),
            page)
    }

    func testAPage() throws {
        let registry = Registry()
        registry.describe(family: "steering", "directions in CLIP space")
        registry.add(
            Verb(
                "steer", family: "steering", summary: "move an embedding along a direction",
                parameters: [
                    Parameter("z", .either([.object("tensor"), .list(of: .number())]), help: "the embedding"),
                    .option("mode", .choice(["translation", "projection"]), default: "translation", help: "a | b"),
                    .option("alpha", .number(in: 0...10), default: 0.5, help: "how far"),
                    .option("steps", .whole(in: 1...Int.max), fallback: .required, help: "how often"),
                    .seed,
                ],
                result: "tensor", details: "Unit length again.",
                examples: [Verb.Example("1 + 1", gives: "2")], seeAlso: ["steer"]
            ) { _ in .none })
        let pages = registry.referencePages()
        XCTAssertEqual(pages.map(\.file), ["README.md", "steering.md"])
        XCTAssertEqual(
            pages[1].text,
            """
            # steering

            Directions in CLIP space.

            ## steer

            Move an embedding along a direction.

            ```
            steer z [mode: …] [alpha: …] steps: … [seed: …]
            ```

            | parameter | takes | |
            |---|---|---|
            | `z` | tensor or list of numbers | the embedding |
            | `mode:` | "translation" or "projection", default "translation" | a \\| b |
            | `alpha:` | number 0…10, default 0.5 | how far |
            | `steps:` | whole number at least 1 | how often |
            | `seed:` | whole number 0…9007199254740992, default: drawn from the session's stream and shown | makes \
            the result repeatable |

            Gives tensor.

            Unit length again.

            ```rhumb
            1 + 1
            # => 2
            ```

            See also `steer`.

            """)
        XCTAssertTrue(pages[0].text.contains("| [`steer`](steering.md#steer) | move an embedding along a direction |"))
    }

    func testSearchAndFamilies() {
        let registry = Registry.withBuiltins()
        XCTAssertEqual(registry.search("square root").map(\.name), ["sqrt"])
        XCTAssertEqual(registry.search("log").prefix(3).map(\.name), ["log", "log10", "log2"])
        XCTAssertEqual(registry.suggestion(for: "appned"), "append")
        XCTAssertNil(registry.suggestion(for: "x"))
        XCTAssertEqual(registry.families.map(\.name).prefix(2), ["session", "output"])
        XCTAssertNotNil(registry["sort"])
        XCTAssertNil(registry["sorted"])
    }
}

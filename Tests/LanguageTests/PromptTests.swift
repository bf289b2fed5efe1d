import Language
import TestSupport
import XCTest

/// What a prompt asks while a line is being typed.
final class PromptTests: XCTestCase {
    private let interpreter: Interpreter = {
        let registry = Registry.withBuiltins()
        registry.add(
            Verb(
                "steer", family: "test", summary: "test of completion",
                parameters: [
                    Parameter("model", .object("clip"), help: "a model"),
                    Parameter("prompt", .string, help: "a prompt"),
                    .option("alpha", .number(in: 0...10), default: 0.5, help: "how far"),
                    .option("mode", .choice(["translation", "projection"]), default: "translation", help: "how"),
                    .option("anatomy", .boolean, default: false, help: "show the parts"),
                    .option("file", .file(["json"]), default: .none, help: "a file"),
                ]
            ) { _ in .none })
        let interpreter = Interpreter(registry: registry, host: CollectingHost())
        interpreter["clip"] = .object(Model())
        interpreter["caption"] = "a ball"
        interpreter["count"] = 3
        interpreter["r"] = .record(["alpha": 1, "beta": .record(["gamma": 2])])
        return interpreter
    }()

    private final class Model: ObjectValue {
        let typeName = "clip"
        let summary = "a model"
        var memberNames: [String] { ["width", "layers"] }
    }

    private func candidates(_ text: String) -> [String] {
        interpreter.complete(text, cursor: text.utf8.count).candidates.map(\.text)
    }

    func testVerbsComeFirstAtTheStart() {
        XCTAssertEqual(candidates("ste"), ["steer"])
        XCTAssertEqual(candidates("x = ste"), ["steer"])
        XCTAssertEqual(candidates("[1] |> ste"), ["steer"])
        XCTAssertEqual(candidates("(ste"), ["steer"])
        XCTAssertEqual(candidates("x = 1; ste"), ["steer"])
        XCTAssertEqual(candidates("if true { ste"), ["steer"])
        XCTAssertEqual(candidates("whi"), ["while"])
        XCTAssertEqual(candidates("cap"), ["caption"])
    }

    func testArgumentsComeByType() {
        XCTAssertEqual(candidates("steer ").first, "clip")
        XCTAssertEqual(candidates("steer c").first, "clip")
        XCTAssertEqual(candidates("steer clip ").first, "caption")
        XCTAssertEqual(candidates("steer(clip, ").first, "caption")
        XCTAssertEqual(candidates("steer(clip, c").first, "caption")
        XCTAssertEqual(candidates("clip |> steer ").first, "caption")
        XCTAssertEqual(candidates("map [1] sqr"), ["sqrt"])
        XCTAssertEqual(candidates("help ste"), ["steer"])
        XCTAssertEqual(candidates("help tes"), ["test"])
    }

    func testOptionsAndTheirValues() {
        XCTAssertEqual(candidates("steer clip caption al").prefix(2), ["alpha:", "all"])
        XCTAssertEqual(candidates("steer clip caption alpha: 1 a").first, "anatomy:")
        XCTAssertFalse(candidates("steer clip caption alpha: 1 ").contains("alpha:"))
        XCTAssertEqual(candidates("steer clip caption mode: ").prefix(2), ["\"translation\"", "\"projection\""])
        XCTAssertEqual(candidates("steer clip caption mode: \"pro"), ["projection"])
        XCTAssertEqual(candidates("steer clip caption anatomy: ").prefix(2), ["true", "false"])
        XCTAssertEqual(candidates("steer(clip, caption, anatomy: t").first, "true")
        XCTAssertEqual(candidates("steer clip caption alpha: ").prefix(2), ["0.5", "count"])
    }

    func testMembers() {
        XCTAssertEqual(candidates("clip."), ["width", "layers"])
        XCTAssertEqual(candidates("print clip.la"), ["layers"])
        XCTAssertEqual(candidates("r.beta."), ["gamma"])
        XCTAssertEqual(candidates("r.nothing."), [])
        XCTAssertEqual(candidates("nothing."), [])
    }

    func testFiles() {
        let here = String(#filePath.split(separator: "/").dropLast().joined(separator: "/"))
        XCTAssertEqual(candidates("import \"/\(here)/Scr"), ["/\(here)/Scripts/"])
        XCTAssertTrue(candidates("steer clip caption file: \"/\(here)/").contains("/\(here)/Scripts/"))
        XCTAssertFalse(candidates("steer clip caption file: \"/\(here)/").contains("/\(here)/PromptTests.swift"))
    }

    func testNamesStandBesideFiles() {
        let registry = Registry.withBuiltins()
        registry.add(
            Verb(
                "fetched", family: "test", summary: "",
                parameters: [
                    Parameter("path", .file(["png"]), help: "").offering { ["org/one", "org/two", "other"] },
                    .option("part", .optional(.file([])), default: .none, help: "").offering { ["org/part"] },
                ], result: ""
            ) { _ in .none })
        let interpreter = Interpreter(registry: registry, host: CollectingHost())
        func offered(_ text: String) -> [String] {
            interpreter.complete(text, cursor: text.utf8.count).candidates.map(\.text)
        }
        XCTAssertEqual(offered("fetched \"org/"), ["org/one", "org/two"])
        XCTAssertEqual(offered("fetched \"oth"), ["other"])
        XCTAssertEqual(offered("fetched \"x\" part: \"or"), ["org/part"])
    }

    func testTheRangeThatIsReplaced() {
        let completion = interpreter.complete(
            "é = steer clip caption al", cursor: "é = steer clip caption al".utf8.count)
        XCTAssertEqual(completion.range, 24..<26)
        XCTAssertEqual(interpreter.complete("steer clip", cursor: 2).range, 0..<2)
        XCTAssertTrue(interpreter.complete("steer clip", cursor: 2).candidates.map(\.text).contains("steer"))
        XCTAssertEqual(interpreter.complete("", cursor: 5).range, 0..<0)
    }

    func testCompleteness() {
        for text in [
            "1 + 1", "print 1", "x = [1, 2]", "", "# comment", "f(1) }", "1 +* 2", "\"abc", "if x { y }", "f x\n",
            "\"{1 + }\"",
        ] {
            XCTAssertTrue(Interpreter.isComplete(text), text)
        }
        for text in [
            "1 +", "1 +\n", "x = ", "x = [1,", "x = [1,\n2", "f(", "if x {", "if x {\n y\n", "func f(a) {\n", "{a: 1",
            "a |>", "not",
            "for x in xs {\n  print x\n", "x -> ", "if x", "map [1] (x ->", "a, b =", "x = if a { 1 }",
        ] {
            XCTAssertFalse(Interpreter.isComplete(text), text)
        }
    }

    func testInspection() {
        XCTAssertTrue(interpreter.inspect("x = steer clip", cursor: 6)!.hasPrefix("steer model prompt"))
        XCTAssertEqual(interpreter.inspect("print count", cursor: 8), "count: number\n3\n")
        XCTAssertNil(interpreter.inspect("1 + 2", cursor: 1))
        XCTAssertTrue(interpreter.inspect("sqrt \"", cursor: 1)!.hasPrefix("sqrt x"))
    }

    func testDebugViews() throws {
        let source = Source(name: "t", text: "x = sort [2] by: abs")
        XCTAssertEqual(
            try DebugView.tokens(of: source),
            """
            1:1  name  x
            1:3  assign  =
            1:5  name  sort
            1:10  leftBracket  [
            1:11  number  2
            1:12  rightBracket  ]
            1:14  name  by
            1:16  colon  :
            1:18  name  abs
            1:21  end

            """)
        XCTAssertEqual(
            try DebugView.syntax(of: source),
            """
            assign
              name x
              call
                name sort
                list
                  number 2
                by:
                  name abs

            """)
        // Every kind of syntax has a view.
        let all = """
            param p = 1 "help"
            func f(a, b = 2) { return a, b }
            for i, j in 0..3 by 2 { if i == 1 { break } else { continue } }
            while not (x and y or z) { x[0, :].m = -x ** 2 }
            x += 1; y = "{a:.2f} text"; g = (a) -> {k: none}
            expect a ≈ b within 0.1, "m"
            import "f"
            time h = if true { 1 } else { 2 }
            """
        let view = try DebugView.syntax(of: Source(name: "t", text: all))
        for word in [
            "param p", "function f", "for", "while", "update +", "code with format", "expect", "within", "import",
            "time", "choose", "break", "continue", "silenced",
        ] where word != "silenced" {
            XCTAssertTrue(view.contains(word), word)
        }
    }
}

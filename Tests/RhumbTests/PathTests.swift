import Foundation
import XCTest

/// Where a path leads: from where the user stands, and for what a recipe's run writes, from the run's folder.
final class PathTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: rhumb.folder.appendingPathComponent(name).path)
    }

    private var left: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: rhumb.folder.path)) ?? []).filter { !$0.hasPrefix(".") }
            .sorted()
    }

    func testEvalAndPipesSaveWhereTheUserStandsAndMakeFolders() throws {
        XCTAssertEqual(
            try rhumb.run("eval", "save \"a\" \"x/y/a.txt\"", "save (image (zeros(3, 2, 2))) \"pics/a.png\"").errors
                .split(separator: "\n"), ["saved x/y/a.txt", "saved pics/a.png"])
        XCTAssertEqual(try rhumb.run("-", input: "save {a: 1} \"./data/s.json\"").status, 0)
        XCTAssertEqual(try rhumb.run("eval", "print load(\"x/y/a.txt\")").output, "a\n")
        XCTAssertEqual(["x/y/a.txt", "pics/a.png", "data/s.json"].filter { !exists($0) }, [])
        XCTAssertFalse(exists("runs"), "and no folder of a run is made for it")
    }

    func testNothingIsLeftByCodeThatKeepsNothing() throws {
        try rhumb.file("x.txt", "text")
        XCTAssertEqual(try rhumb.run("eval", "load \"x.txt\"").output, "\"text\"\n")
        XCTAssertEqual(try rhumb.run("-", input: "t = table {a: [1]}\nt").status, 0)
        XCTAssertEqual(left, ["x.txt"])
    }

    func testAFailedSaveTakesItsFoldersBack() throws {
        let result = try rhumb.run("eval", "save (x -> x) \"new/deep/f.json\"")
        XCTAssertEqual(result.status, 1)
        XCTAssertEqual(left, [])
    }

    func testTrainingAndCheckpointsToo() throws {
        let result = try rhumb.run(
            "eval", "t = clip_trainer steps: 1 batch: 2 seed: 1", "checkpoint t \"new/state\"",
            "print (resume \"new/state\").step")
        XCTAssertEqual(result.output, "0\n", result.errors)
        XCTAssertEqual(left, ["new"])
    }

    func testARecipesPathsCountFromItsRunsFolder() throws {
        try rhumb.file("r.md", "```rhumb\nsave \"a\" \"deep/a.txt\"\nprint load(\"deep/a.txt\")\n```\n")
        let result = try rhumb.run("run", "r.md", "--out", "out")
        XCTAssertEqual(result.output, "a\n", result.errors)
        XCTAssertTrue(exists("out/deep/a.txt"))
        XCTAssertEqual(left, ["out", "r.md"])
    }

    func testARecipesRelativePathStaysInItsRunsFolder() throws {
        for path in ["../../victim.csv", "a/../../victim.csv", ".."] {
            try rhumb.file("r.md", "```rhumb quiet\nsave \"k\" \"\(path)\"\n```\n")
            let result = try rhumb.run("run", "r.md", "--out", "out", "--no-report")
            XCTAssertEqual(result.status, 1)
            XCTAssertTrue(
                result.errors.contains("the relative path '\(path)' must stay inside the run's folder"), result.errors)
            XCTAssertTrue(result.errors.contains("give an absolute path for what lies elsewhere"), result.errors)
            XCTAssertEqual(left, ["out", "r.md"])
            try FileManager.default.removeItem(at: rhumb.folder.appendingPathComponent("out"))
        }
        try rhumb.file("r.md", "```rhumb\nsave \"k\" \"\(rhumb.folder.path)/meant.txt\"\n```\n")
        XCTAssertEqual(try rhumb.run("run", "r.md", "--out", "out").status, 0)
        XCTAssertTrue(exists("meant.txt"))
    }

    func testACheckedRecipeWritesIntoItsOwnFolderAlone() throws {
        try rhumb.file("victim.txt", "precious")
        for path in ["\(rhumb.folder.path)/victim.txt", "~/victim.txt", "\(rhumb.folder.path)/new/a.txt"] {
            try rhumb.file("evil.md", "# Friendly\n\n```rhumb quiet\nsave \"evil\" \"\(path)\"\n```\n")
            let result = try rhumb.run("check", "evil.md")
            XCTAssertEqual(result.status, 1)
            XCTAssertTrue(
                result.output.contains("'rhumb check' lets a recipe write only into its run's folder"), result.output)
        }
        XCTAssertEqual(try rhumb.text(of: "victim.txt"), "precious")
        try rhumb.file(
            "train.md",
            "```rhumb\nt = clip_trainer steps: 1 batch: 2 seed: 1\ntrain t check: 0 out: \"\(rhumb.folder.path)/new\"\n```\n"
        )
        XCTAssertTrue(try rhumb.run("check", "train.md").output.contains("only into its run's folder"))
        XCTAssertEqual(left, ["evil.md", "train.md", "victim.txt"])
    }

    func testColumnsSetTheWidthOfTablesInPipes() throws {
        let code = "table({" + (1...20).map { "column_\($0): [\($0)]" }.joined(separator: ", ") + "})"
        XCTAssertTrue(try rhumb.run("eval", code).output.contains("not shown: "))
        let wide = try rhumb.run("eval", code, environment: ["COLUMNS": "300"]).output
        XCTAssertTrue(wide.contains("column_20") && !wide.contains("not shown"), wide)
        XCTAssertTrue(try rhumb.run("eval", code, environment: ["COLUMNS": "-5"]).output.contains("not shown: "))
    }
}

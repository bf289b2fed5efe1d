import Foundation
import TestSupport
import XCTest

/// `rhumb check`, and what recipes say of their parameters.
final class CheckTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws {
        rhumb = try Executable()
        try FileManager.default.createDirectory(
            at: rhumb.folder.appendingPathComponent("recipes/deep"), withIntermediateDirectories: true)
        try rhumb.file(
            "recipes/good.md",
            """
            # Good

            Two rounds
            of nothing.

            ```rhumb
            param rounds = 40 "training rounds" short: 2
            param name = "ball"
            print "rounds {rounds}"
            save table({round: [rounds]}) "rounds.csv"
            expect rounds == 2, "the short form"
            ```
            """)
        try rhumb.file(
            "recipes/deep/bad.md",
            "# Bad\n\n```rhumb\nx = 1\n```\n\n```rhumb\nexpect x ≈ 2 within 0.5, \"close\"\n```\n")
        try rhumb.file("recipes/README.md", "# No recipe\n")
    }
    override func tearDown() { rhumb.remove() }

    func testEveryRecipeOfAFolderIsALine() throws {
        let result = try rhumb.run("check", "recipes/")
        XCTAssertEqual(result.status, 1)
        let lines = result.output.split(separator: "\n").map(String.init)
        XCTAssertNotNil(
            lines[0].range(of: "^FAIL  recipes/deep/bad.md +1 of 2 cells  +[0-9.]+ s$", options: .regularExpression),
            lines[0])
        XCTAssertEqual(lines[1], "      error: expectation failed: close")
        XCTAssertTrue(lines[2].hasPrefix("        recipes/deep/bad.md:8 | expect x ≈ 2 within 0.5"), lines[2])
        XCTAssertTrue(result.output.contains("they differ by 1, which is more than 0.5"), result.output)
        XCTAssertNotNil(
            result.output.range(of: "\npass  recipes/good.md +1 cell   +[0-9.]+ s\n", options: .regularExpression),
            result.output)
        XCTAssertNotNil(
            result.output.range(of: "\n1 passed, 1 failed, [0-9.]+ s\n", options: .regularExpression), result.output)
        XCTAssertFalse(result.output.contains("rounds 2"), "what recipes print is not shown")
        XCTAssertFalse(result.output.contains("README"), "a page without cells is no recipe")
        let left = try FileManager.default.contentsOfDirectory(atPath: rhumb.folder.path)
        XCTAssertEqual(left.filter { $0 != "recipes" && !$0.hasPrefix(".") }, [], "nothing is left behind")
    }

    func testFilterAndFilesChooseWhatRuns() throws {
        let filtered = try rhumb.run("check", "recipes", "--filter", "good")
        XCTAssertEqual(filtered.status, 0, filtered.output)
        XCTAssertTrue(filtered.output.contains("1 passed, "), filtered.output)
        XCTAssertEqual(try rhumb.run("check", "recipes/good.md", "recipes/good.md").status, 0)
        let none = try rhumb.run("check", "recipes", "--filter", "evil")
        XCTAssertEqual(none.status, 2)
        XCTAssertTrue(none.errors.contains("no recipe to check has 'evil' in its path"), none.errors)
        XCTAssertTrue(try rhumb.run("check", "nowhere").errors.contains("can't read 'nowhere'"))
    }

    func testTheLongFormIsAskedFor() throws {
        let result = try rhumb.run("check", "recipes/good.md", "--full")
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.output.contains("left is 40, right is 2"), result.output)
    }

    func testRunsAreKeptOnRequest() throws {
        XCTAssertEqual(try rhumb.run("check", "recipes/good.md", "--out", "kept").status, 0)
        XCTAssertTrue(try rhumb.text(of: "kept/recipes-good.md/transcript.md").contains("rounds 2"))
    }

    func testARecipeWithASlipDoesNotKeepTheOthersFromRunning() throws {
        try rhumb.file("recipes/broken.md", "```rhumb\nprint (\n```\n")
        let result = try rhumb.run("check", "recipes/broken.md", "recipes/good.md")
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.output.contains("recipes/broken.md:2"), result.output)
        XCTAssertTrue(result.output.contains("1 passed, 1 failed"), result.output)
    }

    func testHelpListsTheParametersOfARecipe() throws {
        XCTAssertEqual(
            try rhumb.run("help", "recipes/good.md").output,
            """
            Good

            Two rounds
            of nothing.

            parameters, for rhumb run recipes/good.md --set name=value
              rounds  number  default 40, short 2  training rounds
              name    string  default "ball"

            """)
        XCTAssertTrue(
            try rhumb.run("help", "recipes/deep/bad.md").output.hasSuffix("recipes/deep/bad.md has no parameters.\n"))
        XCTAssertTrue(try rhumb.run("help", "nowhere.md").errors.contains("can't read 'nowhere.md'"))
    }

    func testTheShortFormOfARun() throws {
        let result = try rhumb.run("run", "recipes/good.md", "--short", "--out", "out")
        XCTAssertTrue(result.output.contains("rounds 2\n"), result.output + result.errors)
        XCTAssertTrue(try rhumb.text(of: "out/manifest.json").contains("\"short\": true"))
    }
}

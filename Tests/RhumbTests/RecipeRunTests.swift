import Foundation
import TestSupport
import XCTest

/// `rhumb run` from the outside: what it prints and what it leaves.
final class RecipeRunTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws {
        rhumb = try Executable()
        try rhumb.file(
            "small.md",
            """
            # A small recipe

            It has prose.

            ```rhumb name: first
            param alpha = 0.5 "strength"
            x = alpha * 2
            print "x is {x}"
            ```

            ```rhumb
            expect x < 10
            [1, 2, x]
            ```
            """)
    }
    override func tearDown() { rhumb.remove() }

    private func manifest(_ folder: String) throws -> [String: Any] {
        let data = Data(try rhumb.text(of: folder + "/manifest.json").utf8)
        return try XCTUnwrap(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func cells(_ manifest: [String: Any]) -> [[String: Any]] { manifest["cells"] as? [[String: Any]] ?? [] }

    func testRunLeavesItsFolder() throws {
        let result = try rhumb.run("run", "small.md", "--out", "out")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(result.output.contains("x is 1\n[1, 2, 1]\n"), result.output)
        XCTAssertTrue(result.errors.contains("complete"), result.errors)

        let transcript = try rhumb.text(of: "out/transcript.md")
        XCTAssertTrue(transcript.hasPrefix("# A small recipe\n\nIt has prose.\n\n```rhumb\nparam alpha"), transcript)
        XCTAssertTrue(transcript.contains("```text\nx is 1\n```"), transcript)

        let manifest = try manifest("out")
        XCTAssertEqual(manifest["status"] as? String, "complete")
        XCTAssertEqual(manifest["title"] as? String, "A small recipe")
        let sum = Process()
        sum.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        sum.arguments = [rhumb.folder.appendingPathComponent("small.md").path]
        let pipe = Pipe()
        sum.standardOutput = pipe
        try sum.run()
        let digest = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile().prefix(64), as: UTF8.self)
        XCTAssertEqual((manifest["recipe"] as? [String: Any])?["sha256"] as? String, digest)
        XCTAssertEqual((manifest["parameters"] as? [String: Any])?["alpha"] as? Double, 0.5)
        XCTAssertEqual(cells(manifest).map { $0["status"] as? String }, ["complete", "complete"])
        XCTAssertEqual(cells(manifest).map { $0["line"] as? Int }, [6, 12])
        XCTAssertGreaterThan(cells(manifest)[0]["peakMemory"] as? Int ?? 0, 1 << 20)
        XCTAssertNotNil((manifest["libraries"] as? [String: Any])?["oneDNN"])

        let values = try JSONSerialization.jsonObject(with: Data(try rhumb.text(of: "out/values.json").utf8))
        XCTAssertEqual((values as? [String: Any])?["x"] as? Double, 1)
    }

    func testDefaultFolderNamesRecipeAndTime() throws {
        XCTAssertEqual(try rhumb.run("run", "small.md").status, 0)
        let runs = try FileManager.default.contentsOfDirectory(atPath: rhumb.folder.appendingPathComponent("runs").path)
        XCTAssertEqual(runs.count, 1)
        XCTAssertNotNil(runs[0].range(of: "^small-[0-9]{8}-[0-9]{6}$", options: .regularExpression), runs[0])
    }

    func testSettingsReplaceDefaults() throws {
        let result = try rhumb.run("run", "small.md", "--set", "alpha=3", "--out", "out")
        XCTAssertTrue(result.output.contains("x is 6\n"), result.output + result.errors)
        let manifest = try manifest("out")
        XCTAssertEqual((manifest["parameters"] as? [String: Any])?["alpha"] as? Int, 3)
        XCTAssertEqual(manifest["set"] as? [String: String], ["alpha": "3"])
    }

    func testWrongSettingsAreUsageErrors() throws {
        let unknown = try rhumb.run("run", "small.md", "--set", "alhpa=3", "--out", "out")
        XCTAssertEqual(unknown.status, 2)
        XCTAssertTrue(unknown.errors.contains("no parameter 'alhpa'"), unknown.errors)
        XCTAssertTrue(unknown.errors.contains("did you mean 'alpha'?"), unknown.errors)
        XCTAssertFalse(FileManager.default.fileExists(atPath: rhumb.folder.appendingPathComponent("out").path))
        XCTAssertEqual(try rhumb.run("run", "small.md", "--set", "alpha").status, 2)
        let text = try rhumb.run("run", "small.md", "--set", "alpha=much", "--out", "out")
        XCTAssertEqual(text.status, 2)
        XCTAssertTrue(text.errors.contains("the parameter 'alpha' must be a number, not 'much'"), text.errors)
        XCTAssertTrue(text.errors.contains("small.md:6 |"), text.errors)
        XCTAssertFalse(FileManager.default.fileExists(atPath: rhumb.folder.appendingPathComponent("out").path))
    }

    func testParametersAreListed() throws {
        XCTAssertEqual(try rhumb.run("run", "small.md", "--parameters").output, "alpha=0.5    # strength\n")
    }

    func testFailurePointsIntoTheMarkdownAndIsRecorded() throws {
        try rhumb.file(
            "bad.md",
            "# Bad\n\n```rhumb\nx = 1\n```\n\n```rhumb\nprint x\nexpect x > 1, \"too small\"\n```\n\n```rhumb\nprint 3\n```\n"
        )
        let result = try rhumb.run("run", "bad.md", "--out", "out")
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.errors.contains("bad.md:9 | expect x > 1"), result.errors)
        XCTAssertFalse(result.output.contains("3"), result.output)
        let manifest = try manifest("out")
        XCTAssertEqual(manifest["status"] as? String, "failed")
        XCTAssertEqual((manifest["error"] as? [String: Any])?["place"] as? String, "bad.md:9")
        XCTAssertEqual(cells(manifest).map { $0["status"] as? String }, ["complete", "failed", "waiting"])
        XCTAssertTrue(try rhumb.text(of: "out/transcript.md").contains("too small"))
    }

    func testSyntaxErrorAnywhereStopsBeforeTheFirstCell() throws {
        try rhumb.file("bad.md", "```rhumb\nprint 1\n```\n\n```rhumb\nprint (\n```\n")
        let result = try rhumb.run("run", "bad.md", "--out", "out")
        XCTAssertEqual(result.status, 2)
        XCTAssertEqual(result.output, "")
        XCTAssertTrue(result.errors.contains("bad.md:6"), result.errors)
    }

    func testCellAttributes() throws {
        try rhumb.file(
            "cells.md",
            "```rhumb skip\nprint (\n```\n```rhumb fails\nprint [1][5]\n```\n```rhumb quiet\nx = 7\nprint \"hush\"\n```\n```rhumb\nprint x\n```\n"
        )
        let result = try rhumb.run("run", "cells.md", "--out", "out")
        XCTAssertEqual(result.status, 0, result.errors)
        let transcript = try rhumb.text(of: "out/transcript.md")
        XCTAssertTrue(transcript.contains("print (\n"), "skipped code is shown")
        XCTAssertTrue(transcript.contains("cells.md:5"), "a promised error is shown with its place")
        XCTAssertFalse(transcript.contains("hush"), "a quiet cell leaves nothing")
        XCTAssertTrue(transcript.contains("```text\n7\n```"))
        XCTAssertEqual(
            cells(try manifest("out")).map { $0["status"] as? String }, ["skipped", "complete", "complete", "complete"])
    }

    func testPromisedErrorThatDoesNotCome() throws {
        try rhumb.file("cells.md", "```rhumb fails\nprint 1\n```\n")
        let result = try rhumb.run("run", "cells.md", "--out", "out")
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.errors.contains("marked 'fails'"), result.errors)
    }

    // MARK: exercises

    private func lesson(answer: String) -> String {
        """
        # Doubling

        ```rhumb exercise: double
        \(answer)
        ```
        ```rhumb check: double
        expect double(3) == 6
        ```
        ```rhumb
        print "so {double(21)}"
        ```
        ```rhumb solution: double
        func double(x) { return 2 * x }
        ```
        """
    }

    func testOpenExerciseIsShownAndItsSolutionStandsIn() throws {
        try rhumb.file("lesson.md", lesson(answer: "func double(x) { return 0 }"))
        let result = try rhumb.run("run", "lesson.md", "--out", "out")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(result.output.contains("left is 0, right is 6"), result.output)
        XCTAssertTrue(result.output.contains("so 42"), result.output)
        XCTAssertTrue(result.errors.contains("exercise 'double' is open"), result.errors)
        XCTAssertTrue(result.errors.contains("0 of 1 exercises solved"), result.errors)
        XCTAssertEqual(try manifest("out")["exercises"] as? [String: String], ["double": "open"])
        XCTAssertEqual(
            cells(try manifest("out")).map { $0["status"] as? String }, ["complete", "complete", "complete", "skipped"])
    }

    func testAnswerOfTheReaderIsTakenAsItIs() throws {
        try rhumb.file("lesson.md", lesson(answer: "func double(x) { return x + x }"))
        let result = try rhumb.run("run", "lesson.md", "--out", "out")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(result.errors.contains("1 of 1 exercises solved"), result.errors)
        XCTAssertEqual(try manifest("out")["exercises"] as? [String: String], ["double": "solved"])
    }

    func testAnswerWithAnErrorIsShownAndLeftOpen() throws {
        try rhumb.file("lesson.md", lesson(answer: "double = [1][5]"))
        let result = try rhumb.run("run", "lesson.md", "--out", "out")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(result.output.contains("lesson.md:4 | double = [1][5]"), result.output)
        XCTAssertEqual(try manifest("out")["exercises"] as? [String: String], ["double": "open"])
    }

    func testSolutionThatDoesNotPassFailsTheRun() throws {
        try rhumb.file(
            "lesson.md", lesson(answer: "func double(x) { return 0 }").replacingOccurrences(of: "2 * x", with: "3 * x"))
        let result = try rhumb.run("run", "lesson.md", "--out", "out")
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.errors.contains("left is 9, right is 6"), result.errors)
    }

    func testInterruptedRunSaysHowFarItCame() throws {
        try rhumb.file(
            "long.md",
            "```rhumb\nprint \"one\"\n```\n```rhumb\nprint \"two\"\nwhile true { x = 1 }\n```\n```rhumb\nprint 3\n```\n"
        )
        let running = try rhumb.start(["run", "long.md", "--out", "out"])
        var seen = Data()
        while !String(decoding: seen, as: UTF8.self).contains("two") {
            guard let more = try running.output.fileHandleForReading.read(upToCount: 1) else { break }
            seen += more
        }
        kill(running.process.processIdentifier, SIGINT)
        XCTAssertEqual(running.finish().status, 130)
        let manifest = try manifest("out")
        XCTAssertEqual(manifest["status"] as? String, "interrupted")
        XCTAssertEqual(cells(manifest).map { $0["status"] as? String }, ["complete", "interrupted", "waiting"])
        XCTAssertTrue(try rhumb.text(of: "out/transcript.md").contains("two"))
    }

    func testKilledRunSaysHowFarItCame() throws {
        try rhumb.file("long.md", "```rhumb\nprint \"one\"\n```\n```rhumb\nprint \"two\"\nwhile true { x = 1 }\n```\n")
        let running = try rhumb.start(["run", "long.md", "--out", "out"])
        var seen = Data()
        while !String(decoding: seen, as: UTF8.self).contains("two") {
            guard let more = try running.output.fileHandleForReading.read(upToCount: 1) else { break }
            seen += more
        }
        kill(running.process.processIdentifier, SIGKILL)
        _ = running.finish()
        let manifest = try manifest("out")
        XCTAssertEqual(manifest["status"] as? String, "running")
        XCTAssertEqual(cells(manifest).map { $0["status"] as? String }, ["complete", "running"])
        XCTAssertTrue(try rhumb.text(of: "out/transcript.md").contains("one"))
        let left = try FileManager.default.contentsOfDirectory(atPath: rhumb.folder.appendingPathComponent("out").path)
        XCTAssertEqual(left.filter { $0.hasPrefix(".") }, [], "nothing half-written")
    }

    func testFolderThatCannotBeMade() throws {
        try rhumb.file("occupied", "a file")
        let result = try rhumb.run("run", "small.md", "--out", "occupied/run")
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.errors.contains("occupied"), result.errors)
        XCTAssertEqual(result.output, "")
    }

    func testFolderWithOtherFilesIsLeftAlone() throws {
        try FileManager.default.createDirectory(
            at: rhumb.folder.appendingPathComponent("mine"), withIntermediateDirectories: true)
        try rhumb.file("mine/thesis.txt", "precious")
        let result = try rhumb.run("run", "small.md", "--out", "mine")
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.errors.contains("'mine'"), result.errors)
        XCTAssertEqual(try rhumb.text(of: "mine/thesis.txt"), "precious")
    }

    func testSameRecipeSameTranscript() throws {
        XCTAssertEqual(try rhumb.run("run", "small.md", "--out", "a").status, 0)
        XCTAssertEqual(try rhumb.run("run", "small.md", "--out", "b").status, 0)
        XCTAssertEqual(try rhumb.text(of: "a/transcript.md"), try rhumb.text(of: "b/transcript.md"))
    }

    func testScriptRunsLikeARecipe() throws {
        try rhumb.file("script.rhumb", "# Redness\nprint 5\n")
        XCTAssertEqual(try rhumb.run("script.rhumb", "--no-color").output, "5\n")
    }

    func testRecipeThatIsNoText() throws {
        try Data([0xFF, 0xFE, 0x00]).write(to: rhumb.folder.appendingPathComponent("x.md"))
        XCTAssertTrue(try rhumb.run("run", "x.md").errors.contains("not UTF-8 text"))
    }
}

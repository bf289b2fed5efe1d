import Foundation
import Language
import Notebook
import TestSupport
import XCTest

/// What is skipped, and that it leaves what running it leaves.
final class CacheTests: XCTestCase {
    private var runs: CachedRuns!

    override func setUpWithError() throws { runs = try CachedRuns() }
    override func tearDown() { runs = nil }

    func testNothingChangedSkipsEverythingAndLeavesTheSame() throws {
        let cells = [
            """
            param alpha = 0.5
            x = randn 4 6
            turned = transpose x
            column = x[:, 0]
            numbers = [1 / 3, -0.0, inf, nan, 1e300, 12345678901234]
            odd = {type: "table", none: none, yes: true, range: 1..10 by 3, text: "é \\" \\n"}
            """,
            """
            func f(a) { return a * alpha }
            t = table {step: [1, 2, 3], value: [f(1), -0.0, 0.125], name: ["a", none, "7"]}
            t
            plot t x: "step" y: "value" title: "Values"
            """,
            """
            dog = scene "a dog" seed: 1
            dog
            clip = load "emoji"
            v = direction clip safe: ["a safe picture", "calm"] unsafe: ["a violent picture", "harm"]
            """,
            "after = [randn(3), f(2), 1 / numbers[1]]\nsum(x @ turned)",
        ]
        XCTAssertEqual(try runs.compare(cells, runs: [1, 2, 3, 4]).failure?.message, nil)
        let second = try runs.compare(cells, runs: [])
        XCTAssertTrue(
            second.text("transcript.md").contains("> from the cache: ran on 20"), second.text("transcript.md"))
        XCTAssertTrue(second.text("cells/2.json").contains("figures/01-values.png"), second.text("cells/2.json"))
        XCTAssertTrue(second.text("manifest.json").contains("\"cached\": \"20"))
        XCTAssertFalse(try runs.run(cells, cached: false).text("manifest.json").contains("\"cached\""))
    }

    func testBitsOfLaterDrawsAreThoseOfARunWithoutCache() throws {
        let cells = ["a = randn 5", "b = randn 3\nprint b", "c = randn 2", "d = [0]"]
        try runs.compare(cells, seed: 7, runs: [1, 2, 3, 4])
        // The second cell draws from where the first one left the stream.
        try runs.compare(["a = randn 5", "b = randn 4\nprint b", "c = randn 2", "d = [0]"], seed: 7, runs: [2])
        // One draw more moves everything that is drawn later, and nothing else.
        try runs.compare(["a = randn 5", "b = randn 4\ne = randn 1", "c = randn 2", "d = [0]"], seed: 7, runs: [2, 3])
        XCTAssertEqual(
            try runs.reasons(cells, seed: 8),
            [
                "run: the stream of seeds is at another position", "maybe: cell 1 runs, and may draw other seeds",
                "maybe: cell 1 runs, and may draw other seeds", "skip",
            ])
    }

    func testAParameterReachesItsReadersAlone() throws {
        let cells = [
            "param alpha = 1\nparam beta = 2\nsd = load \"emoji\"", "x = alpha * 10", "y = beta * 10", "z = x + y",
            "name = sd.name",
        ]
        try runs.compare(cells, runs: [1, 2, 3, 4, 5])
        XCTAssertEqual(
            try runs.reasons(cells, settings: ["alpha": "0.5"]),
            [
                "run: alpha changed from 1 to 0.5", "run: alpha changed from 1 to 0.5", "skip",
                "maybe: cell 2 runs, and gives it x",
                "maybe: cell 1 runs, and gives it sd",
            ])
        try runs.compare(cells, settings: ["alpha": "0.5"], runs: [1, 2, 4])
        try runs.compare(cells, settings: ["alpha": "1"], runs: [])
        try runs.compare(cells, settings: ["beta": "3", "alpha": "0.5"], runs: [1, 3, 4])
    }

    func testAFunctionTwoCellsAboveIsSeen() throws {
        func cells(_ factor: String, offset: String = "1") -> [String] {
            [
                "func f(x) { return x * \(factor) }", "offset = \(offset)\ng = x -> f(x) + offset", "other = 5",
                "y = map([1, 2], g)", "z = other + 1",
            ]
        }
        try runs.compare(cells("2"), runs: [1, 2, 3, 4, 5])
        XCTAssertEqual(try runs.reasons(cells("3"))[3], "run: the function f of cell 1 changed")
        try runs.compare(cells("3"), runs: [1, 4])
        XCTAssertEqual(
            try runs.reasons(cells("3", offset: "4")).suffix(4),
            ["run: code changed at line 6", "skip", "maybe: cell 2 runs, and gives it offset", "skip"])
        try runs.compare(cells("3", offset: "4"), runs: [2, 4])
    }

    func testWhatStaysTheSameIsNotDoneAgain() throws {
        try runs.compare(["x = 2 + 2", "y = x * 2", "z = y"], runs: [1, 2, 3])
        let changed = ["x = 4  # the same, put otherwise", "y = x * 2", "z = y"]
        XCTAssertEqual(
            try runs.reasons(changed),
            ["run: code changed at line 2", "maybe: cell 1 runs, and gives it x", "maybe: cell 2 runs, and gives it y"])
        try runs.compare(changed, runs: [1])
        // Prose and cells without a part in it may come and go.
        try runs.compare(["a = 1", changed[0], changed[1], changed[2]], runs: [1])
        XCTAssertEqual(
            try runs.reasons(["a = 1", "b = 1", changed[0], changed[1], changed[2]]),
            ["skip", "run: never run", "skip", "skip", "skip"])
    }

    func testFilesThatWereReadAreReadAgainWhenTheyChange() throws {
        let data = runs.path + "/data.txt", pattern = runs.path + "/some*.txt"
        let cells = [
            "text = load \"\(data)\"", "all = load \"\(pattern)\"", "~fails\nload \"\(runs.path)/none.txt\"",
            "shown = text",
        ]
        try runs.write("one", to: "data.txt")
        try runs.write("a", to: "some1.txt")
        try runs.compare(cells, runs: [1, 2, 3, 4])
        try runs.compare(cells, runs: [])
        try runs.write("two", to: "data.txt")
        XCTAssertEqual(try runs.reasons(cells)[0], "run: \(data) changed")
        try runs.compare(cells, runs: [1, 4])
        // Back to what it was: both states are known.
        try runs.write("one", to: "data.txt")
        try runs.compare(cells, runs: [])
        try runs.write("b", to: "some2.txt")
        XCTAssertEqual(try runs.reasons(cells)[1], "run: other files match \(pattern)")
        try runs.compare(cells, runs: [2])
        try runs.write("now it is here", to: "none.txt")
        XCTAssertEqual(try runs.reasons(cells)[2], "run: \(runs.path)/none.txt changed")
        XCTAssertEqual(try runs.run(cells).failure?.message, "this cell is marked 'fails' but ran to its end")
    }

    func testFilesThatWereWrittenAreThereAgain() throws {
        let outside = runs.path + "/out.json"
        let cells = [
            "save [1, 2] \"saved.json\"\nsave {a: 1} \"\(outside)\"", "x = load \"saved.json\"",
            "y = load(\"\(outside)\").a",
        ]
        try runs.compare(cells, runs: [1, 2, 3])
        let second = try runs.compare(cells, runs: [])
        XCTAssertEqual(second.text("saved.json").filter { !$0.isWhitespace }, "[1,2]")
        try runs.write("{\"a\": 7}", to: "out.json")
        XCTAssertEqual(
            try runs.reasons(cells),
            [
                "run: \(outside), which it wrote, is not what it was", "maybe: cell 1 runs, and may write saved.json",
                "maybe: cell 1 runs, and may write \(outside)",
            ])
        let third = try runs.run(cells)
        XCTAssertEqual(third.ran, [1])
        XCTAssertEqual(third.run.numbers.first { $0.name == "y" }?.value, 1)
        try runs.compare(["save [1, 3] \"saved.json\"\nsave {a: 1} \"\(outside)\"", cells[1], cells[2]], runs: [1, 2])
    }

    func testFiguresAndTablesGetTheNumbersThatTheyWouldHave() throws {
        let figure = "plot [1, 2, 3] title: \"Late\"", rows = "table {a: [1, 2]}"
        try runs.compare(["x = 1", figure, rows], runs: [1, 2, 3])
        let shifted = try runs.compare(["plot [3, 2] title: \"Early\"\ntable {b: [1]}", figure, rows], runs: [1])
        XCTAssertNotNil(shifted.bytes("figures/02-late.png"))
        XCTAssertTrue(shifted.text("transcript.md").contains("![Late"), shifted.text("transcript.md"))
        XCTAssertTrue(shifted.text("cells/3.json").contains("tables/02.csv"))
        try runs.compare(["x = 1", "~name: best\n" + figure, rows], runs: [])
    }

    func testExercisesKeepTheirStateAndFailuresTheirMessage() throws {
        let cells = [
            "~exercise: two\nx = 0", "~check: two\nexpect x == 2", "y = x", "~fails\nnonsense", "~solution: two\nx = 2",
        ]
        let first = try runs.compare(cells, runs: [1, 2, 3, 4])
        XCTAssertEqual(first.run.manifest.exercises.map(\.isSolved), [false])
        let second = try runs.compare(cells, runs: [])
        XCTAssertEqual(second.run.manifest.exercises.map(\.isSolved), [false])
        XCTAssertTrue(second.text("transcript.md").contains("unknown name 'nonsense'"), second.text("transcript.md"))
        let solved = try runs.compare(["~exercise: two\nx = 2", cells[1], cells[2], cells[3], cells[4]], runs: [1, 2])
        XCTAssertEqual(solved.run.manifest.exercises.map(\.isSolved), [true])

        let grammar = ["z = 1", "~fails\nz = = 2", "print z"]
        try runs.compare(grammar, runs: [1, 2, 3])
        try runs.compare(grammar, runs: [])
    }
}

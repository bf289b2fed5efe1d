import Foundation
import TestSupport
import XCTest

/// `replay`, `diff`, sweeps and `open`: runs beside each other.
final class ReplayTests: XCTestCase {
    private var rhumb: Executable!

    private let recipe = """
        # Numbers

        ```rhumb
        param alpha = 0.5
        x = randn 40 8
        clip = load "emoji"
        v = direction clip safe: ["a safe picture"] unsafe: ["a violent picture"]
        score = mean(x) * alpha
        ```

        ```rhumb
        t = table {step: [1, 2, 3], value: [score, 0.25, 0.125], name: ["a", none, "7"]}
        t
        plot t x: "step" y: "value" title: "Values"
        odd = {type: "tensor", size: inf, items: [1..3, none, true, nan]}
        picture = scene "a dog" seed: 1
        func f(a) { return a }
        ```
        """

    override func setUpWithError() throws {
        rhumb = try Executable()
        try rhumb.file("numbers.md", recipe)
    }
    override func tearDown() { rhumb.remove() }

    private func runRecipe() throws {
        let result = try rhumb.run("run", "numbers.md", "--out", "first", "--seed", "7", "--threads", "1")
        XCTAssertEqual(result.status, 0, result.errors)
    }

    func testReplayIsEqualBitForBit() throws {
        try runRecipe()
        let result = try rhumb.run("replay", "first", "--out", "second")
        XCTAssertEqual(result.status, 0, result.output + result.errors)
        XCTAssertTrue(result.output.hasSuffix("values, tables and figures\n"), result.output)
        XCTAssertTrue(result.output.contains("\nequal bit for bit: "), result.output)
        XCTAssertFalse(result.output.contains("different"), result.output)
    }

    func testWhatWasChangedIsNamed() throws {
        try runRecipe()
        let seed = try rhumb.run("replay", "first", "--out", "second", "--seed", "8")
        XCTAssertEqual(seed.status, 1)
        XCTAssertNotNil(seed.output.range(of: "\nseed +7 +8\n", options: .regularExpression), seed.output)
        XCTAssertTrue(seed.output.contains("differ; the cause: seed\n"), seed.output)
        XCTAssertNotNil(
            seed.output.range(of: "\nvalue +x +[0-9.]+ +tensor 40×8", options: .regularExpression), seed.output)

        let parameter = try rhumb.run("replay", "first", "--out", "second", "--force", "--set", "alpha=0.75")
        XCTAssertEqual(parameter.status, 1)
        XCTAssertNotNil(
            parameter.output.range(of: "\nparameter alpha +0.5 +0.75\n", options: .regularExpression), parameter.output)
        XCTAssertNil(
            parameter.output.range(of: "\nvalue +x ", options: .regularExpression), "x does not depend on alpha")
        XCTAssertNotNil(parameter.output.range(of: "\nvalue +score ", options: .regularExpression), parameter.output)
        XCTAssertNotNil(
            parameter.output.range(of: "\nfigure +figures/01-values.png ", options: .regularExpression),
            parameter.output)

        try rhumb.file("numbers.md", recipe.replacingOccurrences(of: "0.125", with: "0.126"))
        let line = try rhumb.run("replay", "first", "--out", "second", "--force", "--recipe", "numbers.md")
        XCTAssertEqual(line.status, 1)
        XCTAssertTrue(line.output.contains("the cause: recipe line 12\n"), line.output)

        try rhumb.file("first/recipe.md", recipe + "\n")
        XCTAssertTrue(try rhumb.run("replay", "first").errors.contains("is not the recipe that ran"))
    }

    func testAChangedByteOfAModelIsNamed() throws {
        XCTAssertEqual(try rhumb.run("eval", "save (randn 4 seed: 1) \"\(rhumb.folder.path)/weights.npy\"").status, 0)
        try rhumb.file("model.md", "```rhumb\nw = load \"weights.npy\"\ntotal = sum(w)\n```\n")
        XCTAssertEqual(try rhumb.run("run", "model.md", "--out", "first").status, 0)
        let file = rhumb.folder.appendingPathComponent("weights.npy")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 2] ^= 1
        try bytes.write(to: file)
        let result = try rhumb.run("replay", "first", "--out", "second")
        XCTAssertEqual(result.status, 1)
        XCTAssertNotNil(
            result.output.range(of: "the cause: file .*weights.npy\n", options: .regularExpression), result.output)
        XCTAssertEqual(
            try rhumb.run("replay", "first", "--out", "second", "--force", "--within", "0.5").status, 0,
            "a tolerance that is given counts")
    }

    func testDiffOfTwoRuns() throws {
        try runRecipe()
        XCTAssertEqual(
            try rhumb.run("run", "numbers.md", "--out", "second", "--seed", "7", "--threads", "1", "--set", "alpha=1")
                .status, 0)
        let same = try rhumb.run("diff", "first", "first")
        XCTAssertEqual(same.status, 0)
        XCTAssertTrue(same.output.hasPrefix("equal bit for bit: "), same.output)
        let result = try rhumb.run("diff", "first", "second")
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.output.contains("the cause: parameter alpha\n"), result.output)
        XCTAssertTrue(try rhumb.run("diff", "first", "nowhere").errors.contains("'nowhere' is not the folder of a run"))
        XCTAssertEqual(try rhumb.run("diff", "first", "second", "--within", "-1").status, 2)
    }

    func testOpenBringsValuesBackToTheLastBit() throws {
        try runRecipe()
        let check = """
            ```rhumb
            open "first"
            ```
            ```rhumb
            expect type(x) == "tensor" and len(x) == 40
            expect alpha == 0.5
            expect mean(x) * alpha == score
            expect odd.type == "tensor" and odd.size == inf and odd.items[0] == 1..3 and odd.items[1] == none and \
            odd.items[2]
            expect t.name == ["a", none, "7"] and t.value[0] == score
            expect type(picture) == "image" and picture == scene("a dog", seed: 1)
            c = load "emoji"
            w = direction c safe: ["a safe picture"] unsafe: ["a violent picture"]
            expect v.vector == w.vector and v.safe == ["a safe picture"] and v.mean_difference == w.mean_difference
            ```
            """
        try rhumb.file("check.md", check)
        let result = try rhumb.run("run", "check.md", "--threads", "1", "--out", "checked")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(result.errors.contains("opened: alpha, x, v, score, t, odd, picture"), result.errors)
        XCTAssertTrue(result.errors.contains("not saved: clip"), result.errors)
        let one = try rhumb.run("eval", "open \"first\" only: [\"score\"]", "vars")
        XCTAssertTrue(one.output.contains("score") && !one.output.contains("alpha"), one.output)
        XCTAssertTrue(
            try rhumb.run("eval", "open \"first\" only: [\"clip\"]").errors.contains("'clip' is not saved in the run"))
    }

    func testTwoRunsStandSideBySide() throws {
        try rhumb.file("n.md", "```rhumb\nparam a = 1\nscore = a * 2\nt = table {x: [a]}\n```\n")
        for (folder, a) in [("one", "3"), ("two", "5")] {
            XCTAssertEqual(try rhumb.run("run", "n.md", "--out", folder, "--set", "a=\(a)").status, 0)
        }
        let result = try rhumb.run(
            "eval", "p = open(\"one\")", "q = open \"two\" only: [\"score\", \"t\"]",
            "print \"{p.score} {q.score} {p.a} {q.t.x[0]} {keys(q)}\"")
        XCTAssertEqual(result.output, "6 10 3 5 [\"score\", \"t\"]\n", result.errors)
    }

    func testASweepTabulates() throws {
        try rhumb.file(
            "sweep.md",
            "```rhumb\nparam a = 1\nparam b = \"x\"\nparam xs = [1]\narea = a * len(b) + sum(xs)\nhalf = area / 2\nexpect a < 3\n```\n"
        )
        let result = try rhumb.run(
            "run", "sweep.md", "--sweep", "a=1,2", "--sweep", "b=x,yy", "--out", "grid", "--show", "area")
        XCTAssertEqual(result.status, 0, result.errors)
        let rows = try rhumb.text(of: "grid/sweep.csv").split(separator: "\n").map {
            $0.split(separator: ",").prefix(3).joined(separator: ",")
        }
        XCTAssertEqual(rows, ["a,b,area", "1,x,2", "1,yy,3", "2,x,3", "2,yy,5"])
        XCTAssertTrue(result.output.contains("grid/sweep.csv"), result.output)
        XCTAssertTrue(try rhumb.text(of: "grid/3/manifest.json").contains("\"status\": \"complete\""))

        let lists = try rhumb.run("run", "sweep.md", "--sweep", "xs=[1, 2],[3]", "--out", "lists")
        XCTAssertEqual(lists.status, 0, lists.errors)
        let failing = try rhumb.run("run", "sweep.md", "--sweep", "a=2,3", "--out", "fails")
        XCTAssertEqual(failing.status, 1)
        XCTAssertNotNil(failing.output.range(of: "\n3  failed +4 +2.0 ", options: .regularExpression), failing.output)
    }

    func testSweepsThatMakeNoSense() throws {
        try rhumb.file("sweep.md", "```rhumb\nparam a = 1\nb = a\n```\n")
        XCTAssertEqual(try rhumb.run("run", "sweep.md", "--sweep", "a").status, 2)
        XCTAssertEqual(try rhumb.run("run", "sweep.md", "--sweep", "a=1,,2").status, 2)
        XCTAssertTrue(
            try rhumb.run("run", "sweep.md", "--sweep", "a=1,two").errors.contains("must be a number, not 'two'"))
        XCTAssertTrue(try rhumb.run("run", "sweep.md", "--sweep", "c=1").errors.contains("no parameter 'c'"))
        XCTAssertTrue(
            try rhumb.run("run", "sweep.md", "--sweep", "a=1", "--set", "a=2").errors.contains("more than once"))
        XCTAssertTrue(
            try rhumb.run("run", "sweep.md", "--sweep", "a=1", "--show", "d").errors.contains(
                "no run returned a number 'd'"))
        XCTAssertEqual(try rhumb.run("run", "sweep.md", "--show", "b").status, 2)
    }
}

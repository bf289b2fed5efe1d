import Files
import Foundation
import XCTest

/// `rhumb convert`, and notebooks where recipes may stand.
final class ConvertCommandTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private static let recipe = """
        # Sums

        ```rhumb name: sum
        param n = 2
        n + 1
        ```

        ```rhumb skip
        never
        ```

        ```rhumb
        expect n > 0
        print nobody
        ```

        """

    func testThereAndBackIsTheSameFile() throws {
        try rhumb.file("a.md", Self.recipe)
        XCTAssertEqual(try rhumb.run("convert", "a.md").output, "a.ipynb\n")
        let refused = try rhumb.run("convert", "a.ipynb")
        XCTAssertEqual(refused.status, 1)
        XCTAssertEqual(
            refused.errors, "error: 'a.md' is there already\n  help: name another file, or replace it with --force\n")
        XCTAssertEqual(try rhumb.run("convert", "a.ipynb", "deep/b.md").output, "deep/b.md\n")
        XCTAssertEqual(try rhumb.text(of: "deep/b.md"), Self.recipe)
        XCTAssertEqual(try rhumb.run("convert", "a.md", "b.md").status, 2)
        XCTAssertEqual(try rhumb.run("convert", "a.csv").status, 2)
    }

    func testANotebookRunsAndItsReportIsOne() throws {
        try rhumb.file("a.md", Self.recipe.replacing("print nobody", with: "print n"))
        _ = try rhumb.run("convert", "a.md")
        let run = try rhumb.run("run", "a.ipynb", "--out", "run", "--set", "n=5")
        XCTAssertEqual(run.status, 0, run.errors)
        XCTAssertTrue(run.output.contains("6"), run.output)
        XCTAssertTrue(try rhumb.text(of: "run/recipe.md").contains("```rhumb skip"))

        XCTAssertEqual(try rhumb.run("report", "run", "--format", "ipynb").status, 0)
        let report = try JSON(parsing: rhumb.text(of: "run/report.ipynb"))
        XCTAssertEqual(report["metadata"]?["kernelspec"]?["name"], "rhumb")
        let cells = try XCTUnwrap(report["cells"]?.array)
        XCTAssertEqual(cells.compactMap { $0["cell_type"]?.string }, ["markdown", "code", "markdown", "code"])
        XCTAssertEqual(cells[3]["outputs"]?.array?.first?["text"], ["5\n"])
        // The report is a notebook like any other: the recipe is still in it.
        XCTAssertEqual(try rhumb.run("convert", "run/report.ipynb", "again.md").output, "again.md\n")
        XCTAssertEqual(try rhumb.text(of: "again.md"), try rhumb.text(of: "a.md"))
        XCTAssertEqual(try rhumb.run("replay", "run").status, 0)
    }

    func testAnErrorInANotebookNamesItsCell() throws {
        try rhumb.file("a.md", Self.recipe)
        _ = try rhumb.run("convert", "a.md")
        let run = try rhumb.run("run", "a.ipynb", "--out", "run")
        XCTAssertNotEqual(run.status, 0)
        XCTAssertTrue(run.errors.contains("a.ipynb[2]:2 | print nobody"), run.errors)
        try rhumb.file(
            "python.ipynb",
            "{\"nbformat\": 4, \"cells\": [], \"metadata\": {\"kernelspec\": {\"language\": \"python\"}}}")
        let other = try rhumb.run("run", "python.ipynb")
        XCTAssertTrue(
            other.errors.hasPrefix("error: 'python.ipynb' is a notebook of 'python', not of Rhumb"), other.errors)
    }
}

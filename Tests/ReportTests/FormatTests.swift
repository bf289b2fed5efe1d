import Foundation
import Notebook
import Report
import TestSupport
import XCTest

final class FormatTests: XCTestCase {
    private var fixture: Fixture!

    override func setUpWithError() throws { fixture = try Fixture() }
    override func tearDown() { fixture = nil }

    private static let recipe = """
        # Recipe

        Prose.

        ```rhumb name: first
        param alpha = 0.5 "strength"
        print "a|b"
        table({name: ["a|b", "c"], x: [1, 2.5]})
        draw "A *figure*"
        ```

        ```rhumb quiet
        x = 1
        ```

        ```rhumb
        print 1
        expect x > 1
        ```
        """

    func testNotebook() throws {
        let text = try fixture.report(.ipynb, of: fixture.run(Self.recipe))
        let notebook = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        XCTAssertEqual(notebook["nbformat"] as? Int, 4)
        XCTAssertEqual(notebook["nbformat_minor"] as? Int, 5)
        let cells = try XCTUnwrap(notebook["cells"] as? [[String: Any]])
        XCTAssertEqual(cells.map { $0["cell_type"] as? String }, ["markdown", "code", "code", "code"])
        XCTAssertEqual(cells.map { $0["id"] as? String }, ["prose-1", "cell-1", "cell-2", "cell-3"])
        XCTAssertEqual(cells[0]["source"] as? [String], ["# Recipe\n", "\n", "Prose."])
        XCTAssertEqual(cells.dropFirst().map { $0["execution_count"] as? Int }, [1, 2, 3])
        let outputs = try XCTUnwrap(cells[1]["outputs"] as? [[String: Any]])
        XCTAssertEqual(outputs.map { $0["output_type"] as? String }, ["stream", "display_data", "display_data"])
        XCTAssertEqual(outputs[0]["text"] as? [String], ["a|b\n"])
        let forms = outputs.dropFirst().compactMap { $0["data"] as? [String: Any] }
        XCTAssertTrue((forms[0]["text/html"] as? [String])?.joined().contains("<td>a|b</td>") ?? false)
        XCTAssertEqual((forms[1]["image/png"] as? String).flatMap { Data(base64Encoded: $0) }, Fixture.dot)
        XCTAssertEqual(forms[1]["text/plain"] as? [String], ["A *figure*"])
        let failure = try XCTUnwrap((cells[3]["outputs"] as? [[String: Any]])?.last)
        XCTAssertEqual(failure["ename"] as? String, "expectation")
        XCTAssertTrue((failure["traceback"] as? [String])?.contains { $0.contains("^^^^^") } ?? false)
        let jupyter = (cells[2]["metadata"] as? [String: Any])?["jupyter"] as? [String: Bool]
        XCTAssertEqual(jupyter?["source_hidden"], true)
    }

    func testMarkdown() throws {
        let run = try fixture.run(Self.recipe)
        let beside = try fixture.report(.md, of: run)
        XCTAssertTrue(beside.hasPrefix("# Recipe\n\nProse.\n\n```rhumb\nparam alpha"), beside)
        XCTAssertTrue(beside.contains("| name | x |\n| --- | ---: |\n| a\\|b | 1.0 |\n| c | 2.5 |"), beside)
        XCTAssertTrue(beside.contains("![A \\*figure\\*](figures/01-first.png)"), beside)
        XCTAssertTrue(beside.contains("| status | failed in cell 3 of 3 |"), beside)
        XCTAssertFalse(beside.contains("x = 1\n"), "a quiet cell leaves nothing")
        let elsewhere = try fixture.report(.md, of: run, to: fixture.path + "/notes.md")
        XCTAssertTrue(elsewhere.contains("(runs/run/figures/01-first.png)"), elsewhere)
    }

    func testIndex() throws {
        try fixture.run(Self.recipe, name: "alpha half")
        try fixture.run(
            "# Other <b>\n\n```rhumb\nparam alpha = 0.5\nprint 1\n```\n", name: "other", settings: ["alpha": "2"])
        let (file, damage) = try Report.writeIndex(of: fixture.path + "/runs")
        XCTAssertEqual(damage, [])
        XCTAssertEqual(file, fixture.path + "/runs/index.html")
        let page = try ParsedPage(String(contentsOf: URL(fileURLWithPath: file), encoding: .utf8))
        XCTAssertEqual(
            Set(page.all("a").compactMap { $0.attributes["href"] }), ["alpha%20half/report.html", "other/report.html"])
        XCTAssertEqual(Set(page.all("a").map(\.text)), ["Recipe", "Other <b>"])
        XCTAssertEqual(page.all("b").map(\.text), ["alpha = 2"], "what --set gave stands out")
        XCTAssertEqual(page.all("img").map { $0.attributes["src"] }, ["alpha%20half/figures/01-first.svg"])
        XCTAssertEqual(
            Set(page.all("span").compactMap { $0.attributes["class"] }), ["status failed", "status complete"])
        for run in ["alpha half", "other"] {
            XCTAssertTrue(FileManager.default.fileExists(atPath: "\(fixture.path)/runs/\(run)/report.html"), run)
        }
        let elsewhere = try Report.writeIndex(of: fixture.path + "/runs", to: fixture.path + "/deep/all.html").path
        XCTAssertTrue(
            try String(contentsOf: URL(fileURLWithPath: elsewhere), encoding: .utf8).contains(
                "href=\"../runs/other/report.html\""))
    }

    func testWhatIsNoRun() throws {
        XCTAssertThrowsError(try Report.write(ofRun: fixture.path)) {
            XCTAssertEqual($0 as? RunError, .notARun(fixture.path))
        }
        XCTAssertThrowsError(try Report.writeIndex(of: fixture.path)) {
            XCTAssertEqual($0 as? RunError, .noRuns(fixture.path))
        }
        XCTAssertThrowsError(try Report.writeIndex(of: "nowhere")) {
            XCTAssertEqual($0 as? RunError, .noRuns("nowhere"))
        }
    }
}

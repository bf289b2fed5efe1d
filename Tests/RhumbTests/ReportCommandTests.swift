import Foundation
import TestSupport
import XCTest

/// `rhumb report`, and the page that `rhumb run` leaves.
final class ReportCommandTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: rhumb.folder.appendingPathComponent(name).path)
    }

    func testRunLeavesItsPageUnlessTold() throws {
        try rhumb.file("r.md", "# R\n\n```rhumb\nprint \"hello\"\nexpect 1 > 2\n```\n")
        XCTAssertEqual(try rhumb.run("run", "r.md", "--out", "with").status, 1)
        let page = try rhumb.text(of: "with/report.html")
        XCTAssertTrue(page.contains("<span class=\"v\">print</span>"), "verbs are coloured")
        XCTAssertTrue(page.contains("error: expectation failed"))
        XCTAssertEqual(try rhumb.run("run", "r.md", "--out", "without", "--no-report").status, 1)
        XCTAssertFalse(exists("without/report.html"))
    }

    func testReportOfARunAndOfAFolder() throws {
        try rhumb.file("r.md", "# R\n\n```rhumb\nprint \"hello\"\n```\n")
        XCTAssertEqual(try rhumb.run("run", "r.md", "--no-report").status, 0)
        XCTAssertEqual(try rhumb.run("report").output, "runs/index.html\n")
        let runs = rhumb.folder.appendingPathComponent("runs").path
        let run = try XCTUnwrap(FileManager.default.contentsOfDirectory(atPath: runs).first { $0.hasPrefix("r-") })
        XCTAssertTrue(exists("runs/\(run)/report.html"))
        XCTAssertEqual(
            try rhumb.run("report", "runs/" + run, "--format", "md", "--out", "r-report.md").output, "r-report.md\n")
        XCTAssertTrue(try rhumb.text(of: "r-report.md").contains("```text\nhello\n```"))
        let nothing = try rhumb.run("report", "nowhere")
        XCTAssertEqual(nothing.status, 1)
        XCTAssertTrue(nothing.errors.contains("'nowhere' holds no folder of a run"), nothing.errors)
        XCTAssertEqual(try rhumb.run("report", "runs", "--format", "ipynb").status, 2)
    }

    func testKilledRunHasAReport() throws {
        try rhumb.file(
            "long.md", "```rhumb\nprint \"one\"\n```\n\n```rhumb\nprint \"two\"\nwhile true { x = 1 }\n```\n")
        let running = try rhumb.start(["run", "long.md", "--out", "out"])
        let deadline = Date().addingTimeInterval(20)
        // The cell is written down when it begins, and again with what it has given.
        func isWritten(_ file: String, _ text: String) -> Bool {
            (try? rhumb.text(of: file))?.contains(text) == true
        }
        while !(isWritten("out/cells/2.json", "two\\n") && isWritten("out/transcript.md", "\ntwo\n")), Date() < deadline
        {
            usleep(10_000)
        }
        kill(running.process.processIdentifier, SIGKILL)
        _ = running.finish()
        XCTAssertFalse(exists("out/report.html"))
        XCTAssertEqual(try rhumb.run("report", "out").status, 0)
        let page = try rhumb.text(of: "out/report.html")
        XCTAssertTrue(page.contains("killed in cell 2 of 2"))
        XCTAssertTrue(page.contains("\none</pre>"))
        XCTAssertTrue(page.contains("\ntwo</pre>"), "what the last cell had given")
        XCTAssertTrue(page.contains("The run ended here: its process was killed. Above is what the cell had given."))
        XCTAssertTrue(try rhumb.text(of: "out/transcript.md").hasSuffix("```text\ntwo\n```\n"))
        XCTAssertEqual(try rhumb.run("report", "out", "--format", "md").status, 0)
        XCTAssertTrue(try rhumb.text(of: "out/report.md").contains("*The run ended here: its process was killed."))
        XCTAssertEqual(try rhumb.run("report", "out", "--format", "ipynb").status, 0)
        XCTAssertTrue(try rhumb.text(of: "out/report.ipynb").contains("The run ended here"))
    }
}

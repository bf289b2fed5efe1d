import Foundation
import Report
import TestSupport
import XCTest

final class PageTests: XCTestCase {
    private var fixture: Fixture!

    override func setUpWithError() throws { fixture = try Fixture() }
    override func tearDown() { fixture = nil }

    private func page(_ recipe: String, svg: String = Fixture.drawing) throws -> ParsedPage {
        try ParsedPage(fixture.report(of: fixture.run(recipe, svg: svg)))
    }

    func testWhateverAUserWritesStaysText() throws {
        let run = try fixture.run(
            #"""
            ---
            title: A <script>alert(1)</script> & 'more' "
            ---
            Prose <script>alert(2)</script> with <!-- a remark --> &#1; and [a link](javascript:alert(3)).

            <div onclick="alert(4)">

            # Heading <b>bold</b>

            ```rhumb name: first
            param x = "<script>alert(5)</script>" "help"   # <script>
            print "<script>alert(6)</script> & \u{1} ]]>"
            table({"<b>": ["<script>", "\"'&"]})
            draw "a \"title\" <script>"
            {a: "<i>"}
            ```
            """#)
        let text = try fixture.report(of: run)
        let page = try ParsedPage(text)
        XCTAssertEqual(page.all("script").count, 1, "the page's own")
        XCTAssertFalse(text.contains("javascript:"))
        XCTAssertTrue(page.elements.allSatisfy { !$0.attributes.keys.contains { $0.hasPrefix("on") } })
        XCTAssertEqual(page.all("h1").first?.text, "A <script>alert(1)</script> & 'more' \"")
        XCTAssertTrue(page.all("div", "prose").first?.text.contains("Prose <script>alert(2)</script> with") ?? false)
        XCTAssertTrue(page.all("div", "prose").first?.text.contains("<div onclick=\"alert(4)\">") ?? false)
        XCTAssertTrue(page.all("pre", "text").contains { $0.text == "\n<script>alert(6)</script> & \u{FFFD} ]]>" })
        XCTAssertTrue(page.all("td").contains { $0.text == "\"'&" })
        XCTAssertEqual(page.all("svg").first?.attributes["aria-label"], "a \"title\" <script>")
    }

    func testNothingIsFetched() throws {
        let run = try fixture.run(
            "![far](https://example.org/a.png) ![gone](nowhere.png)\n\n```rhumb\ndraw \"d\"\ndot \"p\"\n```\n")
        let page = try ParsedPage(fixture.report(of: run))
        for element in page.elements where element.name != "a" {
            for (name, value) in element.attributes where name == "src" || name == "href" || name == "xlink:href" {
                XCTAssertTrue(
                    value.hasPrefix("data:") || value.hasPrefix("#"), "\(element.name) \(name)=\(value.prefix(60))")
            }
        }
        let policy = page.all("meta").compactMap { $0.attributes["content"] }.first { $0.contains("default-src") }
        XCTAssertEqual(policy?.hasPrefix("default-src 'none'; img-src data:;"), true)
        XCTAssertEqual(
            page.all("a").filter { $0.text == "far" }.map { $0.attributes["href"] }, ["https://example.org/a.png"])
        XCTAssertTrue(page.all("em").contains { $0.text == "gone" })
    }

    func testPicturesBesideTheRecipeBecomePartOfThePage() throws {
        try Fixture.dot.write(to: fixture.folder.appendingPathComponent("beside.png"))
        let page = try page("![a dot](beside.png) and ![not ours](../../etc/passwd)\n\n```rhumb\n1;\n```\n")
        XCTAssertEqual(page.all("img").map { $0.attributes["alt"] }, ["a dot"])
        XCTAssertEqual(
            page.all("img").first?.attributes["src"], "data:image/png;base64," + Fixture.dot.base64EncodedString())
    }

    func testTablesSortByEveryDigit() throws {
        let page = try page(
            "```rhumb\ntable({name: [\"b\", \"a\"], x: [1 / 3, 1e-9], y: [1, none], z: [inf, -inf]})\n```\n")
        let heads = page.all("th").prefix(4)
        XCTAssertEqual(heads.map(\.text), ["name", "x", "y", "z"])
        XCTAssertEqual(heads.map { $0.attributes["class"] }, [nil, "number", "number", "number"])
        XCTAssertEqual(
            page.all("td").prefix(8).map { $0.attributes["data-sort"] },
            [nil, "0.3333333333333333", "1.0", "Infinity", nil, "1e-09", "", "-Infinity"])
        XCTAssertEqual(page.all("td")[1].text, "0.3333")
        XCTAssertEqual(page.all("table", "sortable").count, 2, "the table and the times of the cells")
    }

    func testLongTableSaysWhatIsLeftOut() throws {
        let page = try page("```rhumb\nt = table({x: range(0, 700)})\nt\n```\n")
        XCTAssertEqual(page.all("tbody").first?.text.split(separator: "\n").count, 500)
        XCTAssertTrue(
            page.all("p", "remark").contains {
                $0.text == "The first 500 of 700 rows; all of them are in tables/01.csv."
            })
    }

    func testFailureStandsAtItsCell() throws {
        let page = try page(
            "```rhumb\nx = 1\n```\n\n```rhumb\nprint x\nexpect x > 1, \"too small\"\nprint 3\n```\n\n```rhumb\nprint 4\n```\n"
        )
        XCTAssertEqual(
            page.all("section").compactMap { $0.attributes["class"] },
            ["cell complete", "cell failed", "cell waiting", "run"])
        XCTAssertEqual(page.all("mark").map(\.text), ["expect x > 1, \"too small\""])
        let failure = try XCTUnwrap(page.all("div", "failure").first?.text)
        XCTAssertTrue(failure.contains("run.md:7 | expect x > 1, \"too small\"\n"), failure)
        XCTAssertTrue(failure.contains("^^^^^ left is 1, right is 1"), failure)
        XCTAssertEqual(page.all("span", "status failed").first?.text, "failed in cell 2 of 3")
    }

    func testKilledRunSaysHowFarItCame() throws {
        var text = ""
        let run = fixture.path + "/runs/run"
        try fixture.run("```rhumb\nprint \"one\"\n```\n\n```rhumb\nlook\n```\n\n```rhumb\nprint 3\n```\n") {
            [fixture] in
            // What is on the disk now is what a kill at this moment leaves.
            for (file, content) in [
                ("progress.json", #"{"cell": 2, "label": "train", "done": 12, "total": 40, "detail": "reward 0.31"}"#),
                ("checkpoints/cell-2-1/history.csv", "round,reward\n1,0.1\n2,0.2\n3,0.31\n"),
            ] {
                let url = URL(fileURLWithPath: run + "/" + file)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(content.utf8).write(to: url)
            }
            text = try fixture!.report(of: run)
        }
        let page = try ParsedPage(text)
        XCTAssertEqual(
            page.all("section").compactMap { $0.attributes["class"] },
            ["cell complete", "cell running", "cell waiting", "run"])
        XCTAssertEqual(
            page.all("span", "status running").first?.text, "unfinished: 1 of 3 cells were done when this page was made"
        )
        XCTAssertTrue(page.all("pre", "text").contains { $0.text == "\none" })
        XCTAssertTrue(
            text.contains("At work when this page was made, after 12 of 40 steps of &#39;train&#39; (reward 0.31);"),
            text)
        XCTAssertTrue(
            page.all("code").contains { $0.text == "checkpoints/cell-2-1/history.csv" }, "the curve of its training")
    }

    func testQuietSkippedAndPromisedErrors() throws {
        let page = try page(
            "```rhumb quiet\nprint \"hush\"\n```\n```rhumb skip\nprint (\n```\n```rhumb fails\nprint [1][5]\n```\n")
        XCTAssertFalse(page.all("body").first?.text.contains("hush") ?? true)
        XCTAssertEqual(
            page.all("section").compactMap { $0.attributes["class"] }, ["cell skipped", "cell complete", "run"])
        XCTAssertEqual(page.all("div", "failure expected").count, 1)
    }

    func testHeadingsBecomeContentsWithNamesOfTheirOwn() throws {
        let page = try page(
            "# Recipe\n\n## Same `x`\n\nSee [that][1].\n\n```rhumb\n1\n```\n\n## Same x\n\n## Run\n\n[1]: https://example.org/that\n"
        )
        XCTAssertEqual(page.all("h2").map { $0.attributes["id"] }, ["same-x", "same-x-2", "run-2", "run"])
        let names = page.elements.compactMap { $0.attributes["id"] }
        XCTAssertEqual(Set(names).count, names.count)
        let targets = page.all("a").compactMap { $0.attributes["href"] }.filter { $0.hasPrefix("#") }.map {
            String($0.dropFirst())
        }
        XCTAssertTrue(Set(targets).isSubset(of: Set(names)))
        XCTAssertEqual(
            page.all("a").filter { $0.text == "that" }.map { $0.attributes["href"] }, ["https://example.org/that"])
        XCTAssertEqual(page.all("h1").map(\.text), ["Recipe"], "the title stands once")
    }

    func testTrainingHistoryIsDrawn() throws {
        let page = try page("```rhumb\ntable({round: [1, 2, 3], reward: [0.1, 0.5, 0.4], rate: [1, 1, 1]})\n```\n")
        XCTAssertEqual(page.all("figure", "curve").count, 1, "a constant is no curve")
        let label = try XCTUnwrap(page.all("svg").first?.attributes["aria-label"])
        XCTAssertEqual(label, "reward over round 1 to 3: from 0.1 to 0.4, lowest 0.1, highest 0.5")
    }
}

import Foundation
import Report
import TestSupport
import XCTest

final class DrawingTests: XCTestCase {
    private var fixture: Fixture!

    override func setUpWithError() throws { fixture = try Fixture() }
    override func tearDown() { fixture = nil }

    private func page(_ svg: String, count: Int = 1) throws -> ParsedPage {
        let recipe = "```rhumb\n" + String(repeating: "draw \"d\"\n", count: count) + "```\n"
        return try ParsedPage(fixture.report(of: fixture.run(recipe, svg: svg)))
    }

    private static func drawing(_ inside: String) -> String {
        "<svg viewBox='0 0 4 4' xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>\(inside)</svg>"
    }

    func testEachDrawingHasNamesOfItsOwnAndThePagesColours() throws {
        let page = try page(Fixture.drawing, count: 2)
        XCTAssertEqual(page.all("circle").map { $0.attributes["id"] }, ["d1-point", "d2-point"])
        XCTAssertEqual(page.all("use").map { $0.attributes["xlink:href"] }, ["#d1-point", "#d2-point"])
        XCTAssertEqual(page.all("use").first?.attributes["color"], "var(--series-0)")
        XCTAssertEqual(page.all("g").first?.attributes["fill"], "var(--figure-ink)")
        XCTAssertEqual(page.all("text").first?.text, "a & b < c")
        XCTAssertEqual(page.all("svg", "themed").first?.attributes["viewBox"], "0 0 40 20")
        XCTAssertFalse(page.all("svg").contains { $0.text.contains("Gnuplot") })
    }

    func testOtherColoursKeepTheirPaper() throws {
        let page = try page(Self.drawing("<path fill='#123456' stroke='black' d='M0 0'/>"))
        XCTAssertEqual(page.all("svg").map { $0.attributes["class"] }, ["paper"])
        XCTAssertEqual(page.all("path").first?.attributes["stroke"], "black")
    }

    func testWhatIsNoHarmlessDrawingIsShownAsAPicture() throws {
        let refused = [
            "<script>alert(1)</script>", "<foreignObject/>", "<image href='https://example.org/x.png'/>",
            "<use href='other.svg#x'/>",
            "<path d='M0 0'>", "<path d='M0 0'/></g>", "<!DOCTYPE x>", "<path d='M0 0' d='M1 1'/>",
            "<path style='fill:url(http://x)'/>",
            "<path fill='url(http://x)'/>", "<path d='<'/>", "<path d=M0/>", "<a href='javascript:1'>x</a>", "<svg/>",
        ]
        for inside in refused {
            let page = try page(Self.drawing(inside))
            XCTAssertEqual(page.all("svg").count, 0, inside)
            XCTAssertEqual(page.all("img").map { $0.attributes["alt"] }, ["d"], inside)
        }
        let page = try page(Self.drawing("<path onclick='alert(1)' class='x' d='M0 0'/>"))
        XCTAssertEqual(page.all("path").map(\.attributes), [["d": "M0 0"]])
    }

    func testAFigureWhoseFilesAreGoneIsSaidSo() throws {
        let run = try fixture.run("```rhumb\ndot \"lost\"\n```\n")
        try FileManager.default.removeItem(atPath: run + "/figures")
        let page = try ParsedPage(fixture.report(of: run))
        XCTAssertTrue(page.all("p", "remark").contains { $0.text == "The figure's files are gone: lost" })
    }
}

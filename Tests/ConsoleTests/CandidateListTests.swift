import Console
import Language
import TestSupport
import XCTest

final class CandidateListTests: XCTestCase {
    private func candidates(_ texts: [String]) -> [Completion.Candidate] {
        texts.map { .init(text: $0, summary: "about \($0)") }
    }

    private func text(_ texts: [String], isAny: Bool = false, width: Int = 40) -> String {
        CandidateList.text(candidates(texts), isAny: isAny, width: width, palette: Palette(isOn: false))
    }

    func testFewAreExplainedAndAligned() {
        XCTAssertEqual(text(["sample", "sd"]), "sample   about sample\nsd       about sd")
    }

    func testExplanationsAreCutAtTheEdge() {
        XCTAssertTrue(text(["sample", "漢字"], width: 16).split(separator: "\n").allSatisfy { $0.displayWidth < 16 })
    }

    func testManyStandInColumns() {
        let lines = text((10..<40).map { "w\($0)" }, width: 25).split(separator: "\n")
        XCTAssertEqual(lines.count, 6)
        XCTAssertEqual(lines[0], "w10  w16  w22  w28  w34")
    }

    func testTooManyAreCounted() {
        let lines = text((100..<300).map { "w\($0)" }, width: 25).split(separator: "\n")
        XCTAssertEqual(lines.count, 11)
        XCTAssertEqual(lines.last, "… and 160 more: type a letter")
    }

    func testWithNothingTypedTheLikeliestAreExplained() {
        let lines = text((100..<300).map { "w\($0)" }, isAny: true).split(separator: "\n")
        XCTAssertEqual(lines.count, 17)
        XCTAssertEqual(lines[0], "w100   about w100")
    }

    func testCommonPrefix() {
        XCTAssertEqual(CandidateList.commonPrefix(["direction", "direct", "dire"]), "dire")
        XCTAssertEqual(CandidateList.commonPrefix(["a", "b"]), "")
        XCTAssertEqual(CandidateList.commonPrefix([]), "")
    }
}

final class IndentationTests: XCTestCase {
    private func after(_ block: String) -> Int { Indentation.afterEnter(in: block, cursor: block.utf8.count) }

    func testFollowsTheLine() {
        XCTAssertEqual(after("for i in x {"), 4)
        XCTAssertEqual(after("for i in x {\n    y = [  "), 8)
        XCTAssertEqual(after("for i in x {\n    y = 1"), 4)
        XCTAssertEqual(after("x = 1 +"), 0)
        XCTAssertEqual(after(""), 0)
    }

    func testOnlyWhatStandsBeforeTheCursorCounts() {
        XCTAssertEqual(Indentation.afterEnter(in: "{ x }", cursor: 1), 4)
    }
}

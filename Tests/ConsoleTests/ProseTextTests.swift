import Console
import TestSupport
import XCTest

/// Markdown on a terminal.
final class ProseTextTests: XCTestCase {
    private func text(_ markdown: String, width: Int = 30, colour: Bool = false) -> String {
        ProseText(palette: Palette(isOn: colour), width: width).text(markdown)
    }

    func testParagraphsAreJoinedAndWrapped() {
        XCTAssertEqual(
            text("One two three\nfour five six seven eight.\n\nNext."),
            "One two three four five six\nseven eight.\n\nNext.")
    }

    func testWideCharactersCountTwice() {
        XCTAssertEqual(text("漢字漢字漢字漢字 漢字漢字漢字漢字", width: 30), "漢字漢字漢字漢字\n漢字漢字漢字漢字")
    }

    func testItemsHang() {
        XCTAssertEqual(
            text("* one two three four five six seven\n* eight\n\n1. nine\n   ten"),
            "• one two three four five six\n  seven\n• eight\n\n1. nine ten")
    }

    func testTablesFormulasAndOtherFencesStayAsTheyAre() {
        let table = "| a long first column | and a second |\n|---|---|"
        XCTAssertEqual(text(table), table)
        XCTAssertEqual(
            text("Run\n\n    rhumb tour  1   # with every space in its place\n"),
            "Run\n\n    rhumb tour  1   # with every space in its place")
        XCTAssertEqual(text("```sh\n# no heading\n  x\n```\nafter"), "    # no heading\n      x\nafter")
    }

    func testMarks() {
        XCTAssertEqual(text("A *b* **c** `d e` [f](g.md)."), "A b c `d e` f.", "without colour code keeps its marks")
        XCTAssertEqual(
            text("# H\n\n**c** *b* `d`!", colour: true),
            "\u{1B}[1mH\u{1B}[0m\n\n\u{1B}[1mc\u{1B}[0m \u{1B}[3mb\u{1B}[0m \u{1B}[36md\u{1B}[0m!")
        XCTAssertEqual(
            text("2 * 3 * 4 and x_t, α* and `open"), "2 * 3 * 4 and x_t, α* and\n`open", "what is no mark stays")
    }

    func testWhatTheTerminalHasNoFormFor() {
        XCTAssertEqual(text("a <!-- hidden --> b\n\n<!-- hidden -->\n\nc &amp; \\*d\\*"), "a b\n\nc & *d*")
        XCTAssertEqual(
            text("![a cat](cat.png) and ~~gone~~ https://example.org"), "a cat and gone\nhttps://example.org")
        XCTAssertEqual(text("```\n* no item\n```\n\n---"), "    * no item\n\n───")
    }

    func testListsInListsAndQuotes() {
        XCTAssertEqual(
            text("* one two three four five six seven\n  * eight\n\n    nine\n* [x] ten\n\n3. a\n4. b"),
            "• one two three four five six\n  seven\n  • eight\n\n    nine\n• [x] ten\n\n3. a\n4. b")
        XCTAssertEqual(
            text("> one two three four five six seven\n>\n> * eight\n\nnine"),
            "│ one two three four five six\n│ seven\n│ \n│ • eight\n\nnine")
    }

    func testFormulaIsNotPartedAtTheEndOfALine() {
        XCTAssertEqual(
            text("The product of two arrows is `a · b = cos θ`."), "The product of two arrows is\n`a · b = cos θ`.")
    }
}

import Language
import TestSupport
import XCTest

/// Messages as the terminal shows them.
final class DiagnosticTests: XCTestCase {
    private func message(_ text: String, name: String = "test.rhumb", offset: Int = 0) -> String {
        let interpreter = Interpreter(registry: .withBuiltins(), host: CollectingHost())
        do {
            try interpreter.run(Source(name: name, text: text, lineOffset: offset))
            return "no error"
        } catch {
            return error.text()
        }
    }

    func testPlaceCaretLabelAndHelp() {
        XCTAssertEqual(
            message("x = 1\nsort [2, 1] descendng: true", name: "recipes/04-sorting.md", offset: 29),
            """
            error: unknown option 'descendng' of 'sort'
              recipes/04-sorting.md:31 | sort [2, 1] descendng: true
                                       |             ^^^^^^^^^ did you mean 'descending'?
              help: descending  true or false, default false    example: sort [3, 1, 2]
            """)
    }

    func testCaretsUnderWideTextAndTabs() {
        XCTAssertEqual(
            message("x = [\"🐶 量\", \"é\"] + oops"),
            """
            error: unknown name 'oops'
              test.rhumb:1 | x = ["🐶 量", "é"] + oops
                           |                      ^^^^
              help: no variable and no verb has this name; a string needs quotes: "oops"
            """)
        XCTAssertEqual(
            message("if true {\n\t\tx = 1 + none\n}"),
            """
            error: '+' can't combine 1 and none
              test.rhumb:2 |   x = 1 + none
                           |       ^^^^^^^^
              help: a function gives its last expression; one that ends otherwise gives none
            """)
    }

    func testAnExpressionOverSeveralLinesIsMarkedOnItsFirst() {
        XCTAssertEqual(
            message("x = [1,\n  2] + none"),
            """
            error: '+' can't combine a list of 2 and none
              test.rhumb:1 | x = [1,
                           |     ^^^
              help: xs + [x] adds an element
            """)
    }

    func testTheCallsThatLedThere() {
        XCTAssertEqual(
            message("func inner(x) { return x + none }\nfunc outer(x) {\n  return inner(x)\n}\nys = map([1], outer)"),
            """
            error: '+' can't combine 1 and none
              test.rhumb:1 | func inner(x) { return x + none }
                           |                        ^^^^^^^^
              in 'inner', called at test.rhumb:3
              in 'map', called at test.rhumb:5
              help: a function gives its last expression; one that ends otherwise gives none
            """)
    }

    func testEndOfTextAndEmptyLines() {
        XCTAssertEqual(
            message("x = 1 +\r\n"),
            """
            error: expected a value, found the end of the text
              test.rhumb:2 |\u{20}
                           | ^
            """)
    }

    func testColour() {
        let interpreter = Interpreter(registry: .withBuiltins(), host: CollectingHost())
        XCTAssertThrowsError(try interpreter.run(Source(name: "t", text: "oops"))) { error in
            XCTAssertTrue(
                (error as! Diagnostic).text(colour: true).hasPrefix("\u{1B}[31merror: unknown name 'oops'\u{1B}[0m"))
        }
    }

    func testPlaces() {
        let source = Source(name: "f.md", text: "a\nbé c\n", lineOffset: 9)
        let place = SourceSpan(source: source, range: 6..<7)
        XCTAssertEqual(place.line, 11)
        XCTAssertEqual(place.column, 4)
        XCTAssertEqual(source.slice(place.range), "c")
        XCTAssertEqual(place.description, "f.md:11")
        XCTAssertEqual(source.slice(3..<5), "é")
        XCTAssertEqual(source.slice(100..<200), "")
    }
}

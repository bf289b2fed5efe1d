import Language
import Notebook
import TestSupport
import XCTest

final class RecipeTests: XCTestCase {
    private func recipe(_ lines: String...) throws -> Recipe {
        try Recipe(path: "recipes/some.md", text: lines.joined(separator: "\n"))
    }

    func testProseAndCellsKeepTheirOrderAndLines() throws {
        let recipe = try recipe(
            "# Title", "", "Some *prose*.", "", "```rhumb", "x = 1", "print x", "```", "", "The end.")
        XCTAssertEqual(recipe.title, "Title")
        guard case .prose(let first) = recipe.parts[0], case .cell(let cell) = recipe.parts[1],
            case .prose(let last) = recipe.parts[2]
        else { return XCTFail("\(recipe.parts)") }
        XCTAssertEqual(first.line, 1)
        XCTAssertEqual(cell.code.text, "x = 1\nprint x")
        XCTAssertEqual(cell.line, 6)
        XCTAssertEqual(last.text, "\nThe end.")
        XCTAssertEqual(last.line, 9)
    }

    func testFrontMatterGivesTitleAndIsNotProse() throws {
        let recipe = try recipe("---", "title: \"A: steering\"", "seed: 7", "---", "# Another", "```rhumb", "1", "```")
        XCTAssertEqual(recipe.title, "A: steering")
        XCTAssertEqual(recipe.frontMatter.map(\.key), ["title", "seed"])
        XCTAssertEqual(recipe.frontMatter[1].value, "7")
        XCTAssertEqual(recipe.frontMatter[1].span.line, 3)
        guard case .prose(let prose)? = recipe.parts.first else { return XCTFail("\(recipe.parts)") }
        XCTAssertEqual(prose.text, "# Another")
        XCTAssertEqual(prose.line, 5)
    }

    func testTitleFallsBackToTheName() throws {
        XCTAssertEqual(try recipe("```rhumb", "1", "```").title, "some")
    }

    func testFencesOfOtherLanguagesAreProse() throws {
        let recipe = try recipe("```python", "```rhumb", "print(1)", "```", "````text", "```rhumb", "x", "```", "````")
        XCTAssertEqual(recipe.cells.count, 0)
    }

    // What a cell is, is CommonMark's business: the right answers are those of cmark-gfm's tree.

    func testFencesInCommentsAndIndentedOnesAreNoCells() throws {
        let recipe = try recipe(
            "# Commented out", "", "<!--", "```rhumb", "print 1", "```", "-->", "", "    ```rhumb", "    print 2",
            "    ```",
            "", "<pre>", "```rhumb", "print 3", "```", "</pre>", "", "```rhumb", "print \"this runs\"", "```", "",
            "<div>",
            "", "~~~rhumb", "4", "~~~", "", "</div>")
        XCTAssertEqual(
            recipe.cells.map(\.code.text), ["print \"this runs\"", "4"], "an empty line ends a block of HTML")
        XCTAssertEqual(recipe.cells.map(\.line), [20, 26])
        guard case .prose(let first)? = recipe.parts.first else { return XCTFail("\(recipe.parts)") }
        XCTAssertTrue(first.text.contains("print 1") && first.text.hasSuffix("</pre>\n"), first.text)
    }

    func testFencesInListsAndQuotationsAreCells() throws {
        let recipe = try recipe(
            "- first", "", "  ```rhumb name: a", "  x = 1", "", "    y = 2", "  ```", "  more", "", "> ```rhumb",
            "> z = 3", "> ```",
            "", "   ```rhumb", "   w = 4", "  v = 5", "   ```")
        XCTAssertEqual(recipe.cells.map(\.code.text), ["x = 1\n\n  y = 2", "z = 3", "w = 4\nv = 5"])
        XCTAssertEqual(recipe.cells.map(\.line), [4, 11, 15])
        XCTAssertEqual(recipe.cells.map(\.attributes.name), ["a", nil, nil])
    }

    func testAFenceThatItsListEndsIsNotClosed() throws {
        for lines in [
            ["- ```rhumb", "  x = 1", "end"], ["> ```rhumb", "> x = 1", "", "```rhumb", "2", "```"],
            ["- ```rhumb", "  1", "```", "2", "```"],
        ] {
            XCTAssertThrowsError(try Recipe(path: "a.md", text: lines.joined(separator: "\n")), "\(lines)") { error in
                XCTAssertEqual((error as? Diagnostic)?.message, "this fence is never closed")
                XCTAssertEqual((error as? Diagnostic)?.span.line, 1)
            }
        }
    }

    func testTheTitleIsTheFirstHeadingOfTheText() throws {
        XCTAssertEqual(
            try recipe("<!--", "# no", "-->", "```python", "# nor this", "```", "The *best*", "===", "# B").title,
            "The best")
        XCTAssertEqual(try recipe("\u{FEFF}---", "title: Marked", "---", "```rhumb", "1", "```").title, "Marked")
    }

    func testOldLineEndsCountAsLines() throws {
        let recipe = try Recipe(path: "a.md", text: "# T\r\r```rhumb\rx = 1\r```\r")
        XCTAssertEqual(recipe.cells.map(\.line), [4])
        XCTAssertEqual(recipe.title, "T")
    }

    func testARecipeWithoutCellsSaysWhy() throws {
        let cases: [(text: String, message: String, hint: String)] = [
            (
                "# Q\n\n```{rhumb}\n1\n```", "'a.md' has no cells: '```{rhumb}' in line 3 does not open one",
                "a cell opens with ```rhumb"
            ),
            (
                "~~~ Rhumb name: x\n1\n~~~", "'a.md' has no cells: '~~~Rhumb' in line 1 does not open one",
                "a cell opens with ~~~rhumb"
            ),
            (
                "---\na: b\n---\n<!--\n\n```rhumb\n1\n```\n-->",
                "'a.md' has no cells: the fence in line 6 stands in a comment or in HTML",
                "close the comment before it, or leave an empty line between a tag and the fence"
            ),
            (
                "x\n\n    ```rhumb\n    1\n    ```",
                "'a.md' has no cells: the fence in line 3 is indented, which makes it an example of code",
                "begin the fence at the left edge, or at that of the list it stands in"
            ),
            (
                "# T\n\n```python\n1\n```", "'a.md' has no cells",
                "a cell is a fence that opens with ```rhumb and closes with ```"
            ),
        ]
        for (text, message, hint) in cases {
            XCTAssertThrowsError(try Recipe(path: "a.md", text: text).requireCells()) { error in
                XCTAssertEqual((error as? RunError)?.message, message)
                XCTAssertEqual((error as? RunError)?.hint, hint)
            }
        }
        XCTAssertNoThrow(try Recipe(path: "a.md", text: "```rhumb\n1\n```").requireCells())
    }

    func testIndentedAndTildeFences() throws {
        let recipe = try recipe("1. Step", "", "   ~~~rhumb", "   if true {", "       x = 1", "   }", "   ~~~")
        XCTAssertEqual(recipe.cells.map(\.code.text), ["if true {\n    x = 1\n}"])
        XCTAssertEqual(recipe.cells[0].line, 4)
    }

    func testAttributes() throws {
        let recipe = try recipe("```rhumb name: probe-1 fails", "1", "```", "```rhumb skip quiet", "2", "```")
        XCTAssertEqual(recipe.cells[0].attributes.name, "probe-1")
        XCTAssertTrue(recipe.cells[0].attributes.mustFail)
        XCTAssertFalse(recipe.cells[0].attributes.isSkipped)
        XCTAssertTrue(recipe.cells[1].attributes.isSkipped)
        XCTAssertTrue(recipe.cells[1].attributes.isQuiet)
    }

    func testUnknownAttributeIsAnErrorAtItsWord() throws {
        XCTAssertThrowsError(try recipe("# é", "```rhumb skipp", "1", "```")) { error in
            guard let diagnostic = error as? Diagnostic else { return XCTFail("\(error)") }
            XCTAssertEqual(diagnostic.kind, .syntax)
            XCTAssertEqual(diagnostic.span.description, "recipes/some.md:2")
            XCTAssertEqual(diagnostic.span.source.slice(diagnostic.span.range), "skipp")
        }
    }

    func testExerciseIsThreeCellsAndAHint() throws {
        let recipe = try recipe(
            "# Title", "```rhumb exercise: double", "x = 0", "```", "```rhumb check: double", "expect x == 2", "```",
            "## Solutions", "### double", "", "Twice one.", "```rhumb solution: double", "x = 2", "```")
        let exercises = try recipe.exercises()
        XCTAssertEqual(exercises.map(\.name), ["double"])
        XCTAssertEqual(exercises[0].start.number, 1)
        XCTAssertEqual(exercises[0].check.code.text, "expect x == 2")
        XCTAssertEqual(exercises[0].solution.code.text, "x = 2")
        XCTAssertEqual(exercises[0].hint, "Twice one.")
        XCTAssertEqual(recipe.cells.map(\.attributes.doesNotRun), [false, false, true])
    }

    func testIncompleteExercisesAreNamedWithTheirLine() throws {
        let exercise = ["```rhumb exercise: a", "x = 0", "```"], check = ["```rhumb check: a", "expect x == 2", "```"]
        let solution = ["```rhumb solution: a", "x = 2", "```"]
        let cases: [(lines: [String], message: String, line: Int)] = [
            (exercise + solution, "exercise 'a' has no check", 2),
            (exercise + check, "exercise 'a' has no solution", 2),
            (
                exercise + ["```rhumb", "1", "```"] + check + solution, "the check of 'a' does not follow its exercise",
                8
            ),
            (check + exercise + solution, "this checks 'a', but no exercise before it has that name", 2),
            (solution, "this solves 'a', but no exercise has that name", 2),
            (exercise + exercise + check + solution, "there are two exercises 'a'", 5),
            (exercise + check + check + solution, "exercise 'a' has two checks", 8),
            (exercise + check + solution + solution, "exercise 'a' has two solutions", 11),
        ]
        for (lines, message, line) in cases {
            let recipe = try Recipe(path: "a.md", text: lines.joined(separator: "\n"))
            XCTAssertThrowsError(try recipe.exercises()) { error in
                let diagnostic = error as? Diagnostic
                XCTAssertEqual(diagnostic?.message, message)
                XCTAssertEqual(diagnostic?.span.line, line, message)
            }
        }
    }

    func testUnclosedFenceIsAnErrorAtItsOpening() throws {
        XCTAssertThrowsError(try recipe("text", "", "```rhumb", "1")) { error in
            XCTAssertEqual((error as? Diagnostic)?.span.line, 3)
        }
    }

    func testWindowsLineEndsKeepLineNumbers() throws {
        let recipe = try Recipe(path: "a.md", text: "# T\r\n\r\n```rhumb\r\nx = 1\r\n```\r\n")
        XCTAssertEqual(recipe.cells[0].code.text, "x = 1")
        XCTAssertEqual(recipe.cells[0].line, 4)
        XCTAssertEqual(recipe.title, "T")
    }

    func testScriptIsOneCell() throws {
        let script = try Recipe(path: "a.rhumb", text: "#!/usr/bin/env rhumb\n# Redness\nprint 1\n")
        XCTAssertEqual(script.title, "Redness")
        XCTAssertEqual(script.cells.count, 1)
        XCTAssertEqual(script.cells[0].line, 1)
    }

    func testEmptyFileHasNoCells() throws {
        XCTAssertEqual(try Recipe(path: "a.md", text: "").parts, [])
    }
}

import Foundation
import XCTest

/// `rhumb fmt` and `rhumb lint` of Jupyter notebooks and Quarto documents.
final class NotebookCodeTests: XCTestCase {
    private var program: Executable!

    override func setUpWithError() throws { program = try Executable() }
    override func tearDown() { program.remove() }

    func testNotebooksKeepEveryOtherByte() throws {
        // Written by hand in several ways, with an output, a picture, and escapes.
        let book = #"""
            {"cells": [
              {"attachments": {"a.png": {"image/png": "iVBORw0KGgo="}}, "cell_type": "markdown", "id": "a", "metadata": {},
               "source": ["x=1 é\u00e9\n", "![a](attachment:a.png)"]},
              { "cell_type":"code","execution_count":3,"id":"b","metadata":{},
                "outputs":[{"data":{"text/plain":["[ \"source\": 1 ]"]},"metadata":{},"output_type":"display_data"}],
                "source":[
                  "x=[1,2]   # \u00e9 \"q\"\n",
                  "print   x"
                ]},
              {"cell_type": "code", "metadata": {}, "outputs": [], "source": "y  =  \"\\ta\""},
              {"cell_type": "code", "metadata": {"tags": ["raises-exception"]}, "outputs": [], "source": "not (code"},
              {"cell_type": "code", "metadata": {}, "outputs": [], "source": []},
              {"cell_type": "raw", "metadata": {}, "source": "z=1"},
              {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["z = \"\u00e9\""]}
             ],
             "metadata": {"kernelspec": {"language": "rhumb", "name": "rhumb"}}, "nbformat": 4,"nbformat_minor":5}
            """#
        let file = try program.file("b.ipynb", book)
        XCTAssertEqual(try program.run("fmt", "--check", file).output, "b.ipynb would change\n")
        let run = try program.run("fmt", file)
        XCTAssertEqual(run.output, "b.ipynb formatted\n", run.errors)
        let expected = book.replacing(#""x=[1,2]   # \u00e9 \"q\"\n""#, with: #""x = [1, 2]  # é \"q\"\n""#)
            .replacing(#""print   x""#, with: #""print x""#).replacing(#""y  =  \""#, with: #""y = \""#)
        XCTAssertEqual(try program.text(of: file), expected)
        XCTAssertEqual(try program.run("fmt", "--check", file).status, 0)
        let lint = try program.run("lint", file)
        XCTAssertEqual(lint.status, 1, lint.errors)
        XCTAssertTrue(lint.output.contains("b.ipynb[2]:1:1: warning: 'y' is never read"), lint.output)
        // Of another language.
        let python = try program.file(
            "p.ipynb", book.replacing("\"language\": \"rhumb\"", with: "\"language\": \"python\""))
        for command in ["fmt", "lint"] {
            let refused = try program.run(command, python)
            XCTAssertNotEqual(refused.status, 0)
            XCTAssertTrue(refused.errors.contains("is a notebook of 'python', not of Rhumb"), refused.errors)
        }
        // A cell that does not follow the grammar leaves the file alone.
        let text = book.replacing("print   x", with: "print [ x")
        let broken = try program.file("c.ipynb", text)
        let refused = try program.run("fmt", broken)
        XCTAssertEqual(refused.status, 2)
        XCTAssertTrue(refused.errors.contains("c.ipynb[1]:2"), refused.errors)
        XCTAssertEqual(try program.text(of: broken), text)
    }

    func testQuartoDocuments() throws {
        let text = """
            ---
            title: T
            jupyter: rhumb
            ---

            Text with  spaces and ```{rhumb}``` in a line.

            ```{rhumb}
            #| label: fig-a
            #| echo: false
            x=[1,2]
            print  x
            ```

            ```{rhumb}
            #| eval: false
            not (code
            ```

            ```rhumb
            shown=only
            ```

            ```{python}
            y=1
            ```

            > ```{rhumb, echo=false}
            > unused  = x
            > ```

            """
        let file = try program.file("a.qmd", text.replacing("\n", with: "\r\n"))
        let run = try program.run("fmt", file)
        XCTAssertEqual(run.output, "a.qmd formatted\n", run.errors)
        let expected = text.replacing("x=[1,2]\nprint  x", with: "x = [1, 2]\nprint x")
            .replacing("shown=only", with: "shown = only").replacing("unused  = x", with: "unused = x")
        XCTAssertEqual(try program.text(of: file), expected.replacing("\n", with: "\r\n"))
        let lint = try program.run("lint", file)
        XCTAssertEqual(
            lint.output.split(separator: "\n").first, "a.qmd:29:1: warning: 'unused' is never read [unused-name]",
            lint.errors)
        XCTAssertEqual(
            try program.run("fmt", "-", "--as", "a.qmd", input: "```{rhumb}\nx=1\n```\n").output,
            "```{rhumb}\nx = 1\n```\n")
    }
}

import Foundation
import Notebook
import TestSupport
import XCTest

/// Recipes as notebooks and back.
final class RecipeNotebookTests: XCTestCase {
    private func notebook(_ text: String) throws -> String { try Recipe(path: "a.md", text: text).notebook }

    private func text(_ notebook: String) throws -> String {
        try RecipeNotebook.text(ofNotebook: Array(notebook.utf8), path: "a.ipynb")
    }

    /// A notebook of cells of the given types and sources, as Jupyter writes one.
    private func written(
        _ cells: [(type: String, source: String)], language: String = "rhumb",
        change: (inout [String: Any]) -> Void = { _ in }
    ) throws -> String {
        var notebook: [String: Any] = [
            "nbformat": 4, "nbformat_minor": 5,
            "metadata": ["kernelspec": ["name": language, "language": language, "display_name": language]],
            "cells": cells.map { cell -> [String: Any] in
                ["cell_type": cell.type, "metadata": [String: Any](), "source": [cell.source], "outputs": [Any]()]
            },
        ]
        change(&notebook)
        return String(decoding: try JSONSerialization.data(withJSONObject: notebook), as: UTF8.self)
    }

    func testEveryRecipeComesBackByteForByte() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let files = try Recipe.files(at: [root.appendingPathComponent("recipes").path])
        XCTAssertGreaterThan(files.count, 15)
        for file in files {
            let original = try String(contentsOfFile: file, encoding: .utf8)
            let notebook = try notebook(original)
            XCTAssertEqual(try text(notebook), original, file)
            XCTAssertNotNil(try JSONSerialization.jsonObject(with: Data(notebook.utf8)), file)
        }
    }

    /// What is written unlike the recipes of this house.
    func testUnusualTextComesBack() throws {
        for original in [
            "```rhumb\n1\n```\n", "```rhumb\n1\n```", "\n\n```rhumb\n1\n```\n\n\n", "a\n```rhumb\n1\n```\nb",
            "```rhumb\n```\n", "```rhumb\n\n```\n", "~~~~rhumb name: x slow\n1\n~~~~\n".replacing(" slow", with: ""),
            "* item\n\n  ```rhumb\n  x = 1\n    y = 2\n  ```\n\n  more\n\n> ```rhumb\n> 1\n> ```\n",
            "````rhumb\nprint \"```\"\n````\n", "```rhumb   quiet\n1\n```\n", "```rhumb\n1\n```\n\n```rhumb\n2\n```\n",
            "---\ntitle: T\n---\n```rhumb\n1\n```\n", "---\ntitle: T\n---\n\n\n# T\n\n```rhumb\n1\n```\n   \n\n",
            "a\n\n```rhumb skip\nrun\n```\n\n```rhumb\n1\n```\n\n```python\nx\n```\n", "```rhumb\n1   \n\n\n```\n",
        ] {
            XCTAssertEqual(try text(notebook(original)), original, original.debugDescription)
        }
    }

    func testWhatRunsIsACellAndWhatDoesNotIsProse() throws {
        let notebook = try notebook(
            """
            ---
            title: T
            ---

            Prose.

            ```rhumb skip
            never
            ```

            ```rhumb name: a fails
            x
            ```

            ```rhumb quiet
            y
            ```

            """
        )
        let json = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(notebook.utf8)) as? [String: Any])
        let cells = try XCTUnwrap(json["cells"] as? [[String: Any]])
        XCTAssertEqual(cells.map { $0["cell_type"] as? String }, ["raw", "markdown", "code", "code"])
        XCTAssertEqual(
            cells.map { ($0["source"] as? [String])?.joined() },
            ["---\ntitle: T\n---", "Prose.\n\n```rhumb skip\nnever\n```", "x", "y"])
        let metadata = cells.map { $0["metadata"] as? [String: Any] ?? [:] }
        XCTAssertEqual(metadata[2]["tags"] as? [String], ["raises-exception"])
        XCTAssertEqual(metadata[2]["name"] as? String, "a")
        XCTAssertEqual((metadata[3]["jupyter"] as? [String: Bool])?["source_hidden"], true)
        XCTAssertEqual(Set(cells.compactMap { $0["id"] as? String }).count, 4)
    }

    func testANotebookOfJupytersBecomesARecipe() throws {
        let notebook = try written([("markdown", "# T"), ("code", "x = 1\nx"), ("code", ""), ("markdown", "End.")])
        XCTAssertEqual(try text(notebook), "# T\n\n```rhumb\nx = 1\nx\n```\n\nEnd.\n")
    }

    /// What somebody changed in Jupyter changes, and nothing else.
    func testChangedCodeKeepsItsFence() throws {
        let original = "* item\n\n  ~~~rhumb name: a\n  x = 1\n  ~~~\n\n\nEnd.\n"
        let changed = try notebook(original).replacing("x = 1", with: "x = 2\\ny = 3")
        // The copy of the fence in the metadata is changed with it: put back, as Jupyter leaves it.
        let stale = changed.replacing(
            "\"fence\": \"  ~~~rhumb name: a\\n  x = 2\\ny = 3", with: "\"fence\": \"  ~~~rhumb name: a\\n  x = 1")
        XCTAssertNotEqual(stale, changed)
        XCTAssertEqual(try text(stale), "* item\n\n  ~~~rhumb name: a\n  x = 2\n  y = 3\n  ~~~\n\n\nEnd.\n")
    }

    func testWhatARecipeHasNoPlaceForIsRefused() throws {
        func error(_ notebook: String) -> NotebookError? {
            do {
                _ = try text(notebook)
                return nil
            } catch { return error as? NotebookError }
        }
        XCTAssertEqual(
            error(try written([("code", "1")], language: "python")), .otherLanguage("a.ipynb", language: "python"))
        XCTAssertEqual(error(try written([("code", "1"), ("raw", "x")])), .rawCell("a.ipynb", number: 2))
        XCTAssertEqual(
            error(try written([("markdown", "```rhumb\n1\n```")])), .fenceInMarkdown("a.ipynb", number: 1))
        XCTAssertEqual(
            error(
                try written([("markdown", "![](attachment:a.png)")]) { notebook in
                    notebook["cells"] = [
                        ["cell_type": "markdown", "source": "x", "attachments": ["a.png": ["image/png": ""]]]
                    ]
                }), .attachments("a.ipynb", number: 1))
        XCTAssertEqual(error(try written([]) { $0["nbformat"] = 3 }), .tooOld("a.ipynb", format: 3))
        guard case .unreadable("a.ipynb", let reason) = error("{") else { return XCTFail("not refused") }
        XCTAssertTrue(reason.hasSuffix("at line 1, column 2"), reason)
    }

    func testErrorsNameTheCellOfTheNotebook() throws {
        let folder = TemporaryFolder(self)
        let path = folder.file("book.ipynb")
        try written([("markdown", "# T"), ("code", "x = 1"), ("code", "y = 2\nprint (")]).write(
            to: path, atomically: true, encoding: .utf8)
        let recipe = try Recipe(reading: path.path, as: "book.ipynb")
        XCTAssertEqual(recipe.title, "T")
        XCTAssertEqual(recipe.cells.map(\.code.name), ["book.ipynb[1]", "book.ipynb[2]"])
        XCTAssertEqual(recipe.cells.map(\.line), [1, 1])
    }
}

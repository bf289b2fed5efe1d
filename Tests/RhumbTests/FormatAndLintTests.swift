import Foundation
import XCTest

/// `rhumb fmt` and `rhumb lint` as a user calls them.
final class FormatAndLintTests: XCTestCase {
    private var program: Executable!

    override func setUpWithError() throws { program = try Executable() }
    override func tearDown() { program.remove() }

    func testFormattingFiles() throws {
        let script = try program.file("a.rhumb", "\u{FEFF}x=1\r\nprint   x  # 🐶\r\n")
        let recipe = try program.file("b.md", "# B\n\n> ```rhumb\n> y=[1,2]\n> ```\n\n```rhumb skip\nnot (code\n```\n")
        let broken = try program.file("c.rhumb", "z=[1")
        let clean = try program.file("d.rhumb", "x = 1\n")
        let check = try program.run("fmt", "--check", script, recipe, clean)
        XCTAssertEqual(check.status, 1)
        XCTAssertEqual(check.output, "a.rhumb would change\nb.md would change\n")
        let run = try program.run("fmt", script, recipe, broken, clean)
        XCTAssertEqual(run.status, 2)
        XCTAssertEqual(run.output, "a.rhumb formatted\nb.md formatted\n")
        XCTAssertTrue(run.errors.contains("c.rhumb:1"), run.errors)
        XCTAssertEqual(try program.text(of: script), "\u{FEFF}x = 1\r\nprint x    # 🐶\r\n")
        XCTAssertEqual(
            try program.text(of: recipe), "# B\n\n> ```rhumb\n> y = [1, 2]\n> ```\n\n```rhumb skip\nnot (code\n```\n")
        XCTAssertEqual(try program.text(of: broken), "z=[1")
        XCTAssertEqual(try program.run("fmt", "--check", script, recipe, clean).status, 0)
        XCTAssertEqual(try program.run("fmt", "gone.rhumb").status, 1)
        let empty = try program.run("fmt", ".", "--check")
        XCTAssertEqual(empty.status, 0, "the folder's recipes, by now in style: " + empty.errors)
        // JSON would pass for a record.
        let other = try program.file("e.json", "{\"a\":1}")
        for command in ["fmt", "lint"] {
            let refused = try program.run(command, other)
            XCTAssertEqual(refused.status, 1)
            XCTAssertTrue(refused.errors.contains("neither a script (.rhumb) nor a recipe (.md)"), refused.errors)
        }
        XCTAssertEqual(try program.text(of: other), "{\"a\":1}")
        XCTAssertEqual(try program.run("fmt", "--as", "x.md", clean).status, 2)
    }

    func testFormattingStandardInput() throws {
        XCTAssertEqual(try program.run("fmt", "-", input: "x=1\n").output, "x = 1\n")
        XCTAssertEqual(
            try program.run("fmt", "-", "--as", "a.md", input: "a  b\n```rhumb\nx=1\n```\n").output,
            "a  b\n```rhumb\nx = 1\n```\n")
        XCTAssertEqual(try program.run("fmt", "-", "--check", input: "x=1\n").status, 1)
        let broken = try program.run("fmt", "-", input: "x=[\n")
        XCTAssertEqual(broken.status, 2)
        XCTAssertEqual(broken.output, "")
    }

    func testLint() throws {
        let clean = try program.file("a.rhumb", "func f(x) { return x }\n")
        XCTAssertEqual(try program.run("lint", clean).status, 0)
        let warned = try program.file("b.md", "é\n\n```rhumb\n\"é\"; unused = 1\n```\n")
        let warnings = try program.run("lint", warned)
        XCTAssertEqual(warnings.status, 1)
        XCTAssertEqual(
            warnings.output,
            "b.md:4:6: warning: 'unused' is never read [unused-name]\n  help: remove it, or show it\n")
        let wrong = try program.file("c.rhumb", "load \"x\" nosuch: 1\nprnt 1\n")
        let errors = try program.run("lint", warned, wrong, "--json")
        XCTAssertEqual(errors.status, 2)
        let rows = try XCTUnwrap(
            JSONSerialization.jsonObject(with: Data(errors.output.utf8)) as? [[String: Any]])
        XCTAssertEqual(rows.map { $0["rule"] as? String }, ["unused-name", "unknown-option", "unknown-name"])
        XCTAssertEqual(rows.map { $0["line"] as? Int }, [4, 1, 2])
        XCTAssertEqual(rows.map { $0["error"] as? Bool }, [false, true, true])
        XCTAssertEqual(try program.run("lint", "gone.rhumb").status, 1)
        try FileManager.default.createDirectory(
            at: program.folder.appendingPathComponent("bare"), withIntermediateDirectories: true)
        let bare = try program.run("lint", "bare")
        XCTAssertEqual(bare.status, 1)
        XCTAssertTrue(bare.errors.contains("no recipe (.md) in 'bare'"), bare.errors)
    }

    /// Nothing shipped is out of style or looks wrong.
    func testShippedRecipes() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let formatted = try program.run("fmt", "--check", root + "/recipes", root + "/docs/language.md")
        XCTAssertEqual(formatted.output + formatted.errors, "")
        let lint = try program.run("lint", root + "/recipes")
        XCTAssertEqual(lint.output + lint.errors, "")
    }

    /// The server over its pipes: a message, its answer, the end.
    func testLanguageServer() throws {
        func framed(_ text: String) -> String { "Content-Length: \(text.utf8.count)\r\n\r\n\(text)" }
        let session =
            framed(#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#) + framed("{no json}")
            + framed(#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#) + framed(#"{"jsonrpc":"2.0","method":"exit"}"#)
        let ended = try program.run("lsp", input: session)
        XCTAssertEqual(ended.status, 0)
        XCTAssertEqual(ended.output.components(separatedBy: "Content-Length: ").count, 4)
        XCTAssertTrue(ended.output.contains("\"code\":-32700"))
        XCTAssertEqual(ended.errors, "")
        XCTAssertEqual(try program.run("lsp", input: "").status, 1, "no 'exit'")
    }
}

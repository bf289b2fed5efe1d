import Foundation
import TestSupport
import XCTest

/// What the prompt makes of a block: its colours, full pages of verbs, tables that are cut; and the prompt at a
/// breakpoint.
final class PromptAnswerTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private func text(_ terminal: PseudoTerminal) -> String { String(decoding: terminal.raw, as: UTF8.self) }

    func testABlockIsColouredAsItIsAccepted() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("for i in 0..2 {\rprint \"漢{i}e\u{301}\"  # twice\r}\r")
        terminal.expect("\n漢0e\u{301}\n漢1e\u{301}\n")
        let shown = text(terminal)
        for piece in [
            "\u{1B}[35mfor\u{1B}[0m i \u{1B}[35min\u{1B}[0m \u{1B}[33m0", "\u{1B}[36mprint\u{1B}[0m \u{1B}[32m\"漢",
            "e\u{301}\"\u{1B}[0m  \u{1B}[2m# twice\u{1B}[0m",
        ] {
            XCTAssertTrue(shown.contains(piece), "\(piece.debugDescription) in \(shown.debugDescription)")
        }
        var screen = TerminalScreen(joins: false)
        screen.send(terminal.raw)
        XCTAssertEqual(screen.shown.filter { $0.contains("for i in 0..2 {") }.count, 1, "\(screen.shown)")
        XCTAssertTrue(screen.shown.contains { $0.hasSuffix("# twice") }, "\(screen.shown)")
        terminal.leave()
    }

    /// A line of wide characters that is broken over rows looks as it did, in colour.
    func testColoursOverSeveralRows() throws {
        let terminal = try PseudoTerminal.prompt(rhumb), letters = String(repeating: "漢", count: 60)
        terminal.type("print \"\(letters)e\u{301}\"")
        _ = terminal.rest()
        var before = TerminalScreen(joins: false)
        before.send(terminal.raw)
        terminal.type("\r")
        terminal.expect("\n" + letters)
        XCTAssertTrue(text(terminal).contains("\u{1B}[32m\"漢"))
        var after = TerminalScreen(joins: false)
        after.send(terminal.raw)
        let rows = before.shown.filter { $0.contains("漢") }
        XCTAssertEqual(rows.count, 2, "\(before.shown)")
        XCTAssertEqual(Array(after.shown.filter { $0.contains("漢") }.prefix(2)), rows)
        terminal.leave()
    }

    func testWherePlainTextStaysPlain() throws {
        let plain = try PseudoTerminal.prompt(rhumb, environment: ["NO_COLOR": "1"])
        plain.type("print \"a\"\r")
        plain.expect("\na\n")
        XCTAssertFalse(text(plain).contains("\u{1B}[32m"))
        plain.leave()
        // Longer than the screen.
        let long = try PseudoTerminal.prompt(rhumb)
        long.paste("x = [\n" + (0..<40).map { "\"\($0)\",\n" }.joined() + "]\nlen(x)")
        long.type("\r")
        long.expect("\n40\n")
        XCTAssertFalse(text(long).contains("\u{1B}[32m"))
        long.leave()
    }

    func testTheFullPageOfAVerb() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("? steer\r")
        terminal.expect("formulas and sources: help steer full: true")
        for question in ["steer?", "??steer", "steer??"] {
            terminal.type(question + "\r")
            terminal.expect("z' = normalize(z + s v)")
            terminal.expect("arXiv 2605.18719")
        }
        terminal.leave()
    }

    func testATableThatIsCutSaysHowToSeeItWhole() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        func wide(_ letter: String) -> String { "[\"" + String(repeating: letter, count: 30) + "\"]" }
        terminal.type("table {aaaa: \(wide("x")), bbbb: \(wide("y")), c: \(wide("z"))}\r")
        terminal.expect("(not shown: c)")
        terminal.expect("all of it: show _")
        terminal.type("show _\r")
        terminal.expect("columns 3 of 3")
        terminal.expect(String(repeating: "z", count: 30))
        terminal.type("table {a: [1]}\r")
        terminal.expect("\n1\n")
        XCTAssertFalse(terminal.rest().contains("all of it"))
        terminal.leave()
    }

    // MARK: Breakpoints

    private let recipe = """
        # B

        ```rhumb
        func f(x) {
          y = x * 2
          breakpoint
          return y
        }
        print "got" f(21)
        ```
        """

    func testABreakpointOpensAPromptThere() throws {
        let file = try rhumb.file("b.md", recipe)
        let terminal = try PseudoTerminal(rhumb, ["run", file, "--out", "out"])
        terminal.expect("breakpoint at b.md:6 in f\nx = 21, y = 42\n")
        terminal.expect("breakpoint> ")
        terminal.type("x + y\r")
        terminal.expect("\n63\n")
        terminal.type("y = 7\r")
        terminal.expect("breakpoint> ")
        terminal.type("continue\r")
        terminal.expect("\ngot 7\n")
        XCTAssertEqual(terminal.waitForExit(), 0)
        let folder = rhumb.folder.appendingPathComponent("out/transcript.md")
        let transcript = try String(contentsOf: folder, encoding: .utf8)
        XCTAssertTrue(transcript.contains("got 7"), transcript)
        XCTAssertFalse(transcript.contains("63"), "what is typed there is no part of the run")
        let left = try PseudoTerminal(rhumb, ["run", file, "--out", "left"])
        left.expect("breakpoint> ")
        left.type("quit\r")
        left.expect("interrupted")
        XCTAssertEqual(left.waitForExit(), 130)
    }

    func testWhereNobodyIsThereABreakpointIsPassedAndNamed() throws {
        let file = try rhumb.file("b.md", recipe)
        let piped = try rhumb.run("run", file, "--out", "piped")
        XCTAssertEqual(piped.status, 0, piped.errors)
        XCTAssertTrue(
            piped.errors.contains("breakpoint at b.md:6 passed: there is no terminal to open a prompt at"), piped.errors
        )
        XCTAssertTrue(piped.output.contains("got 42"), piped.output)
        let check = try rhumb.run("check", file)
        XCTAssertEqual(check.status, 0, check.errors)
        XCTAssertTrue(check.output.contains("a breakpoint is left in: b.md:6"), check.output)
        let lint = try rhumb.run("lint", file)
        XCTAssertEqual(lint.status, 1)
        XCTAssertTrue(lint.output.contains("b.md:6:3: warning: a 'breakpoint' is left in [breakpoint]"), lint.output)
    }
}

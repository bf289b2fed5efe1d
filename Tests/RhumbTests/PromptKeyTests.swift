import Foundation
import TestSupport
import XCTest

/// Undoing, brackets, indentation, blocks recalled, and long texts at the prompt.
final class PromptKeyTests: XCTestCase {
    private var rhumb: Executable!
    private let undo = "\u{1F}", up = "\u{1B}[A", left = "\u{1B}[D"

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private func open(_ environment: [String: String] = [:]) throws -> PseudoTerminal {
        let terminal = try PseudoTerminal(rhumb, environment: environment)
        terminal.expect("rhumb> ")
        return terminal
    }

    /// Types one text after another, each when the one before it is on the screen.
    private func type(_ texts: String..., into terminal: PseudoTerminal) {
        for text in texts {
            terminal.type(text)
            _ = terminal.rest(after: 0.15)
        }
    }

    /// What the screen shows, without spaces at the ends of lines.
    private func lines(_ terminal: PseudoTerminal) -> [String] {
        _ = terminal.rest()
        var screen = TerminalScreen(joins: false)
        screen.send(terminal.raw)
        return screen.shown.map { line in String(line.reversed().drop(while: \.isWhitespace).reversed()) }
    }

    private func lastLine(_ terminal: PseudoTerminal) -> String { lines(terminal).last { !$0.isEmpty } ?? "" }

    func testUndo() throws {
        let terminal = try open()
        type("x = 12", "3", " + 4", into: terminal)
        type(undo, into: terminal)
        XCTAssertEqual(lastLine(terminal), "rhumb> x = 123")
        type(undo, undo, undo, into: terminal)
        XCTAssertEqual(lastLine(terminal), "rhumb>")
        // A block that was recalled, and what was cut.
        type("print 7\r", "print 8", "\u{15}", undo, into: terminal)
        XCTAssertEqual(lastLine(terminal), "rhumb> print 8")
    }

    func testTheMatchingBracketIsMarked() throws {
        let terminal = try open()
        type("f(\"(\", [1]", into: terminal)
        let before = terminal.raw.count
        type(")", into: terminal)
        let drawn = String(decoding: terminal.raw[before...], as: UTF8.self)
        XCTAssertTrue(drawn.contains("f\u{1B}[1;4m(\u{1B}[0m\"(\", [1])"), drawn.debugDescription)
    }

    func testIndentationOfOnesOwnIsNotAddedTo() throws {
        let terminal = try open()
        type("if true {\r", "    print 5\r", "}\r", into: terminal)
        let shown = lines(terminal)
        XCTAssertTrue(shown.contains("    print 5"), "\(shown)")
        XCTAssertTrue(shown.contains("5"), "\(shown)")
    }

    func testUpMovesWithinARecalledBlock() throws {
        let terminal = try open()
        type("print 1\r", "if true {\r", "print 2\r", "}\r", into: terminal)
        // Into the second line of the block, where 2 becomes 23.
        type(up, up, "\u{5}3", "\u{1B}[B\r", into: terminal)
        XCTAssertTrue(lines(terminal).contains("23"), "\(lines(terminal))")
        // Through the three lines of the newest block, and the three of the one before it, to the first.
        type(up, up, up, up, up, up, up, into: terminal)
        XCTAssertEqual(lastLine(terminal), "rhumb> print 1")
    }

    func testHelpInShortAndOfTheKeys() throws {
        let terminal = try open()
        for question in ["sqrt?", "??sqrt", "sqrt??"] {
            terminal.type(question + "\r")
            terminal.expect("sqrt x")
            terminal.expect("rhumb> ")
        }
        terminal.type("help keys\r")
        terminal.expect("Ctrl-_, Ctrl-X Ctrl-U")
        terminal.expect("Ctrl-R")
    }

    func testWhatIsLongGoesThroughThePager() throws {
        let terminal = try open(["RHUMB_PAGER": "cat > paged.txt"])
        terminal.type("help sample\r")
        terminal.expect("rhumb> ")
        func paged() -> String {
            (try? String(contentsOf: rhumb.folder.appendingPathComponent("paged.txt"), encoding: .utf8)) ?? ""
        }
        XCTAssertTrue(paged().contains("see also"), paged())
        terminal.type("table {x: list(1..30)}\r")
        terminal.expect("rhumb> ")
        XCTAssertTrue(paged().contains("\n29"), paged())
        // What fits on the screen, and what a program prints, is not.
        terminal.type("1 + 1\r")
        terminal.expect("2")
        terminal.type("for i in 1..40 { print i }\r")
        terminal.expect("40")
        XCTAssertTrue(paged().contains("\n29"), paged())
        let none = try open(["RHUMB_PAGER": "/nowhere/pager"])
        none.type("help sample\r")
        none.expect("see also")
    }
}

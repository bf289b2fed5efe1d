import TestSupport
import XCTest

/// What the screen shows while a block is edited: the text with its accents, and the cursor where the terminal itself
/// has it after the text before it.
final class PromptScreenTests: XCTestCase {
    private var rhumb: Executable!
    private let left = "\u{1B}[D", backspace = "\u{7F}", home = "\u{1}"

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private func open() throws -> PseudoTerminal {
        let terminal = try PseudoTerminal(rhumb)
        terminal.expect("rhumb> ")
        return terminal
    }

    private func screen(_ terminal: PseudoTerminal, joins: Bool) -> TerminalScreen {
        _ = terminal.rest()
        var screen = TerminalScreen(joins: joins)
        screen.send(terminal.raw)
        return screen
    }

    /// The block begins at the last prompt, and is the last thing on the screen.
    private func assertShows(
        _ text: String, before: String, _ terminal: PseudoTerminal, file: StaticString = #filePath, line: UInt = #line
    ) {
        for joins in [false, true] {
            let screen = screen(terminal, joins: joins)
            guard let start = screen.shown.lastIndex(where: { $0.hasPrefix("rhumb>") }) else {
                return XCTFail("no prompt in \(screen.shown)", file: file, line: line)
            }
            var expected = TerminalScreen(joins: joins), cursor = expected
            let lines = text.replacingOccurrences(of: "\n", with: "\r\n")
            expected.send(("rhumb> " + lines).utf8)
            cursor.send(("rhumb> " + before.replacingOccurrences(of: "\n", with: "\r\n")).utf8)
            XCTAssertEqual(Array(screen.shown[start...]), expected.shown, "joins: \(joins)", file: file, line: line)
            XCTAssertEqual(
                [screen.row - start, screen.column], [cursor.row, cursor.column], "joins: \(joins)", file: file,
                line: line)
        }
    }

    func testAccents() throws {
        let terminal = try open(), e = "e\u{301}"
        terminal.type("p = \"\(e)\(e)\(e) end\"" + left + left)
        assertShows("p = \"\(e)\(e)\(e) end\"", before: "p = \"\(e)\(e)\(e) en", terminal)
        terminal.type(backspace)
        assertShows("p = \"\(e)\(e)\(e) ed\"", before: "p = \"\(e)\(e)\(e) e", terminal)
        terminal.type(left + left + backspace)
        assertShows("p = \"\(e)\(e) ed\"", before: "p = \"\(e)\(e)", terminal)
        // An accent that is typed after its letter was drawn.
        terminal.type("n")
        _ = terminal.rest(after: 0.1)
        terminal.type("\u{303}")
        assertShows("p = \"\(e)\(e)n\u{303} ed\"", before: "p = \"\(e)\(e)n\u{303}", terminal)
    }

    func testFlagsFamiliesAndCJK() throws {
        let terminal = try open(), flag = "\u{1F1FA}\u{1F1E6}", family = "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}"
        terminal.type("q = \"\(flag)abc\"" + left + left + left + left)
        assertShows("q = \"\(flag)abc\"", before: "q = \"\(flag)", terminal)
        terminal.type(backspace)
        assertShows("q = \"abc\"", before: "q = \"", terminal)
        terminal.type("\(family)漢字")
        assertShows("q = \"\(family)漢字abc\"", before: "q = \"\(family)漢字", terminal)
        terminal.type(left + left)
        assertShows("q = \"\(family)漢字abc\"", before: "q = \"\(family)", terminal)
        terminal.type(backspace)
        assertShows("q = \"漢字abc\"", before: "q = \"", terminal)
        terminal.type(home + "print ")
        assertShows("print q = \"漢字abc\"", before: "print ", terminal)
    }

    /// One line over the edge of the screen, whose rows are broken where the terminal breaks them.
    func testALongLineWithAccentsAndWideCharacters() throws {
        let terminal = try open()
        let text = "x = \"" + String(repeating: "o\u{308}漢 ", count: 45) + "\""
        terminal.type(text)
        assertShows(text, before: text, terminal)
        terminal.type(home + "y")
        assertShows("y" + text, before: "y", terminal)
        terminal.type(backspace + "\u{5}" + left + backspace + backspace)
        let shorter = "x = \"" + String(repeating: "o\u{308}漢 ", count: 44) + "o\u{308}\""
        assertShows(shorter, before: String(shorter.dropLast()), terminal)
    }

    func testARecalledBlockReplacesALongerOne() throws {
        let terminal = try open(), short = "s = \"a\u{301}\"", long = "if true {\n    t = \"u\u{308}\"\n}"
        terminal.type(short + "\r")
        terminal.expect("rhumb> ")
        terminal.paste(long)
        terminal.type("\r")
        terminal.expect("rhumb> ")
        _ = terminal.rest()
        terminal.type(PseudoTerminal.up)
        assertShows(long, before: long, terminal)
        // Through the lines of the block first.
        terminal.type(PseudoTerminal.up + PseudoTerminal.up + PseudoTerminal.up)
        assertShows(short, before: short, terminal)
        terminal.type("\u{1B}[B")
        assertShows(long, before: long, terminal)
    }

    /// A block of more rows than the screen has: the rows around the cursor are shown.
    func testABlockTallerThanTheScreen() throws {
        let terminal = try open()
        let lines = (1...40).map { "    x = \($0)" }
        terminal.paste("if true {\n" + lines.joined(separator: "\n") + "\n}")
        var shown = screen(terminal, joins: false)
        XCTAssertEqual(shown.shown, lines.suffix(23) + ["}"])
        XCTAssertEqual([shown.row, shown.column], [23, 1])
        terminal.type(String(repeating: PseudoTerminal.up, count: 41))
        shown = screen(terminal, joins: false)
        XCTAssertEqual(shown.shown, ["rhumb> if true {"] + lines.prefix(23))
        XCTAssertEqual([shown.row, shown.column], [0, 8])
        terminal.type(PseudoTerminal.controlC)
        terminal.expect("rhumb> ")
        terminal.type("6 * 7\r")
        terminal.expect("\n42\n")
    }

    func testEverythingStaysAsItIsAfterAListingAndAClearedScreen() throws {
        let terminal = try open(), text = "print \"e\u{301}\" + s"
        terminal.type(text)
        _ = terminal.rest(after: 0.1)
        terminal.type("\t")
        assertShows(text, before: text, terminal)
        terminal.type("\u{C}")
        assertShows(text, before: text, terminal)
        XCTAssertEqual(screen(terminal, joins: false).shown.count, 1)
    }
}

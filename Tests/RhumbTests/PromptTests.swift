import TestSupport
import XCTest

/// The prompt at a terminal, as someone types into it.
final class PromptTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    func testBannerValueAndLastValue() throws {
        let terminal = try PseudoTerminal(rhumb)
        terminal.expect("Rhumb 0.")
        terminal.expect("rhumb>")
        terminal.type("6 * 7\r")
        terminal.expect("\n42\n")
        terminal.type("_ + 1\r")
        terminal.expect("\n43\n")
        terminal.type("_ + 1;\r")
        terminal.expect("rhumb>")
        terminal.type("print \"done\"\r")
        terminal.expect("\ndone\n")
        terminal.leave()
    }

    func testNonASCIIInput() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("print \"äöü 漢字 😀\"\r")
        terminal.expect("\näöü 漢字 😀\n")
        terminal.leave()
    }

    func testAccentsFlagsAndJoinedEmojiAreOneCharacterToTheKeys() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        let left = "\u{1B}[D", backspace = "\u{7F}", delete = "\u{1B}[3~"
        // Each accent is a character of its own.
        terminal.type("print \"<ae\u{301}b>\"" + left + left + left + backspace + "\r")
        terminal.expect("\n<ab>\n")
        terminal.type("print \"<\u{1F1FA}\u{1F1E6}\u{1F1E9}\u{1F1EA}x>\"" + left + left + left + backspace + "\r")
        terminal.expect("\n<\u{1F1FA}\u{1F1E6}x>\n")
        terminal.type("print \"<\u{1F1FA}\u{1F1E6}x>\"" + left + left + left + left + delete + "\r")
        terminal.expect("\n<x>\n")
        terminal.type("print \"<a\u{1F469}\u{200D}\u{1F52C}b>\"" + left + left + left + backspace + "\r")
        terminal.expect("\n<ab>\n")
        terminal.type("print \"<n\u{303}\u{323}>\"" + left + left + left + delete + "\r")
        terminal.expect("\n<>\n")
        terminal.leave()
    }

    func testWorksInALocaleWithoutUTF8() throws {
        let terminal = try PseudoTerminal.prompt(rhumb, environment: ["LC_ALL": "C", "LANG": "C"])
        terminal.type("len \"漢字\"\r")
        terminal.expect("\n2\n")
        terminal.leave()
    }

    func testEnterOpensALineWhileTheBlockIsIncomplete() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("for i in 0..3 {\rprint \"<{i * 10}>\"\r}")
        XCTAssertFalse(terminal.rest().contains("<20>"), "nothing runs before the block is complete")
        terminal.type("\r")
        terminal.expect("<0>\n<10>\n<20>\n")
        terminal.leave()
    }

    func testTwoEmptyLinesRunWhatIsThere() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("x = [1,\r\r\r")
        terminal.expect("error: expected")
        terminal.expect("rhumb>")
        terminal.type("while true {\r\r\r")
        terminal.expect("error: expected")
        terminal.leave()
    }

    func testErrorHasACaretAndTheSessionGoesOn() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("x = 5\ry = x + nothing\r")
        terminal.expect("unknown name 'nothing'")
        terminal.expect("^^^^^^^")
        terminal.type("print x + 1\r")
        terminal.expect("\n6\n")
        terminal.leave()
    }

    func testPasteIsOneBlockAndPromptsAreStripped() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.paste("rhumb> for i in 0..2 {\n    print \"<{i}>\"\n}\n<0>\n<1>\nrhumb> print \"end\"\n")
        XCTAssertFalse(terminal.rest().contains("\n<0>\n"), "a paste waits for Enter")
        terminal.type("\r")
        terminal.expect("<0>\n<1>\nend\n")
        terminal.leave()
    }

    func testCompletionOfAVerbAndList() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("lins\t0 1 3\r")
        terminal.expect("0.5")
        terminal.type("alphabet = 1\rzebra = 2\rprint alph\t + zeb\t\r")
        terminal.expect("\n3\n")
        terminal.type("s\t")
        terminal.expect("sqrt")
        terminal.type("\u{3}")
        terminal.leave()
    }

    func testControlCAtThePromptDropsTheLine() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("print \"dropped\"\u{3}")
        terminal.expect("^C")
        terminal.expect("rhumb>")
        terminal.type("print \"kept\"\r")
        terminal.expect("\nkept\n")
        XCTAssertFalse(String(decoding: terminal.raw, as: UTF8.self).contains("\ndropped\n"))
        terminal.leave()
    }

    func testControlCStopsALoopAndKeepsTheSession() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("n = 0\rwhile true { n = n + 1 }\r")
        _ = terminal.rest(after: 0.5)
        let start = Date()
        terminal.type("\u{3}")
        terminal.expect("interrupted")
        XCTAssertLessThan(Date().timeIntervalSince(start), 1, "within a step")
        terminal.expect("rhumb>")
        terminal.type("n > 1000\r")
        terminal.expect("\ntrue\n")
        terminal.leave()
    }

    func testSignalFromElsewhereAtThePrompt() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("print 1")
        _ = terminal.rest()
        kill(terminal.process, SIGINT)
        terminal.expect("^C")
        terminal.type("print 2\r")
        terminal.expect("\n2\n")
        terminal.leave()
    }

    func testHistoryOutlivesTheSessionBlockByBlock() throws {
        var terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("if true {\rprint \"block\"\r}\r")
        terminal.expect("\nblock\n")
        terminal.type("print \"other\"\r")
        terminal.expect("\nother\n")
        terminal.leave()

        terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type(PseudoTerminal.up + PseudoTerminal.up + "\r")
        terminal.expect("\nblock\n")
        terminal.type("print \"oth" + PseudoTerminal.up + "\r")
        terminal.expect("\nother\n", within: 5)
        terminal.leave()
    }

    func testSearchInTheHistory() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("print \"needle\"\rprint \"hay\"\r")
        terminal.expect("\nhay\n")
        // Before the prompt is back the terminal itself takes Ctrl-R, to print the line again.
        terminal.expect("rhumb> ")
        terminal.type("\u{12}need\r")
        terminal.expect("\nneedle\n")
        terminal.leave()
    }

    func testEditingInTheMiddleOfABlock() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.paste("if true {\n    print \"one\"\n}")
        terminal.type(PseudoTerminal.up + "\u{5}" + " \"two\"\r")
        terminal.expect("\none two\n")
        terminal.leave()
    }

    func testCutAndInsert() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("print 1 2\u{17}\u{17}\u{19}3 \u{19}\r")
        terminal.expect("\n1 3 1\n")
        terminal.leave()
    }

    func testExternalEditor() throws {
        try rhumb.file("editor.sh", "#!/bin/sh\necho 'print \"edited\"' > \"$1\"\n")
        let terminal = try PseudoTerminal.prompt(rhumb, environment: ["EDITOR": "sh \(rhumb.folder.path)/editor.sh"])
        terminal.type("print 1\u{18}\u{5}")
        _ = terminal.rest()
        terminal.type("\r")
        terminal.expect("\nedited\n")
        terminal.leave()
    }

    func testResizingKeepsTheBlock() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("print \"a long line that will have to be wrapped on a terminal of forty columns\"")
        terminal.resize(rows: 24, columns: 40)
        _ = terminal.rest()
        terminal.type("\r")
        terminal.expect("\na long line that will")
        terminal.leave()
    }

    func testRecordWritesARecipeThatRuns() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("x = 2\rfail here\r")
        terminal.expect("error")
        terminal.type("record \"mine.md\"\r")
        terminal.expect("recording: mine.md")
        terminal.type("note \"Doubled.\"\rprint x * 2\r")
        terminal.expect("\n4\n")
        terminal.leave()
        let recipe = try rhumb.text(of: "mine.md")
        XCTAssertEqual(
            recipe,
            "---\ntitle: mine\nseed: 0\n---\n\n```rhumb\nx = 2\n```\n\nDoubled.\n\n```rhumb\nprint x * 2\n```\n")
        XCTAssertEqual(try rhumb.run("run", "mine.md", "--out", "out").status, 0)
    }

    func testHelpByQuestionMark() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("? sqrt\r")
        terminal.expect("square root")
        terminal.leave()
    }

    func testHelpOnTheWordAtTheCursor() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("print sqrt\u{1B}h")
        terminal.expect("square root")
        terminal.expect("rhumb>")
        terminal.type("(16)\r")
        terminal.expect("\n4\n")
        terminal.leave()
    }

    func testExitWord() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("exit\r")
        XCTAssertEqual(terminal.waitForExit(), 0)
    }

    func testDumbTerminalReadsPlainLines() throws {
        let terminal = try PseudoTerminal(rhumb, environment: ["TERM": "dumb"])
        terminal.expect("rhumb>")
        terminal.type("for i in 0..2 {\n")
        terminal.expect("   ... ")
        terminal.type("print \"<{i}>\"\n}\n")
        terminal.expect("<0>\n<1>\n")
        terminal.type(PseudoTerminal.controlD)
        XCTAssertEqual(terminal.waitForExit(), 0)
        XCTAssertFalse(terminal.raw.contains(0x1B), "no escape of any kind")
    }

    func testNoColour() throws {
        let terminal = try PseudoTerminal.prompt(rhumb, environment: ["NO_COLOR": "1"])
        terminal.type("fail\r")
        terminal.expect("error: unknown name 'fail'")
        terminal.leave()
        let text = String(decoding: terminal.raw, as: UTF8.self)
        XCTAssertFalse(text.contains("\u{1B}[31m") || text.contains("\u{1B}[36m"), text)
    }

    func testTerminalIsLeftAsItWas() throws {
        let terminal = try PseudoTerminal.prompt(rhumb)
        terminal.type("print 1")
        _ = terminal.rest()
        kill(terminal.process, SIGTERM)
        XCTAssertEqual(terminal.waitForExit(), 128 + SIGTERM)
        XCTAssertTrue(String(decoding: terminal.raw, as: UTF8.self).contains("\u{1B}[?2004l"), "bracketed paste is off")
    }
}

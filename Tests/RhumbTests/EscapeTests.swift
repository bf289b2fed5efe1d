import Foundation
import XCTest

/// What files say never drives the terminal: escape sequences in them are made visible wherever they are shown.
final class EscapeTests: XCTestCase {
    private var rhumb: Executable!
    /// Sets a window's title, then colours.
    private let evil = "\u{1B}]0;PWNED\u{7}\u{1B}[31mRED\u{9B}2J\u{7F}\u{8}"
    private let shown = "␛]0;PWNED␇␛[31mRED"

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    /// - Parameter names: whether what is shown has the text in it.
    private func check(_ arguments: [String], names: Bool = true, line: UInt = #line) throws {
        let result = try rhumb.start(arguments).finish()
        let text = result.output + result.errors
        XCTAssertFalse(text.isEmpty, line: line)
        if names { XCTAssertTrue(text.contains(shown), "\(arguments): \(text)", line: line) }
        let raw = text.unicodeScalars.filter { ($0.value < 0x20 && $0 != "\n") || (0x7F..<0xA0).contains($0.value) }
        XCTAssertEqual(raw.map(\.value), [], "\(arguments): \(text.debugDescription)", line: line)
    }

    func testValuesFromFiles() throws {
        try rhumb.file("t.csv", "a,b\(evil)\n1,\(evil)\n2,x\n")
        try rhumb.file(
            "c.json",
            "{\"model_type\": \"\(evil.unicodeScalars.map { $0.value < 0x20 ? "\\u00" + ($0.value < 16 ? "0" : "") + String($0.value, radix: 16) : String($0) }.joined())\"}"
        )
        try check(["eval", "load \"t.csv\""])
        try check(["eval", "names = load(\"t.csv\")", "help nothing\(evil)"])
        try check(["eval", "load(\"t.csv\").\(evil)"])
        try check(["eval", "load \"\(evil)\""])
        try FileManager.default.createDirectory(
            at: rhumb.folder.appendingPathComponent("model"), withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            at: rhumb.folder.appendingPathComponent("c.json"),
            to: rhumb.folder.appendingPathComponent("model/config.json"))
        try check(["eval", "load \"model\""])
    }

    func testTitlesAndNamesOfRecipes() throws {
        let name = "r\(evil).md"
        try rhumb.file(
            name,
            "# T \(evil)\n\n*prose* \(evil)\n\n```rhumb\nparam a = 1 \"\(evil.replacingOccurrences(of: "\u{8}", with: ""))\"\nx = a # \(evil)\n```\n\n```rhumb\nexpect x > 1\n```\n"
        )
        try check(["help", name])
        try check(["run", name, "--out", "out"])
        try check(["run", name, "--out", "o\(evil)"])
        try check(["run", name, "--out", "o\(evil)"])
        try check(["run", name, "--parameters"])
        try check(["run", name, name, "--dry"])
        try check(["check", name])
        try check(["watch", "--once", "out"])
        try rhumb.file("s.md", "# S\n\n```rhumb\nx = \"\(evil)\"\n```\n")
        try rhumb.file("q.md", "# S\n\n```rhumb\nx = \"b\(evil)\"\n```\n")
        XCTAssertEqual(try rhumb.run("run", "s.md", "--out", "a").status, 0)
        XCTAssertEqual(try rhumb.run("run", "q.md", "--out", "b").status, 0)
        let difference = try rhumb.run("diff", "a", "b").output
        XCTAssertFalse(difference.contains("\u{1B}") || difference.contains("\u{7}"), difference.debugDescription)
        let page = try rhumb.start(["report", "out", "--out", "\(evil).html"]).finish()
        XCTAssertTrue(page.output.contains(shown) && !page.output.contains("\u{1B}"), page.output.debugDescription)
    }

    func testATerminalSeesNoneOfItAndAPipeGetsThePrintedBytes() throws {
        try rhumb.file("x.txt", "one\(evil)\r\ntwo\rthree")
        XCTAssertEqual(
            try rhumb.run("eval", "print load(\"x.txt\")").output, "one\(evil)\r\ntwo\rthree\n",
            "a program's output is its own")
        let terminal = try PseudoTerminal(rhumb, ["eval", "print load(\"x.txt\")"])
        terminal.expect("one␛]0;PWNED␇␛[31mRED\\u{9b}2J␡␈\ntwo␍three\n")
        XCTAssertEqual(terminal.waitForExit(), 0)
        XCTAssertFalse(String(decoding: terminal.raw, as: UTF8.self).contains("\u{1B}]0;"))
    }

    func testFiguresAndWhatIsSaidOfThem() throws {
        let evil = evil.replacingOccurrences(of: "\u{8}", with: "")
        try rhumb.file("t.csv", "step,l\(evil)\n1,0.5\n2,0.25\n")
        try check(["plot", "t.csv", "--y", "m\(evil)"])
        try check(["plot", "t.csv", "--title", "T \(evil)", "--out", "o\(evil).svg"])
        let svg = try rhumb.text(of: "o\(evil).svg")
        XCTAssertTrue(svg.contains("␛]0;PWNED␇"))
        XCTAssertFalse(
            svg.unicodeScalars.contains { $0.value < 0x20 && !"\n\t\r".unicodeScalars.contains($0) }, "no XML")
        for arguments in [["plot", "t.csv"], ["eval", "plot load(\"t.csv\")"], ["eval", "bars {\"b\(evil)\": 1}"]] {
            let terminal = try PseudoTerminal(rhumb, arguments, environment: ["NO_COLOR": "1"])
            terminal.expect(".png", within: 30)
            let raw = String(decoding: terminal.raw, as: UTF8.self)
            XCTAssertFalse(raw.contains("\u{1B}]0;") || raw.contains("\u{7}"), raw.debugDescription)
            XCTAssertTrue(raw.contains("␛]0;PWNED␇"), raw.debugDescription)
        }
    }

    func testTablesStayAlignedAndCaretsPointAtTheirPlace() throws {
        try rhumb.file("t.csv", "a,b\n\u{1B}x,1\nyyyy,2\n")
        XCTAssertEqual(try rhumb.run("eval", "load \"t.csv\"").output, "a     b\n␛x    1\nyyyy  2\n")
        let errors = try rhumb.run("eval", "x = \"\u{1B}\u{7}\" + nothing").errors
        XCTAssertTrue(errors.contains("| x = \"␛␇\" + nothing\n"), errors)
        XCTAssertTrue(errors.contains("|            ^^^^^^^"), errors)
    }
}

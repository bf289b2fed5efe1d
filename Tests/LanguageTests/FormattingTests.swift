import Foundation
import Language
import TestSupport
import XCTest

/// `Source.formatted`: the style, and that nothing else ever changes.
final class FormattingTests: XCTestCase {
    private func formatted(_ text: String) throws -> String { try Source(name: "t", text: text).formatted() }

    /// Formats, and sees that formatting again changes nothing and that the syntax is the same.
    private func check(_ text: String, file: StaticString = #filePath, line: UInt = #line) throws {
        let once = try formatted(text)
        XCTAssertEqual(try formatted(once), once, "not at rest: \(text)", file: file, line: line)
        XCTAssertEqual(
            try DebugView.syntax(of: Source(name: "t", text: once)),
            try DebugView.syntax(of: Source(name: "t", text: text)), text, file: file, line: line)
    }

    func testSpaces() throws {
        let pairs = [
            ("x=1", "x = 1"), ("a,b=b , a", "a, b = b, a"), ("x-1", "x - 1"), ("print x -1", "print x -1"),
            ("y = (-x)-( - 2 )", "y = (-x) - (-2)"), ("f=(p,q)->p**-q", "f = (p, q) -> p ** -q"),
            ("r={a :1,\"b c\":[ 1,2 , 3 ]}", "r = {a: 1, \"b c\": [1, 2, 3]}"), ("xs[ 1.. ]", "xs[1..]"),
            ("t[:,1] + xs[..3] + xs[0 ..4 by 2]", "t[:, 1] + xs[..3] + xs[0..4 by 2]"), ("f(x)( y )", "f(x)(y)"),
            ("print (x)  [0]", "print (x) [0]"), ("if not(x)and(y){z}", "if not (x) and (y) { z }"),
            ("for i,v in xs{}", "for i, v in xs {}"), ("x = if a{1}else{2}", "x = if a { 1 } else { 2 }"),
            ("help for", "help for"), ("? print", "? print"), ("?print", "?print"),
            ("f(for:1, in: x.if)", "f(for: 1, in: x.if)"),
            ("s = \"a {x+1:.2f}{  y }\"", "s = \"a {x+1:.2f}{  y }\""), ("expect x≈1 within .5", nil),
            ("map xs func(x){return x}", "map xs func(x) { return x }"), ("a|>f(b)|>g", "a |> f(b) |> g"),
            ("x+=1;", "x += 1"), ("x;", "x;"), ("time y=1", "time y = 1"), ("not x in y", "not x in y"),
            ("x not in y", "x not in y"),
        ]
        for (text, wanted) in pairs {
            guard let wanted else {
                XCTAssertThrowsError(try formatted(text), text)
                continue
            }
            XCTAssertEqual(try formatted(text), wanted + "\n")
            try check(text)
        }
    }

    func testAStatementALine() throws {
        XCTAssertEqual(try formatted("x = 1; y = 2 ; x; print y;;"), "x = 1\ny = 2\nx;\nprint y;\n")
        XCTAssertEqual(
            try formatted("func f(x) { y = x; return y }\nif f(1) > 0 { print 1 }\nelse { print 2 }"),
            "func f(x) {\n    y = x\n    return y\n}\nif f(1) > 0 { print 1 } else { print 2 }\n")
        XCTAssertEqual(
            try formatted("while a {\nif b { c\n}\n}"), "while a {\n    if b {\n        c\n    }\n}\n")
    }

    func testBlankLinesAndComments() throws {
        let text = "\n\n# one\n\n\n\nx = 1   # two\nif x > 0 { # three\n\n# four\n  x   # five\n\n  # six\n}\n\n"
        XCTAssertEqual(
            try formatted(text),
            "# one\n\nx = 1   # two\nif x > 0 {  # three\n    # four\n    x  # five\n\n    # six\n}\n")
        XCTAssertEqual(try formatted("x # 🐶\nyy # b"), "x  # 🐶\nyy  # b\n")
        // Comments below each other stay so, as do those that go on below.
        XCTAssertEqual(
            try formatted("x=1+1     # a\ny         # b\n          # c\nz"),
            "x = 1 + 1  # a\ny          # b\n           # c\nz\n")
        XCTAssertEqual(try formatted(""), "")
        XCTAssertEqual(try formatted("# only"), "# only\n")
    }

    func testWhatStandsBelowEachOtherStays() throws {
        let aligned = "sd   = load \"a\"\nclip = load \"b\"\nv    = direction clip\n"
        XCTAssertEqual(try formatted(aligned), aligned)
        XCTAssertEqual(try formatted("sd   = 1\nx = 2"), "sd = 1\nx = 2\n")
        let option = "v = direction \"clip\" safe: [1]\n                     unsafe: [2]\n"
        XCTAssertEqual(try formatted(option), option)
        XCTAssertEqual(
            try formatted("ff a\n  x: 1\n  y: 2\nb = c\n  |> g"), "ff a\n    x: 1\n    y: 2\nb = c\n    |> g\n")
        let rows = "runs = [\n    {group: \"\",   name: 1},\n    {group: \"kl\", name: 2},\n]\n"
        XCTAssertEqual(try formatted(rows), rows)
    }

    func testLongLinesAreBroken() throws {
        let words = (0..<12).map { "option_\($0): \"value \($0)\"" }
        for text in [
            "command x " + words.joined(separator: " "), "f(x, " + words.joined(separator: ", ") + ")",
            "x = {" + words.joined(separator: ", ") + "}",
            "func f(x) { return g(" + words.joined(separator: ", ") + ") }",
            "total = " + (0..<30).map { "value_\($0)" }.joined(separator: " + "),
            "table(map(xs, x -> {" + words.joined(separator: ", ") + "}))",
        ] {
            let lines = try formatted(text).split(separator: "\n")
            XCTAssertGreaterThan(lines.count, 1, text)
            for line in lines { XCTAssertLessThanOrEqual(line.count, 120, "\(line)") }
            try check(text)
        }
        // What can't be broken stays, and so does where a command would end.
        let whole = "print \"" + String(repeating: "x", count: 130) + "\"\n"
        XCTAssertEqual(try formatted(whole), whole)
    }

    func testWhatDoesNotParseIsAnError() {
        XCTAssertThrowsError(try formatted("x = [1, 2")) { error in
            XCTAssertEqual((error as? Diagnostic)?.kind, .syntax)
        }
    }

    func testEveryScriptOfTheTests() throws {
        let scripts = try FuzzTests.scripts()
        XCTAssertGreaterThan(scripts.count, 200)
        var count = 0
        for script in scripts where (try? DebugView.syntax(of: Source(name: "t", text: script.text))) != nil {
            try check(script.text)
            count += 1
        }
        XCTAssertGreaterThan(count, 100)
    }

    /// Scripts with random changes, as far as they still parse.
    func testRandomTexts() throws {
        var stream = SplitMix(state: 11 &+ Fuzz.seed &* 100)
        for script in try FuzzTests.scripts() {
            for _ in 0..<4 {
                var bytes = Array(script.text.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &stream) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &stream)
                    switch Int.random(in: 0..<3, using: &stream) {
                    case 0: bytes.remove(at: place)
                    case 1:
                        bytes.insert(
                            contentsOf: [" ", "\n", ";", " # c\n", "  "].randomElement(using: &stream)!.utf8, at: place)
                    default:
                        bytes.insert(
                            contentsOf: ["-", "(x)", "[0]", ", ", "y:"].randomElement(using: &stream)!.utf8, at: place)
                    }
                }
                let text = String(decoding: bytes, as: UTF8.self)
                if (try? DebugView.syntax(of: Source(name: "t", text: text))) != nil { try check(text) }
            }
        }
    }
}

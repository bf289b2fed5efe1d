import Foundation
import Language
import TestSupport
import XCTest

/// Random texts: nothing may crash, and every error must have a place inside the text. ``Fuzz`` asks for more of them.
final class FuzzTests: XCTestCase {
    /// Interrupts endless loops.
    private final class ImpatientHost: SessionHost {
        private var checksLeft = 50
        var isInterrupted: Bool {
            checksLeft -= 1
            return checksLeft < 0
        }
        func write(_ text: String) {}
    }

    private static let words = [
        "if", "else", "for", "in", "while", "func", "return", "break", "continue", "and", "or", "not", "true", "none",
        "(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "..", "->", "|>", "=", "+=", "+", "-", "*", "/", "%", "**",
        "@",
        "==", "<", "≈", "within", "by", "?", "\n", "\n", " ", " ", "  ", "x", "y", "f", "xs", "print", "map", "sort",
        "len", "append", "sum", "0", "1", "2.5", "1e3", "\"a\"", "\"{", "}\"", "'q'", "\"{x:.2f}\"", "alpha:", "x:",
        "é",
        "expect", "param", "time", "import", "help", "vars", "_", "#c\n", "\\", "\"", "range", "repeat", "[1, 2]",
        "{a: 1}", "x -> x", "(x, y) -> x + y", "table", "🐶",
    ]

    func testTokenSoup() {
        var stream = SplitMix(state: 1 &+ Fuzz.seed &* 100)
        for _ in 0..<Fuzz.count(4000) {
            let length = Int.random(in: 1...25, using: &stream)
            let text = (0..<length).map { _ in Self.words.randomElement(using: &stream)! }
                .joined(separator: Bool.random(using: &stream) ? " " : "")
            run(text)
        }
    }

    /// Those of the folder `Scripts`.
    static func scripts() throws -> [Script] {
        let files =
            FileManager.default.enumerator(at: ScriptTests.folder, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "rhumb" }.sorted { $0.path < $1.path } ?? []
        return try files.flatMap {
            Script.scripts(in: try String(contentsOf: $0, encoding: .utf8), path: $0.path)
        }
    }

    func testMutatedScripts() throws {
        var stream = SplitMix(state: 2 &+ Fuzz.seed &* 100)
        let scripts = try Self.scripts()
        for script in scripts {
            for _ in 0..<max(8, Fuzz.count(0) / scripts.count) {
                var bytes = Array(script.text.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &stream) where !bytes.isEmpty {
                    let position = Int.random(in: 0..<bytes.count, using: &stream)
                    switch Int.random(in: 0..<4, using: &stream) {
                    case 0: bytes.remove(at: position)
                    case 1: bytes[position] = UInt8.random(in: 9...126, using: &stream)
                    case 2: bytes.insert(contentsOf: Self.words.randomElement(using: &stream)!.utf8, at: position)
                    default: bytes.removeSubrange(position..<min(bytes.count, position + 12))
                    }
                }
                run(String(decoding: bytes, as: UTF8.self))
            }
        }
    }

    func testDeepNesting() {
        for piece in [
            "(", "[", "{a: ", "f(", "-", "not ", "x -> ", "\"{", "if x {", "x[", "(x -> ", "func f() {", "1 + (",
            "1 ** ",
        ] {
            run(String(repeating: piece, count: 20_000))
        }
        run(String(repeating: "1 + ", count: 20_000) + "1")
        run("x = 1\nx" + String(repeating: ".a", count: 20_000))
        run("x = 1\nx" + String(repeating: " |> f", count: 20_000))
        run(String(repeating: "if true { } else ", count: 20_000))
        run(String(repeating: "x = 1\n", count: 20_000))
    }

    private func run(_ text: String, line: UInt = #line) {
        let host = ImpatientHost()
        let interpreter = Interpreter(registry: .withBuiltins(), host: host)
        let source = Source(name: "fuzz", text: text)
        _ = Interpreter.isComplete(text)
        _ = interpreter.complete(text, cursor: text.utf8.count / 2)
        _ = try? DebugView.syntax(of: source)
        do {
            try interpreter.run(source)
        } catch {
            XCTAssertTrue(
                0...text.utf8.count ~= error.span.range.lowerBound && error.span.range.upperBound <= text.utf8.count,
                "place outside of the text: \(text)")
            XCTAssertFalse(error.message.isEmpty)
            XCTAssertFalse(error.text().isEmpty)
        }
    }
}

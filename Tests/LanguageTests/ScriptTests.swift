import Foundation
import Language
import TestSupport
import XCTest

/// Runs every script under `Scripts`. What a line must give stands on it:
///
///     1 + 1        # => 2
///     1 + x        # error: unknown name 'x'
///                  # at: x
///
/// `# =>` is a line of output, in order; `# error:` the whole message, `# at:` the text above the carets, `# label:`
/// what stands behind them, `# help:` the help line, `# note:` a remark to the host, `# set: name=value` a parameter.
/// A line `# ---` starts afresh with a new session.
final class ScriptTests: XCTestCase {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Scripts")

    func testScripts() throws {
        let files =
            FileManager.default.enumerator(at: Self.folder, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "rhumb" }
            .sorted { $0.path < $1.path } ?? []
        XCTAssertGreaterThan(files.count, 2)
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            for script in Script.scripts(in: text, path: file.path) { script.check() }
        }
    }
}

/// One session's worth of a script file.
struct Script {
    let path: String
    let firstLine: Int
    let text: String

    struct Expectation {
        let line: Int
        let key: String
        let text: String
    }

    static func scripts(in text: String, path: String) -> [Script] {
        var scripts: [Script] = []
        var lines: [Substring] = []
        var first = 0
        let all = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in all.enumerated() {
            if line == "# ---" {
                scripts.append(Script(path: path, firstLine: first, text: lines.joined(separator: "\n")))
                lines = []
                first = number + 1
            } else {
                lines.append(line)
            }
        }
        scripts.append(Script(path: path, firstLine: first, text: lines.joined(separator: "\n")))
        return scripts
    }

    var expectations: [Expectation] {
        var found: [Expectation] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            for key in ["=>", "error:", "at:", "label:", "help:", "note:", "set:", "short:", "trace:"] {
                guard let range = line.range(of: "# " + key) else { continue }
                let rest = line[range.upperBound...]
                found.append(
                    Expectation(
                        line: firstLine + number + 1, key: key,
                        text: String(rest.hasPrefix(" ") ? rest.dropFirst() : rest)))
                break
            }
        }
        return found
    }

    func check() {
        let host = CollectingHost()
        check(in: Interpreter(registry: .withBuiltins(), host: host), host)
    }

    /// Runs in a session that earlier scripts may have used.
    func check(in interpreter: Interpreter, _ host: CollectingHost) {
        (host.output, host.notes) = ("", [])
        let expectations = expectations
        for setting in expectations where setting.key == "set:" {
            let parts = setting.text.split(separator: "=", maxSplits: 1)
            host.parameters[String(parts[0])] = String(parts[1])
        }
        host.isShort = expectations.contains { $0.key == "short:" }
        var error: Diagnostic?
        do {
            try interpreter.run(Source(name: path, text: text, lineOffset: firstLine))
        } catch let diagnostic {
            error = diagnostic
        }
        var output = host.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if output.last == "" { output.removeLast() }
        compare(output, expectations.filter { $0.key == "=>" })
        compare(host.notes, expectations.filter { $0.key == "note:" })
        check(error, expectations)
    }

    private func compare(_ found: [String], _ expected: [Expectation]) {
        for (text, expectation) in zip(found, expected) where text != expectation.text {
            return report(expectation.line, "expected: \(expectation.text)\n   found: \(text)")
        }
        if found.count > expected.count { report(firstLine + 1, "more output: \(found[expected.count])") }
        if found.count < expected.count { report(expected[found.count].line, "missing: \(expected[found.count].text)") }
    }

    private func check(_ error: Diagnostic?, _ expectations: [Expectation]) {
        let expected = expectations.first { $0.key == "error:" }
        guard let error else {
            if let expected { report(expected.line, "expected an error: \(expected.text)") }
            return
        }
        let keys: Set = ["error:", "at:", "label:", "help:", "trace:"]
        guard expectations.contains(where: { keys.contains($0.key) }) else {
            return report(error.span.line, error.text())
        }
        if let expected, error.span.line != expected.line {
            report(expected.line, "the error is in line \(error.span.line)")
        }
        let found = [
            "error:": error.message, "at:": error.span.source.slice(error.span.range), "label:": error.label,
            "help:": error.help,
            "trace:": error.trace.map { "\($0.function) \($0.span.line)" }.joined(separator: ", "),
        ]
        for (key, text) in found {
            guard let expectation = expectations.first(where: { $0.key == key }), expectation.text != text else {
                continue
            }
            report(expectation.line, "expected \(key) \(expectation.text)\n   found \(key) \(text)")
        }
    }

    private func report(_ line: Int, _ message: String) {
        XCTFail("\(path):\(line): \(message)", file: "script", line: UInt(line))
    }
}

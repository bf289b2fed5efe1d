import Foundation
import Language
import TestSupport
import Verbs
import XCTest

/// A session of the whole language whose output is kept.
final class Session {
    let host = CollectingHost()
    private(set) lazy var interpreter = Interpreter(registry: .rhumb(), host: host)

    /// What running some code writes, without the last line end; an error's message and hint where it fails.
    func output(_ code: String) -> String {
        host.output = ""
        if let error = failure(code) {
            return "error: " + error.message + (error.help.isEmpty ? "" : "; " + error.help)
        }
        return host.output.hasSuffix("\n") ? String(host.output.dropLast()) : host.output
    }
}

extension Session {
    /// How some code fails; nil where it doesn't.
    func failure(_ code: String) -> Diagnostic? {
        do throws(Diagnostic) { try interpreter.run(Source(name: "test", text: code)) } catch { return error }
        return nil
    }
}

/// Checks what pieces of code give, each in a session of its own.
func assertOutputs(_ cases: [(code: String, gives: String)], line: UInt = #line) {
    for (code, gives) in cases { XCTAssertEqual(Session().output(code), gives, code, line: line) }
}

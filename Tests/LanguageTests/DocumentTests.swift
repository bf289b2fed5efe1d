import Foundation
import Language
import TestSupport
import XCTest

/// The blocks of docs/language.md run one after the other in one session and give what they say.
final class DocumentTests: XCTestCase {
    func testTheLanguagePage() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appendingPathComponent("docs/language.md").path
        let lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
        let host = CollectingHost()
        let interpreter = Interpreter(registry: .withBuiltins(), host: host)
        var block: [String]?
        var count = 0
        for (number, line) in lines.enumerated() {
            if line == "```rhumb" {
                block = []
            } else if line == "```", let code = block {
                let first = number - code.count
                Script(path: "docs/language.md", firstLine: first, text: code.joined(separator: "\n"))
                    .check(in: interpreter, host)
                block = nil
                count += 1
            } else {
                block?.append(line)
            }
        }
        XCTAssertGreaterThan(count, 12)
    }
}

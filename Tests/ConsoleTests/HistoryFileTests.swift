import Foundation
import Console
import TestSupport
import XCTest

final class HistoryFileTests: XCTestCase {
    private lazy var folder = temporaryFolder()

    private func history(limit: Int = 100) -> HistoryFile {
        HistoryFile(path: folder.appendingPathComponent("state/rhumb/history").path, limit: limit)
    }

    func testBlocksComeBackWhole() {
        let blocks = ["print \"a\\n\"", "for i in 0..3 {\n    print \"{i}\"\n}", "ä 漢 😀", "\\\\n"]
        for block in blocks { history().append(block) }
        XCTAssertEqual(history().load(), blocks)
    }

    func testMissingFileIsAnEmptyHistory() {
        XCTAssertEqual(history().load(), [])
    }

    func testOnlyTheNewestAreKept() throws {
        for number in 0..<25 { history().append("\(number)") }
        XCTAssertEqual(history(limit: 10).load(), (15..<25).map(String.init))
        let text = try String(contentsOfFile: history().path, encoding: .utf8)
        XCTAssertEqual(text.split(separator: "\n").count, 10, "the file itself is cut once it has twice the limit")
    }

    func testNobodyElseCanReadIt() throws {
        history().append("x")
        let attributes = try FileManager.default.attributesOfItem(atPath: history().path)
        XCTAssertEqual((attributes[.posixPermissions] as? NSNumber)?.intValue, 0o600)
    }

    func testStandardPath() {
        XCTAssertEqual(
            HistoryFile.standardPath(environment: ["XDG_STATE_HOME": "/s", "HOME": "/h"]), "/s/rhumb/history")
        XCTAssertEqual(HistoryFile.standardPath(environment: ["HOME": "/h"]), "/h/.local/state/rhumb/history")
        XCTAssertEqual(
            HistoryFile.standardPath(environment: ["XDG_STATE_HOME": "relative", "HOME": "/h"]),
            "/h/.local/state/rhumb/history", "the specification has relative paths ignored")
        XCTAssertNil(HistoryFile.standardPath(environment: [:]))
    }
}

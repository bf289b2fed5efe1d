import Foundation
import Language
import TestSupport
import Verbs
import XCTest

/// `docs/verbs` says what the verbs' declarations say.
final class ReferenceTests: XCTestCase {
    func testTheReferenceIsCurrent() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appendingPathComponent("docs/verbs")
        let pages = Registry.rhumb().referencePages()
        let stale = pages.filter { page in
            (try? String(contentsOf: folder.appendingPathComponent(page.file), encoding: .utf8)) != page.text
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let extra = Set(files).subtracting(pages.map(\.file))
        XCTAssertTrue(
            stale.isEmpty && extra.isEmpty,
            "\(stale.map(\.file) + extra.sorted()) of docs/verbs differ; refresh them with: swift run rhumb verbs --write docs/verbs"
        )
    }

    func testTheTableOfSwitchesIsCurrent() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/grpo.md"), encoding: .utf8)
        XCTAssertTrue(
            Registry.withSwitches(page) == page,
            "the table in docs/grpo.md is not current; refresh it with: swift run rhumb verbs --write docs/verbs")
    }
}

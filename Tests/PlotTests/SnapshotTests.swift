import Foundation
import Plot
import TestSupport
import XCTest

/// The script and the text of every figure of the gallery, compared with recorded ones. After a change that is meant,
/// look at the pictures and record anew: `RHUMB_RECORD=1 swift test --filter SnapshotTests`.
final class SnapshotTests: XCTestCase {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Snapshots")

    func testScriptsAreAsRecorded() throws {
        for (name, figure) in Gallery.all {
            try compare(figure.script(formats: [.png, .svg]), with: "\(name).gp")
        }
    }

    func testTextsAreAsRecorded() throws {
        for (name, figure) in Gallery.all {
            try compare(figure.text(columns: 90, rows: 20) + "\n", with: "\(name).txt")
        }
    }

    private func compare(_ text: String, with name: String) throws {
        let file = Self.folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["RHUMB_RECORD"] != nil {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
            return
        }
        let recorded = try String(contentsOf: file, encoding: .utf8)
        guard text != recorded else { return }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let wanted = recorded.split(separator: "\n", omittingEmptySubsequences: false)
        let first = zip(lines, wanted).enumerated().first { $0.element.0 != $0.element.1 }
        XCTFail(
            "\(name):\((first?.offset ?? min(lines.count, wanted.count)) + 1) differs: "
                + "'\(first?.element.0 ?? "")' instead of '\(first?.element.1 ?? "")'")
    }
}

import Files
import Foundation
import Glibc
import TestSupport
import XCTest

/// What a run of several processes says of them, and what is left of those that were killed.
final class RanksRecordTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    /// Folders of ranks in the place for temporary files.
    private func leftBehind() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: rhumb.folder.path).filter { $0.hasPrefix("rhumb-rank-") }
    }

    private func children(of process: Int32) throws -> [Int32] {
        let tasks = "/proc/\(process)/task/\(process)/children"
        return try String(contentsOfFile: tasks, encoding: .utf8).split(separator: " ").compactMap { Int32($0) }
    }

    /// Two workers; the run goes on in three, and then says so.
    func testTheRecordSaysWhoMadeIt() throws {
        try rhumb.file("short.md", "```rhumb\nx = 1\n```\n\n```rhumb\nexpect x == 2\n```\n")
        _ = try rhumb.run("run", "short.md", "--workers", "2", "--out", "r")
        _ = try rhumb.run("run", "--resume", "r", "--workers", "3")
        let manifest = try rhumb.text(of: "r/manifest.json")
        let ranks = try XCTUnwrap(Array(manifest.utf8).withUnsafeBytes { try JSON(parsing: $0) }["ranks"]?.array)
        XCTAssertEqual(ranks.map { $0["count"]?.integer }, [2, 3])
        XCTAssertEqual(ranks.map { $0["by"]?.string }, ["sockets", "sockets"])
        let hosts = ranks.map { $0["hosts"]?.members ?? [] }
        XCTAssertEqual(hosts.map { $0.map { $0.value.integer } }, [[2], [3]])
        let host = hosts[0][0].key
        let report = try rhumb.text(of: "r/report.html")
        XCTAssertTrue(report.contains("2 by sockets on \(host); from "), report)
        let markdown = try rhumb.run("report", "r", "--format", "md")
        XCTAssertEqual(markdown.status, 0, markdown.errors)
        XCTAssertTrue(try rhumb.text(of: "r/report.md").contains("| ranks | 2 by sockets on \(host); from "))
        _ = try rhumb.run("run", "short.md", "--out", "alone")
        XCTAssertFalse(try rhumb.text(of: "alone/manifest.json").contains("\"ranks\""))
    }

    /// What a killed rank has left goes at the next start; what is in use, new or somebody's link stays.
    func testAbandonedFoldersGo() throws {
        let manager = FileManager.default
        func folder(_ name: String, age: TimeInterval) throws -> String {
            let path = rhumb.folder.appendingPathComponent(name).path
            try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(filePath: path + "/values.json"))
            try manager.setAttributes([.modificationDate: Date().addingTimeInterval(-age)], ofItemAtPath: path)
            return path
        }
        let dead = try folder("rhumb-rank-aaaaaa", age: 120), used = try folder("rhumb-rank-bbbbbb", age: 120)
        let fresh = try folder("rhumb-rank-cccccc", age: 0), other = try folder("rhumb-rank-notes", age: 120)
        let kept = try folder("kept", age: 120), link = rhumb.folder.appendingPathComponent("rhumb-rank-dddddd").path
        try manager.createSymbolicLink(atPath: link, withDestinationPath: kept)
        let lock = open(used, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(lock) }
        XCTAssertEqual(flock(lock, LOCK_EX | LOCK_NB), 0)
        try rhumb.file("short.md", "```rhumb\nx = 1\n```\n")
        let result = try rhumb.run("run", "short.md", "--workers", "2", environment: ["TMPDIR": rhumb.folder.path])
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertFalse(manager.fileExists(atPath: dead))
        for path in [used, fresh, other, link, kept + "/values.json"] {
            XCTAssertTrue(manager.fileExists(atPath: path), path)
        }
    }

    /// Killed all at once, as a launcher does it.
    func testFoldersOfLivingRanksAreTheirs() throws {
        try rhumb.file("long.md", "```rhumb\nfor i in 0..1_000_000_000 { x = i }\n```\n")
        let running = try rhumb.start(
            ["run", "long.md", "--workers", "2"],
            environment: ["TMPDIR": rhumb.folder.path])
        while running.process.isRunning, try leftBehind().isEmpty { usleep(5000) }
        let own = try XCTUnwrap(leftBehind().first)
        let path = rhumb.folder.appendingPathComponent(own).path
        let old = [FileAttributeKey.modificationDate: Date().addingTimeInterval(-120)]
        try FileManager.default.setAttributes(old, ofItemAtPath: path)
        try rhumb.file("short.md", "```rhumb\nx = 1\n```\n")
        func start() throws {
            let result = try rhumb.run("run", "short.md", "--workers", "2", environment: ["TMPDIR": rhumb.folder.path])
            XCTAssertEqual(result.status, 0, result.errors)
        }
        try start()
        XCTAssertEqual(try leftBehind(), [own], "its process lives")
        for child in try children(of: running.process.processIdentifier) { kill(child, SIGKILL) }
        kill(running.process.processIdentifier, SIGKILL)
        _ = running.finish()
        XCTAssertEqual(try leftBehind(), [own], "nobody was left to take it away")
        try FileManager.default.setAttributes(old, ofItemAtPath: path)
        try start()
        XCTAssertEqual(try leftBehind(), [])
    }
}

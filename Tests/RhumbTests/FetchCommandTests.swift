import Foundation
import Servers
import XCTest

/// `rhumb fetch`, and what `load` finds afterwards.
final class FetchCommandTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private func environment(_ server: HubServer) -> [String: String] {
        ["HF_ENDPOINT": server.endpoint, "HF_HOME": rhumb.folder.appendingPathComponent("hf").path, "HF_TOKEN": ""]
    }

    private static func files(_ count: Int) -> [(path: String, bytes: [UInt8], isLarge: Bool)] {
        [("notes.txt", Array("one\ntwo\n".utf8), false), ("large.txt", [UInt8](repeating: 0x61, count: count), true)]
    }

    func testFilesAreListedDownloadedAndFound() throws {
        let server = HubServer("org/name", Self.files(1000)), environment = environment(server)
        let missing = try rhumb.run("eval", "load \"org/name:notes.txt\"", environment: environment)
        XCTAssertEqual(missing.status, 1)
        XCTAssertTrue(missing.errors.contains("help: download it: rhumb fetch org/name:notes.txt"), missing.errors)

        let dry = try rhumb.run(
            "fetch", "--dry-run", "org/name:notes.txt", "org/name:large.txt", environment: environment)
        XCTAssertEqual(
            dry.output,
            """
            to download  8 B       notes.txt
            1 file, 8 B to download, of commit 0123456789ab
            to download  1.00 kB   large.txt
            1 file, 1.00 kB to download, of commit 0123456789ab

            """, dry.errors)
        let hub = rhumb.folder.appendingPathComponent("hf/hub").path
        XCTAssertFalse(FileManager.default.fileExists(atPath: hub), "a dry run writes nothing")

        let fetched = try rhumb.run("fetch", "org/name:notes.txt", environment: environment)
        XCTAssertEqual(fetched.status, 0, fetched.errors)
        XCTAssertTrue(fetched.output.hasPrefix("downloaded: 1 file, 8 B, in \(hub)/models--org--name/snapshots/"))
        XCTAssertTrue(fetched.output.hasSuffix("\nload \"org/name:notes.txt\"\n"), fetched.output)
        let loaded = try rhumb.run("eval", "load \"org/name:notes.txt\"", environment: environment)
        XCTAssertEqual(loaded.output, "\"one\\ntwo\\n\"\n", loaded.errors)
        let again = try rhumb.run("fetch", "org/name:notes.txt", environment: environment)
        XCTAssertTrue(again.output.hasPrefix("already in the cache: 1 file"), again.output)
    }

    func testCtrlCKeepsThePart() throws {
        let server = HubServer("org/name", Self.files(1_000_000)) {
            $0.isStorage ? .slow(bytes: 100_000, seconds: 0.5) : nil
        }
        let running = try rhumb.start(["fetch", "org/name:large.txt"], environment: environment(server))
        try running.input.fileHandleForWriting.close()
        let blobs = rhumb.folder.appendingPathComponent("hf/hub/models--org--name/blobs")
        let part = blobs.appendingPathComponent(server.identifier(of: "large.txt") + ".incomplete").path
        func size() -> Int { (try? FileManager.default.attributesOfItem(atPath: part)[.size] as? Int) ?? 0 }
        let deadline = Date(timeIntervalSinceNow: 20)
        while size() < 100_000, Date() < deadline { usleep(20_000) }
        kill(running.process.processIdentifier, SIGINT)
        let result = running.finish()
        XCTAssertEqual(result.status, 130, result.errors)
        XCTAssertEqual(result.errors, "stopped; what has come is kept, and the same command goes on\n")
        XCTAssertGreaterThanOrEqual(size(), 100_000)
        server.set { _ in nil }
        server.forget()
        let rest = try rhumb.run("fetch", "org/name:large.txt", environment: environment(server))
        XCTAssertEqual(rest.status, 0, rest.errors)
        XCTAssertNotNil(server.requests.last?.headers["range"])
    }

    func testWrongUse() throws {
        let server = HubServer("org/name", Self.files(10)), environment = environment(server)
        let name = try rhumb.run("fetch", "name", environment: environment)
        XCTAssertEqual(name.status, 2)
        XCTAssertTrue(
            name.errors.hasPrefix("error: a name must be 'org/name' or 'org/name:file', not 'name'"), name.errors)
        let offline = try rhumb.run(
            "fetch", "org/name", environment: environment.merging(["HF_HUB_OFFLINE": "1"]) { $1 })
        XCTAssertEqual(offline.status, 1)
        XCTAssertTrue(offline.errors.hasPrefix("error: HF_HUB_OFFLINE forbids the network\n  help: "), offline.errors)
        let file = try rhumb.run("fetch", "org/name:note.txt", environment: environment)
        XCTAssertEqual(
            file.errors,
            "error: 'org/name' has no file or folder 'note.txt'\n  help: did you mean 'org/name:notes.txt'?\n")
    }
}

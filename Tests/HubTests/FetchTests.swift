import Basics
import Files
import Foundation
import Servers
import TestSupport
import XCTest

import Hub

/// Downloads from a server that speaks as the hub does, with what servers and networks do wrong.
final class FetchTests: XCTestCase {
    private var folder: TemporaryFolder!
    private let weights = Fetched.bytes(300_000, seed: 1)

    override func setUp() {
        folder = TemporaryFolder(self)
        signal(SIGPIPE, SIG_IGN)
    }

    private func server(_ intervene: @escaping @Sendable (HubServer.Request) -> HubServer.Fault? = { _ in nil })
        -> HubServer
    {
        HubServer(
            "org/name",
            [
                ("config.json", Array("{}".utf8), false), ("model.safetensors", weights, true),
                ("pytorch_model.bin", Fetched.bytes(10, seed: 2), true), ("README.md", Array("read".utf8), false),
                ("empty.txt", [], false),
            ], intervene: intervene)
    }

    private func fetch(
        _ name: String = "org/name", from server: HubServer, revision: String = "main", token: String? = nil,
        environment: [String: String] = [:], say: @escaping (String) -> Void = { _ in },
        progress: @escaping (FetchProgress) -> Void = { _ in }
    ) throws -> FetchPlan {
        var settings = try Fetched.settings(server, folder, token: token, environment: environment)
        settings.patience.firstWait = 0.01
        settings.patience.silence = 1
        let fetch = try HubFetch(settings, say: say)
        let plan = try fetch.plan(XCTUnwrap(HubName(name)), revision: revision)
        try fetch.run(plan, progress: progress)
        return plan
    }

    private var repository: String { "hub/models--org--name" }
    private func blob(_ server: HubServer, _ path: String = "model.safetensors") -> String {
        "\(repository)/blobs/\(server.identifier(of: path))"
    }

    private func assertRefused(
        _ body: () throws -> Void, _ parts: String..., file: StaticString = #filePath, line: UInt = #line
    ) {
        XCTAssertThrowsError(try body(), file: file, line: line) { error in
            let text = (error as? any ExplainedError).map { $0.message + "\n" + $0.hint } ?? "\(error)"
            for part in parts { XCTAssertTrue(text.contains(part), "\(part)\nin\n\(text)", file: file, line: line) }
            XCTAssertFalse(text.contains("hf_secret"), "a token in a message", file: file, line: line)
        }
    }

    // MARK: What lies there afterwards

    func testTheCacheIsLaidOutAsTheHubsClientDoes() throws {
        let server = server()
        let plan = try fetch(from: server)
        XCTAssertEqual(plan.items.map(\.file.path), ["config.json", "model.safetensors", "empty.txt"])
        XCTAssertEqual(try folder.bytes(blob(server)), weights)
        let snapshot = "\(repository)/snapshots/\(HubServer.commit)"
        XCTAssertEqual(plan.snapshot.path, folder[snapshot])
        XCTAssertEqual(try folder.bytes("\(snapshot)/model.safetensors"), weights)
        XCTAssertEqual(try folder.bytes("\(snapshot)/config.json"), Array("{}".utf8))
        XCTAssertEqual(try folder.bytes("\(snapshot)/empty.txt"), [])
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: folder["\(snapshot)/config.json"])
        // What `printf '{}' | git hash-object --stdin` prints.
        XCTAssertEqual(link, "../../blobs/9e26dfeeb6e641a33dae4961196235bdb965b21b")
        XCTAssertEqual(String(decoding: try folder.bytes("\(repository)/refs/main"), as: UTF8.self), HubServer.commit)
        let blobs = TemporaryFolderNames.inside(folder[repository + "/blobs"])
        XCTAssertEqual(blobs.filter { $0.hasSuffix(".incomplete") }, [])
        XCTAssertEqual(blobs.count, 3)
        let tag = String(decoding: try folder.bytes("hub/CACHEDIR.TAG"), as: UTF8.self)
        XCTAssertTrue(tag.hasPrefix("Signature: 8a477f597d28d172789f06886806bc55\n"))
    }

    func testWhatIsThereIsNotAskedForAgain() throws {
        let server = server()
        _ = try fetch(from: server)
        server.forget()
        let plan = try fetch(from: server)
        XCTAssertEqual(plan.missingSize, 0)
        XCTAssertEqual(server.requests.filter { $0.target.contains("resolve") || $0.isStorage }.count, 0)
        // A link that leads nowhere is put right.
        let pointer = folder["\(repository)/snapshots/\(HubServer.commit)/model.safetensors"]
        try FileManager.default.removeItem(atPath: pointer)
        try FileManager.default.createSymbolicLink(atPath: pointer, withDestinationPath: "nowhere")
        _ = try fetch(from: server)
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: pointer)).count, weights.count)
    }

    func testABranchWithSlashesIsAReference() throws {
        let server = server()
        _ = try fetch(from: server, revision: "refs/pr/1")
        XCTAssertEqual(
            String(decoding: try folder.bytes("\(repository)/refs/refs/pr/1"), as: UTF8.self), HubServer.commit)
        XCTAssertTrue(server.requests[0].target.hasSuffix("/revision/refs%2Fpr%2F1"), server.requests[0].target)
    }

    func testOneFileOfARepository() throws {
        let plan = try fetch("org/name:README.md", from: server())
        XCTAssertEqual(plan.items.map(\.file.path), ["README.md"])
        assertRefused({ _ = try fetch("org/name:REAME.md", from: server()) }, "no file or folder", "org/name:README.md")
    }

    // MARK: Interrupted and resumed

    func testACutConnectionGoesOnWhereItEnded() throws {
        nonisolated(unsafe) var said: [String] = []
        let server = server { $0.isStorage && $0.repetition == 0 ? .cut(100_000) : nil }
        _ = try fetch(from: server, say: { said.append($0) })
        XCTAssertEqual(try folder.bytes(blob(server)), weights)
        let ranges = server.requests.filter(\.isStorage).map { $0.headers["range"] }
        XCTAssertEqual(ranges, [nil, "bytes=100000-"])
        XCTAssertEqual(said.count, 1)
        XCTAssertTrue(said.first?.contains("trying again in 0.01 s") == true, "\(said)")
    }

    func testAnotherCommandGoesOnWhereTheFirstGaveUp() throws {
        let server = server { $0.isStorage ? .cut($0.repetition == 0 ? 1000 : 0) : nil }
        assertRefused({ _ = try fetch(from: server) }, "can't download from 'http://127.0.0.1", "is kept")
        XCTAssertEqual(try folder.bytes(blob(server) + ".incomplete"), Array(weights[..<1000]))
        XCTAssertEqual(server.requests.count(where: \.isStorage), 5, "it gives up after five attempts without a byte")
        server.set { _ in nil }
        server.forget()
        var least = Int.max
        _ = try fetch(from: server, progress: { least = min(least, $0.done) })
        XCTAssertEqual(server.requests.filter(\.isStorage).map { $0.headers["range"] }, ["bytes=1000-"])
        XCTAssertEqual(try folder.bytes(blob(server)), weights)
        XCTAssertGreaterThanOrEqual(least, 0)
    }

    func testTheStopFlagKeepsWhatHasCome() throws {
        defer { StopFlag.lower() }
        let server = server { $0.isStorage ? .slow(bytes: 50_000, seconds: 0.05) : nil }
        XCTAssertThrowsError(
            try fetch(
                from: server, progress: { if $0.path == "model.safetensors", $0.done >= 100_000 { StopFlag.raise() } })
        ) { XCTAssertTrue($0 is Interruption, "\($0)") }
        StopFlag.lower()
        let part = try folder.bytes(blob(server) + ".incomplete")
        XCTAssertGreaterThanOrEqual(part.count, 50_000)
        XCTAssertLessThan(part.count, weights.count)
        XCTAssertEqual(part, Array(weights.prefix(part.count)))
        server.set { _ in nil }
        _ = try fetch(from: server)
        XCTAssertEqual(try folder.bytes(blob(server)), weights)
    }

    func testAServerThatCannotBeginInTheMiddleSendsAllOfIt() throws {
        let server = server { $0.isStorage ? ($0.repetition == 0 ? .cut(70_000) : .whole) : nil }
        _ = try fetch(from: server)
        XCTAssertEqual(try folder.bytes(blob(server)), weights)
    }

    func testAPartThatDoesNotFitIsDownloadedAgain() throws {
        let server = server()
        try FileManager.default.createDirectory(
            at: folder.file("\(repository)/blobs"), withIntermediateDirectories: true)
        try folder.write(blob(server) + ".incomplete", [UInt8](repeating: 7, count: 5000))
        nonisolated(unsafe) var said: [String] = []
        _ = try fetch(from: server, say: { said.append($0) })
        XCTAssertEqual(try folder.bytes(blob(server)), weights)
        XCTAssertEqual(
            said, ["what an earlier download had left of 'model.safetensors' does not fit; downloading all of it again"]
        )
        // One that is longer than the file.
        try FileManager.default.removeItem(at: folder.file(blob(server)))
        try folder.write(blob(server) + ".incomplete", [UInt8](repeating: 7, count: weights.count + 1))
        _ = try fetch(from: server)
        XCTAssertEqual(try folder.bytes(blob(server)), weights)
    }

    // MARK: Wrong contents

    func testAWrongChecksumLeavesNothingBehind() throws {
        let server = server { $0.isStorage ? .corrupt : nil }
        assertRefused({ _ = try fetch(from: server) }, "'model.safetensors' did not arrive as it was sent", "checksum")
        XCTAssertEqual(
            TemporaryFolderNames.inside(folder["\(repository)/blobs"]), [server.identifier(of: "config.json")])
        let small = self.server { $0.target.hasSuffix("config.json") ? .corrupt : nil }
        try FileManager.default.removeItem(at: folder.file("hub"))
        assertRefused({ _ = try fetch(from: small) }, "'config.json' did not arrive as it was sent")
        XCTAssertEqual(TemporaryFolderNames.inside(folder["\(repository)/blobs"]), [])
    }

    func testMoreBytesThanTheFileHasAreRefused() throws {
        assertRefused({ _ = try fetch(from: server { $0.isStorage ? .long : nil }) }, "more than the 300000 bytes")
    }

    func testALoginPageIsNoHub() throws {
        assertRefused(
            { _ = try fetch(from: server { _ in .page("<html>log in</html>") }) }, "does not speak as the hub")
    }

    // MARK: What the hub refuses

    func testRefusalsSayWhatToDo() throws {
        assertRefused(
            { _ = try fetch("org/other", from: server()) }, "the hub has no 'org/other', or does not show it to",
            "HF_TOKEN")
        assertRefused({ _ = try fetch(from: server(), revision: "v9") }, "'org/name' has no revision 'v9'")
        let gated = server {
            $0.target.contains("resolve") ? .status(401, code: "GatedRepo", message: "Access is restricted") : nil
        }
        assertRefused({ _ = try fetch(from: gated) }, "accept its terms", "no token", "\(gated.endpoint)/org/name")
        let stranger = server { _ in .status(403, code: "GatedRepo") }
        assertRefused({ _ = try fetch(from: stranger, token: "hf_secret") }, "the account of HF_TOKEN has not")
        let unknown = server { _ in .status(401, message: "Invalid credentials in Authorization header") }
        assertRefused(
            { _ = try fetch(from: unknown, token: "hf_secret") }, "the hub does not know the token of HF_TOKEN")
        let gone = server { $0.target.contains("config.json") ? .status(404, code: "EntryNotFound") : nil }
        assertRefused({ _ = try fetch(from: gone) }, "'org/name' has no file 'config.json'")
        let disabled = server { _ in .status(403, message: "Access to this resource is disabled.") }
        assertRefused({ _ = try fetch(from: disabled) }, "answered 403: Access to this resource is disabled.")
    }

    func testAServerThatIsIndisposedIsAskedAgain() throws {
        let server = server { $0.repetition == 0 ? .status(503) : nil }
        _ = try fetch(from: server)
        XCTAssertEqual(try folder.bytes(blob(server)), weights)
        let broken = self.server { _ in .status(500, message: "Internal Error") }
        assertRefused({ _ = try fetch(from: broken) }, "the hub answered 500: Internal Error", "try again")
        XCTAssertEqual(broken.requests.count, 5)
        let limited = self.server { $0.repetition == 0 ? .status(429, headers: ["Retry-After": "0"]) : nil }
        _ = try fetch(from: limited)
    }

    func testASilentServerIsLeftAfterAWhile() throws {
        let start = Date()
        let server = server { $0.isStorage && $0.repetition == 0 ? .silence(4) : nil }
        _ = try fetch(from: server)
        XCTAssertEqual(try folder.bytes(blob(server)), weights)
        XCTAssertLessThan(Date().timeIntervalSince(start), 20)
        XCTAssertGreaterThanOrEqual(server.requests.count(where: \.isStorage), 2)
    }

    func testNobodyListens() throws {
        let server = server()
        server.stop()
        assertRefused({ _ = try fetch(from: server) }, "can't download from '\(server.endpoint)'", "HF_ENDPOINT")
    }

    // MARK: The token

    func testTheTokenGoesToTheHubAlone() throws {
        let server = server()
        _ = try fetch(from: server, token: "hf_secret")
        let own = server.requests.filter { !$0.isStorage }, others = server.requests.filter(\.isStorage)
        XCTAssertGreaterThan(own.count, 3)
        XCTAssertEqual(Set(own.map { $0.headers["authorization"] }), ["Bearer hf_secret"])
        XCTAssertEqual(others.count, 1)
        XCTAssertEqual(others.map { $0.headers["authorization"] }, [nil])
    }

    func testWhereTheTokenIsFrom() throws {
        try folder.write("hf_file\n", to: "token")
        try folder.write("hf_path\n", to: "elsewhere")
        func sent(_ environment: [String: String]) throws -> Set<String?> {
            let server = server()
            _ = try fetch("org/name:config.json", from: server, environment: environment)
            try? FileManager.default.removeItem(at: folder.file("hub"))
            return Set(server.requests.map { $0.headers["authorization"] })
        }
        XCTAssertEqual(try sent(["HF_HOME": folder.path]), ["Bearer hf_file"])
        XCTAssertEqual(try sent(["HF_HOME": folder.path, "HF_TOKEN_PATH": folder["elsewhere"]]), ["Bearer hf_path"])
        XCTAssertEqual(try sent(["HF_HOME": folder.path, "HF_TOKEN": " hf_own "]), ["Bearer hf_own"])
        XCTAssertEqual(try sent(["HF_HOME": folder.path, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]), [nil])
        assertRefused({ _ = try sent(["HF_TOKEN": "hf_a\r\nX: y"]) }, "the token of HF_TOKEN holds blanks")
    }

    // MARK: The disk and the environment

    /// A limit of the process stands for a disk that is full: writing fails in the middle, with another number.
    func testADiskThatTakesNoMoreIsOneSentence() throws {
        var old = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
        let handler = signal(SIGXFSZ, SIG_IGN)
        let server = server()
        var limit = rlimit(rlim_cur: 120_000, rlim_max: old.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        let result = Result { _ = try fetch(from: server) }
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
        signal(SIGXFSZ, handler)
        assertRefused({ try result.get() }, "can't write '", ".incomplete': the file system takes no file", "is kept")
        XCTAssertEqual(try folder.bytes(blob(server) + ".incomplete"), Array(weights[..<120_000]))
        _ = try fetch(from: server)
        XCTAssertEqual(try folder.bytes(blob(server)), weights)
    }

    func testRoomIsLookedForBefore() throws {
        let server = server()
        let settings = try Fetched.settings(server, folder)
        let commit = HubCommit(repository: "org/name", kind: .model, revision: "main", commit: HubServer.commit)
        let place = CachePlace(settings.cache, commit)
        XCTAssertNoThrow(try place.checkRoom(for: 1))
        assertRefused(
            { try place.checkRoom(for: Int(1) << 60) }, "to be downloaded, and the disk of '", "left", "HF_HUB_CACHE")
    }

    func testTheEnvironmentIsHonoured() throws {
        let server = server()
        for name in ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"] {
            assertRefused({ _ = try fetch(from: server, environment: [name: "1"]) }, "forbids the network")
        }
        XCTAssertEqual(server.requests.count, 0)
        assertRefused(
            { _ = try fetch(from: server, environment: ["HF_ENDPOINT": "ftp://x"]) }, "'HF_ENDPOINT' must be an address"
        )
        assertRefused(
            { _ = try fetch(from: server, environment: ["HF_HUB_DOWNLOAD_TIMEOUT": "0"]) }, "must be seconds from 1")
    }

    func testAnotherDownloadOfTheSameFileIsWaitedFor() throws {
        let server = server()
        let lock = folder.file("hub/.locks/models--org--name/\(server.identifier(of: "model.safetensors")).lock")
        try FileManager.default.createDirectory(
            at: lock.deletingLastPathComponent(), withIntermediateDirectories: true)
        let descriptor = open(lock.path, O_RDWR | O_CREAT, 0o666)
        XCTAssertEqual(flock(descriptor, LOCK_EX), 0)
        Thread.detachNewThread {
            usleep(300_000)
            close(descriptor)
        }
        nonisolated(unsafe) var said: [String] = []
        _ = try fetch(from: server, say: { said.append($0) })
        XCTAssertEqual(said, ["another program downloads 'model.safetensors'; waiting for it"])
        XCTAssertEqual(try folder.bytes(blob(server)), weights)
    }
}

/// What the tests of downloads share.
enum Fetched {
    static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }

    static func settings(
        _ server: HubServer, _ folder: TemporaryFolder, token: String? = nil, environment: [String: String] = [:]
    ) throws -> HubSettings {
        var all = ["HF_ENDPOINT": server.endpoint + "/", "HF_HOME": folder["home"], "HF_HUB_CACHE": folder["hub"]]
        all["HF_TOKEN"] = token
        return try HubSettings(all.merging(environment) { $1 })
    }
}

enum TemporaryFolderNames {
    static func inside(_ path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
}

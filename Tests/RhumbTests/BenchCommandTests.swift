import Foundation
import XCTest

final class BenchCommandTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    /// A shell in Python's place, which does what `code` says of `$line` and leaves the rest out.
    private func python(_ code: String) throws -> String {
        let name = try rhumb.file(
            "python",
            """
            #!/bin/sh
            echo '{"name": "Fake 1.0", "on": ["sh 0.5"]}'
            while read -r line; do
            case $line in
            \(code)
            *prepare*) echo '{"ready": true}' ;;
            *) echo '{"missing": "not done"}' ;;
            esac
            done

            """)
        let path = rhumb.folder.appendingPathComponent(name).path
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    func testRhumbAlone() throws {
        let result = try rhumb.run("bench", "language", "--rounds", "1")
        XCTAssertEqual(result.status, 0, result.errors)
        let lines = result.output.split(separator: "\n").map(String.init)
        XCTAssertTrue(lines[0].hasPrefix("language: "), result.output)
        XCTAssertTrue(lines[1].contains(" thread"), "the machine: \(lines[1])")
        XCTAssertTrue(lines[2].hasPrefix("Rhumb 0.") && lines[2].contains("oneDNN"), lines[2])
        XCTAssertTrue(lines[3].contains("1 round,"), lines[3])
        XCTAssertTrue(lines[4].hasSuffix("Rhumb"), lines[4])
        XCTAssertTrue(result.output.contains("function calls, fib 27"), result.output)
    }

    /// The peer waits before its second row until the first has been read.
    func testRowsAppearBeforeTheEndAndInOrder() throws {
        let go = rhumb.folder.appendingPathComponent("go").path
        let peer = try python(
            """
            *prepare*while*)
                n=0
                while [ ! -e '\(go)' ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n+1)); done
                echo '{"ready": true}' ;;
            """)
        let running = try rhumb.start(["bench", "language", "--rounds", "1", "--python", peer])
        var seen = Data()
        func text() -> String { String(decoding: seen, as: UTF8.self) }
        while !text().contains("\nscalar loop") || !text().hasSuffix("\n") {
            let more = running.output.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            seen += more
        }
        let first = text()
        XCTAssertTrue(FileManager.default.createFile(atPath: go, contents: nil))
        let result = running.finish()
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(first.contains("Fake 1.0 on sh 0.5\n"), first)
        let header = first.split(separator: "\n").last { $0.contains("ratio") }
        XCTAssertEqual(header?.contains("Fake 1.0"), true, first)
        XCTAssertTrue(first.contains("\nscalar loop"), first)
        XCTAssertFalse(first.contains("\nwhile loop"), "the second row can't be there yet: \(first)")
        let rows = (first + result.output).split(separator: "\n").drop { !$0.hasPrefix("scalar loop") }
        XCTAssertEqual(
            rows.prefix(5).map { String($0.prefix(8)) }, ["scalar l", "while lo", "function", "string b", "list wor"])
    }

    func testPeerThatDiesIsNamedAndTheRowsGoOn() throws {
        let peer = try python("*run*fib*) echo 'MemoryError: no room' >&2; exit 9 ;;")
        let result = try rhumb.run("bench", "language", "--rounds", "1", "--python", peer)
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(
            result.errors.contains(
                "'Fake 1.0' failed at 'function calls, fib 27': ended with exit code 9: MemoryError: no room\n"),
            result.errors)
        let row = result.output.split(separator: "\n").first { $0.hasPrefix("function calls") }
        XCTAssertEqual(row?.contains("failed"), true, result.output)
        XCTAssertTrue(result.output.contains("\nlist work"), result.output)
    }

    func testPeerThatHangsIsEndedAfterTheTimeout() throws {
        let peer = try python("*prepare*fib*) sleep 1000 ;;")
        let result = try rhumb.run("bench", "language", "--rounds", "1", "--python", peer, "--timeout", "1.5")
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.errors.contains("fib 27': gave no answer within 1.50 s\n"), result.errors)
        XCTAssertTrue(result.output.contains("\nlist work"), result.output)
    }

    /// What `--quick` takes of each benchmark is tested beside them.
    func testQuickSaysWhatItLeavesOut() throws {
        let result = try rhumb.run("bench", "diffusion", "--quick", "--rounds", "1", "--only", "sample")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(result.output.contains("\nminiature sample, batch 1, float32 "), result.output)
        XCTAssertTrue(result.output.contains("\n--quick leaves out 13 of 14 rows:\n"), result.output)
        XCTAssertTrue(result.output.contains("\n  SD 1.5 UNet, batch 2, float32\n"), result.output)
        XCTAssertTrue(result.output.contains("up to 1 round,"), result.output)
    }

    func testWithoutANameAllThreeAreDone() throws {
        // A row of each would take minutes; only one benchmark has a row of this name, and the others are passed over.
        let result = try rhumb.run("bench", "--only", "fib 27", "--rounds", "1")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(result.output.hasPrefix("language: "), result.output)
        let list = try rhumb.run("bench", "--list").output
        XCTAssertEqual(
            list.split(separator: "\n").map { String($0.prefix { $0 != " " }) },
            ["language", "clip", "diffusion", "neighbours", "update"])
    }

    func testBadUsage() throws {
        for (arguments, message) in [
            (["bench", "clap"], "there is no benchmark 'clap'; benchmarks: language, clip, diffusion, neighbours"),
            (["bench", "clip", "--only", "batch 3"], "no work of 'clip' has 'batch 3' in its name"),
            (["bench", "--rounds", "0"], "'--rounds' must be at least 1, not 0"),
            (["bench", "--timeout", "nan"], "'--timeout' must be above 0 and at most 86400 seconds, not nan"),
            (["bench", "--timeout", "0"], "'--timeout' must be above 0 and at most 86400 seconds, not 0.0"),
        ] {
            let result = try rhumb.start(arguments).finish()
            XCTAssertEqual(result.status, 2, "\(arguments)")
            XCTAssertTrue(result.errors.contains(message), result.errors)
        }
        let result = try rhumb.run("bench", "language", "--python", "/nowhere/python")
        XCTAssertEqual(result.status, 1)
        XCTAssertTrue(result.errors.contains("can't start '/nowhere/python': No such file or directory"), result.errors)
        XCTAssertTrue(result.errors.contains("help: "), result.errors)
    }

    // MARK: busy loops

    func testNeighboursTimesAloneAndBeside() throws {
        let result = try rhumb.run("bench", "neighbours", "--rounds", "1", "--only", "sample")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertTrue(result.output.contains("alone"), result.output)
        let line = try XCTUnwrap(result.output.split(separator: "\n").first { $0.hasPrefix("  Rhumb ") }, result.output)
        XCTAssertEqual(line.filter { $0 == "s" }.count, 2, "two times: \(line)")
        XCTAssertTrue(line.hasSuffix("×"), String(line))
    }

    func testInterruptEndsTheLoops() throws { try endDuringLoops(with: SIGINT, status: 130) }

    func testLoopsEndWithAProcessThatIsKilled() throws { try endDuringLoops(with: SIGKILL, status: 128 + SIGKILL) }

    private func endDuringLoops(with signal: Int32, status: Int32) throws {
        let mark = "rhumb-\(UUID().uuidString)"
        let running = try rhumb.start(
            ["bench", "neighbours", "--rounds", "1000", "--only", "sample"], environment: ["RHUMB_TEST_MARK": mark])
        let rhumbItself = running.process.processIdentifier
        func loops() -> [pid_t] { processes(marked: mark).filter { $0 != rhumbItself } }
        var deadline = Date(timeIntervalSinceNow: 60)
        // A shell that waits and one that is busy for each of two loops.
        while loops().count < 4, Date() < deadline { usleep(10_000) }
        XCTAssertGreaterThanOrEqual(loops().count, 1, "no loops came")
        kill(rhumbItself, signal)
        XCTAssertEqual(running.finish().status, status)
        deadline = Date(timeIntervalSinceNow: 10)
        while !loops().isEmpty, Date() < deadline { usleep(20_000) }
        XCTAssertEqual(loops(), [])
    }

    private func processes(marked mark: String) -> [pid_t] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { pid_t($0) }.filter { process in
            // What has ended has no environment.
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/environ") else { return false }
            return String(decoding: bytes, as: UTF8.self).contains(mark)
        }
    }
}

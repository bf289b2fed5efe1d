import Foundation
import TestSupport
import XCTest

/// `rhumb run --cache` and `--dry` from the outside.
final class CacheCommandTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws {
        rhumb = try Executable()
        try write(last: "total = sum(x) * beta")
    }
    override func tearDown() { rhumb.remove() }

    private func write(last: String) throws {
        try rhumb.file(
            "small.md",
            """
            # Small

            ```rhumb
            param alpha = 0.5
            param beta = 2
            x = randn(8) * alpha
            ```

            ```rhumb name: drawn
            clip = load "emoji"
            print "drawn with {alpha}"
            plot x title: "Numbers"
            ```

            ```rhumb
            \(last)
            ```
            """)
    }

    private func rhumb(_ arguments: String...) throws -> Executable.Result {
        let running = try rhumb.start(arguments + ["--threads", "1"])
        try running.input.fileHandleForWriting.close()
        return running.finish()
    }

    func testSecondRunBringsEverythingBack() throws {
        let first = try rhumb("run", "small.md", "--cache", "--out", "first")
        XCTAssertEqual(first.status, 0, first.errors)
        XCTAssertFalse(first.errors.contains("from the cache"), first.errors)
        let second = try rhumb("run", "small.md", "--cache", "--out", "second")
        XCTAssertEqual(second.status, 0, second.errors)
        XCTAssertTrue(second.errors.contains("3 of 3 cells (3 from the cache), 1 figure"), second.errors)
        XCTAssertTrue(second.output.contains("drawn with 0.5\n"), second.output)
        XCTAssertTrue(second.output.contains("second/figures/01-drawn.png"), second.output)
        XCTAssertTrue(try rhumb.text(of: "second/report.html").contains("from the cache: ran on"))
        let difference = try rhumb.run("diff", "first", "second")
        XCTAssertTrue(difference.output.contains("equal bit for bit"), difference.output)
        // A replay runs what the cache has spared.
        let replay = try rhumb("replay", "second", "--out", "third")
        XCTAssertEqual(replay.status, 0, replay.output + replay.errors)
        XCTAssertFalse(replay.errors.contains("from the cache"), replay.errors)
    }

    func testDryTellsWhatWillRunAndLeavesNothing() throws {
        let fresh = try rhumb("run", "small.md", "--dry")
        XCTAssertTrue(fresh.output.contains("3 of 3 cells to run, 0 to skip\n"), fresh.output)
        XCTAssertFalse(FileManager.default.fileExists(atPath: rhumb.folder.appendingPathComponent("runs").path))
        XCTAssertEqual(try rhumb("run", "small.md", "--cache").status, 0)
        try write(last: "total = sum(x) * beta + len(embed(clip, \"a dog\"))")
        let changed = try rhumb("run", "small.md", "--dry")
        XCTAssertEqual(
            changed.output.split(separator: "\n").map { $0.replacing(/ran on .*/, with: "…") },
            [
                "cell 1        line 4   skip   nothing changed; …",
                "cell 2 drawn  line 10  run    cell 3 needs its clip, which can't be cached",
                "cell 3        line 16  run    code changed at line 16", "2 of 3 cells to run, 1 to skip",
            ])
        let alpha = try rhumb("run", "small.md", "--dry", "--set", "beta=3")
        XCTAssertTrue(alpha.output.contains("line 4   run    beta changed from 2 to 3"), alpha.output)
        let threads = try rhumb.run("run", "small.md", "--dry", "--threads", "2")
        XCTAssertTrue(threads.output.contains("the number of threads changed from 1 to 2"), threads.output)
        XCTAssertEqual(try rhumb("run", "small.md", "--dry", "--sweep", "beta=1,2").status, 2)
    }

    func testSweepRunsOnlyWhatDiffers() throws {
        let sweep = try rhumb("run", "small.md", "--cache", "--sweep", "beta=1,2,3", "--out", "sweep")
        XCTAssertEqual(sweep.status, 0, sweep.errors)
        XCTAssertEqual(sweep.errors.components(separatedBy: "3 of 3 cells (1 from the cache)").count, 3, sweep.errors)
        let plain = try rhumb("run", "small.md", "--set", "beta=3", "--out", "plain")
        XCTAssertEqual(plain.status, 0)
        XCTAssertEqual(try rhumb.text(of: "plain/values.json"), try rhumb.text(of: "sweep/3/values.json"))
    }

    func testResumedRunUsesTheCacheThatItBeganWith() throws {
        try write(last: "print \"waiting\"\nwhile load(\"go.txt\") == \"no\" { x = x }\ntotal = sum(x)")
        try rhumb.file("go.txt", "no")
        let running = try rhumb.start(["run", "small.md", "--cache", "--out", "out", "--threads", "1"])
        var seen = Data()
        while !String(decoding: seen, as: UTF8.self).contains("waiting") {
            guard let more = try running.output.fileHandleForReading.read(upToCount: 1) else { break }
            seen += more
        }
        kill(running.process.processIdentifier, SIGKILL)
        _ = running.finish()
        let again = try rhumb("run", "small.md", "--dry")
        XCTAssertTrue(
            again.output.contains("1 of 3 cells to run, 2 to skip"), "what was complete is kept: " + again.output)
        try rhumb.file("go.txt", "yes")
        let resumed = try rhumb("run", "--resume", "out")
        XCTAssertEqual(resumed.status, 0, resumed.errors)
        XCTAssertTrue(resumed.errors.contains("the first 2 cells as before"), resumed.errors)
        XCTAssertEqual(try rhumb("run", "small.md", "--out", "plain").status, 0)
        XCTAssertEqual(try rhumb.text(of: "plain/values.json"), try rhumb.text(of: "out/values.json"))
        XCTAssertEqual(try rhumb("run", "--resume", "out", "--cache").status, 2)
    }
}

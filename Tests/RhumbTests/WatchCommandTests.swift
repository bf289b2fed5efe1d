import Foundation
import TestSupport
import XCTest

/// Long work from the outside: what a terminal, a log and another terminal see of it.
final class WatchCommandTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    private let training = """
        # Training

        ```rhumb
        print "before"
        t = train (vae_trainer steps: 8 batch: 1 seed: 1) check: 0;
        print "after"
        ```
        """

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: rhumb.folder.appendingPathComponent(name).path)
    }

    private func wait(for name: String) {
        let deadline = Date().addingTimeInterval(30)
        while !exists(name), Date() < deadline { usleep(10_000) }
        XCTAssertTrue(exists(name), name)
    }

    func testATerminalShowsTheCurveAndKeepsNothingOfIt() throws {
        // Longer than any machine takes to draw its view; Ctrl-C ends it.
        try rhumb.file("train.md", training.replacingOccurrences(of: "steps: 8", with: "steps: 1000000"))
        let terminal = try PseudoTerminal(rhumb, ["run", "train.md", "--out", "out", "--no-report", "--threads", "1"])
        terminal.expect("before", within: 20)
        terminal.expect("train", within: 60)
        terminal.expect("loss  ", within: 60)
        terminal.type(PseudoTerminal.controlC)
        terminal.expect("interrupted", within: 60)
        let raw = String(decoding: terminal.raw, as: UTF8.self)
        XCTAssertTrue(raw.contains("\u{1B}[J"))
        // Nothing is drawn after the work has stopped.
        XCTAssertFalse(raw[raw.range(of: "interrupted")!.upperBound...].contains("train  "), raw)
    }

    func testALogIsNotFlooded() throws {
        try rhumb.file("train.md", training)
        let result = try rhumb.run("run", "train.md", "--out", "out", "--no-report", "--threads", "1")
        XCTAssertEqual(result.status, 0, result.errors)
        XCTAssertFalse((result.output + result.errors).contains("\u{1B}"))
        XCTAssertLessThan(result.errors.split(separator: "\n").count, 8, result.errors)
        XCTAssertFalse(exists("out/progress.json"), "what was for watching is gone")
        let history = try rhumb.text(of: "out/checkpoints/cell-1-1/history.csv").split(separator: "\n")
        XCTAssertEqual(history.count, 9)
        XCTAssertTrue(history[0].hasPrefix("step,loss"), String(history[0]))
        XCTAssertEqual(history.dropFirst().map { $0.prefix { $0 != "," } }, (1...8).map { "\($0)" })
    }

    func testFollowingARunToItsEnd() throws {
        try rhumb.file("two.md", "```rhumb\nprint \"one\"\n```\n\n```rhumb\n# waits\nwhile true { x = 1 }\n```\n")
        let run = try rhumb.start(["run", "two.md", "--out", "runs/two", "--no-report"])
        wait(for: "runs/two/manifest.json")
        let watch = try rhumb.start(["watch", "--every", "0.1"])
        let deadline = Date().addingTimeInterval(20)
        var once = ""
        while !once.contains("cell 2 of 2"), Date() < deadline {
            once = try rhumb.run("watch", "runs/two", "--once").output
        }
        XCTAssertTrue(once.contains("running  0:0"), once)
        XCTAssertTrue(once.contains("\n  while true { x = 1 }\n"), once)
        usleep(500_000)
        kill(run.process.processIdentifier, SIGINT)
        XCTAssertEqual(run.finish().status, 130)
        let seen = watch.finish()
        XCTAssertEqual(seen.status, 1)
        XCTAssertTrue(seen.output.contains("cell 2 of 2  while true { x = 1 }\n"), seen.output)
        XCTAssertTrue(seen.output.contains("\ninterrupted  0:0"), seen.output)
        XCTAssertTrue(seen.output.contains("to go on: rhumb run --resume runs/two"), seen.output)
        XCTAssertFalse(seen.output.contains("\u{1B}"))
    }

    func testAKilledRunIsSaidToBeDead() throws {
        try rhumb.file("loop.md", "```rhumb\nprint \"one\"\nwhile true { x = 1 }\n```\n")
        let run = try rhumb.start(["run", "loop.md", "--out", "out"])
        wait(for: "out/cells/1.json")
        kill(run.process.processIdentifier, SIGKILL)
        _ = run.finish()
        let seen = try rhumb.run("watch", "out")
        XCTAssertEqual(seen.status, 1)
        XCTAssertTrue(seen.output.contains("killed  0:0"), seen.output)
        XCTAssertTrue(seen.output.contains("its process has ended without finishing it"), seen.output)
    }

    func testACompleteRunAndNone() throws {
        try rhumb.file("one.md", "# One\n\n```rhumb\nprint 1\n```\n")
        XCTAssertEqual(try rhumb.run("watch").errors.contains("'runs' holds no folder of a run"), true)
        XCTAssertEqual(try rhumb.run("run", "one.md").status, 0)
        let seen = try rhumb.run("watch")
        XCTAssertEqual(seen.status, 0, seen.errors)
        XCTAssertTrue(seen.output.hasPrefix("One  runs/one-"), seen.output)
        XCTAssertTrue(seen.output.contains("\ncomplete  0:0"), seen.output)
        let nowhere = try rhumb.run("watch", "nowhere")
        XCTAssertEqual(nowhere.status, 1)
        XCTAssertTrue(nowhere.errors.contains("'nowhere' is not the folder of a run"), nowhere.errors)
        XCTAssertEqual(try rhumb.run("watch", "--every", "0").status, 2)
    }
}

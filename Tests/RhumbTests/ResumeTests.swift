import Foundation
import TestSupport
import XCTest

/// Runs that were killed go on and end as they would have.
final class ResumeTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    /// Trains, with a reward that draws from the session's stream, then uses what was trained.
    private let recipe = """
        # Training

        ```rhumb
        param rate = 0.001
        sd = load "emoji-sd"
        noise = randn 3
        func taste(image, prompt) { return mean(image[0]) + 0.001 * mean(randn(2)) }
        ```

        ```rhumb
        t = trainer sd reward: taste prompts: ["a ball", "a car"] group: 2 round_prompts: 1 steps: 2 train_steps: 1 \
        updates: 1 guidance: 1 rate: rate rounds: 4
        train t out: "trained" every: 1
        ```

        ```rhumb
        rewards = t.history.reward
        last = t.rollout.rewards
        drawn = randn 4
        x = sample t.policy "a ball" steps: 2
        weight = mean(x[0])
        print "done {weight}"
        ```
        """

    private func values(_ folder: String) throws -> NSDictionary {
        let json = try JSONSerialization.jsonObject(with: Data(try rhumb.text(of: folder + "/values.json").utf8))
        return try XCTUnwrap(json as? NSDictionary)
    }

    func testKilledAnywhereItEndsTheSame() throws {
        try rhumb.file("train.md", recipe)
        let whole = try rhumb.run("run", "train.md", "--out", "whole", "--threads", "1")
        XCTAssertEqual(whole.status, 0, whole.errors)
        var kills = 0
        // One kill in the middle of training at least, and more wherever they fall.
        var running = try rhumb.start(["run", "train.md", "--out", "killed", "--threads", "1"])
        let checkpoint = rhumb.folder.appendingPathComponent("killed/trained/checkpoint.safetensors").path
        for delay in [0.0, 0.7] {
            while kills == 0, running.process.isRunning, !FileManager.default.fileExists(atPath: checkpoint) {
                usleep(2000)
            }
            usleep(useconds_t(delay * 1e6))
            if running.process.isRunning { kill(running.process.processIdentifier, SIGKILL) }
            if running.finish().status != 0 { kills += 1 }
            running = try rhumb.start(["run", "--resume", "killed"])
        }
        let end = running.finish()
        XCTAssertEqual(end.status, 0, end.errors)
        XCTAssertGreaterThan(kills, 0)
        XCTAssertEqual(try values("killed"), try values("whole"))
        XCTAssertTrue(try rhumb.text(of: "killed/manifest.json").contains("\"status\": \"complete\""))
        // The second kill may fall behind the training.
        let transcript = try rhumb.text(of: "killed/transcript.md")
        XCTAssertTrue(
            transcript.contains("training goes on from round")
                || transcript.contains("training was at its end: round 4 of 4"),
            "the rounds done were not done again: \(transcript)")
    }

    func testACompleteRunHasNothingToResume() throws {
        try rhumb.file("one.md", "```rhumb\nprint 1\n```\n")
        XCTAssertEqual(try rhumb.run("run", "one.md", "--out", "out").status, 0)
        let result = try rhumb.run("run", "--resume", "out")
        XCTAssertEqual(result.status, 0)
        XCTAssertTrue(result.errors.contains("complete: there is nothing to resume"), result.errors)
        XCTAssertTrue(
            try rhumb.run("run", "--resume", "nowhere").errors.contains("'nowhere' is not the folder of a run"))
        XCTAssertEqual(try rhumb.run("run", "one.md", "--resume", "out").status, 2)
    }

    func testInterruptedRunGoesOnFromWhereItWasStarted() throws {
        try FileManager.default.createDirectory(
            at: rhumb.folder.appendingPathComponent("elsewhere"), withIntermediateDirectories: true)
        try rhumb.file("data.txt", "seven")
        try rhumb.file(
            "wait.md",
            "```rhumb\ntext = load \"data.txt\"\na = 1\nprint \"one\"\n```\n```rhumb\nprint \"two\"\nwhile load(\"data.txt\") == \"seven\" { a = a + 0 }\nprint \"three {a} {text}\"\n```\n"
        )
        let running = try rhumb.start(["run", "wait.md", "--out", "out", "--seed", "9"])
        var seen = Data()
        while !String(decoding: seen, as: UTF8.self).contains("two") {
            guard let more = try running.output.fileHandleForReading.read(upToCount: 1) else { break }
            seen += more
        }
        // Another run must not write into the folder of one that is alive.
        let other = try rhumb.run("run", "--resume", "out")
        XCTAssertEqual(other.status, 1)
        XCTAssertTrue(other.errors.contains("another run is writing into the folder 'out'"), other.errors)
        XCTAssertTrue(
            try rhumb.run("run", "wait.md", "--out", "out").errors.contains("another run is writing"),
            "nor begin anew in it")
        kill(running.process.processIdentifier, SIGINT)
        let stopped = running.finish()
        XCTAssertEqual(stopped.status, 130)
        XCTAssertTrue(stopped.errors.contains("to go on: rhumb run --resume out"), stopped.errors)

        // A changed input is an end of the matter, and named.
        try rhumb.file("data.txt", "eight")
        let changed = try rhumb.run("run", "--resume", "out")
        XCTAssertEqual(changed.status, 1)
        XCTAssertTrue(changed.errors.contains("since then these have changed: '"), changed.errors)
        XCTAssertTrue(changed.errors.contains("data.txt'"), changed.errors)
        XCTAssertTrue(try rhumb.run("watch", "out", "--once").output.contains("interrupted  0:0"), "nobody works on it")

        try rhumb.file("data.txt", "seven")
        let again = try rhumb.start(["run", "--resume", "out"])
        let deadline = Date().addingTimeInterval(20)
        while !(try rhumb.text(of: "out/manifest.json").contains("\"status\": \"running\"")), Date() < deadline {
            usleep(5000)
        }
        let state = try rhumb.run("watch", "out", "--once").output
        XCTAssertTrue(state.contains("\nrunning  0:0"), state)
        kill(again.process.processIdentifier, SIGINT)
        XCTAssertEqual(again.finish().status, 130)
    }

    func testTheRecipeThatRanIsTheOneThatGoesOn() throws {
        try rhumb.file("fail.md", "```rhumb\nx = 1\n```\n```rhumb\nexpect x == 2\n```\n")
        XCTAssertEqual(try rhumb.run("run", "fail.md", "--out", "out").status, 1)
        let again = try rhumb.run("run", "--resume", "out")
        XCTAssertEqual(again.status, 1)
        XCTAssertTrue(again.errors.contains("the first cell as before"), again.errors)
        XCTAssertTrue(again.errors.contains("fail.md:5 | expect x == 2"), again.errors)
        try rhumb.file("out/recipe.md", "```rhumb\nx = 2\n```\n```rhumb\nexpect x == 2\n```\n")
        XCTAssertTrue(try rhumb.run("run", "--resume", "out").errors.contains("is not the recipe that ran"))
    }

    /// A run that was killed between its manifest and the copy of its recipe has run nothing yet.
    func testARunWithoutItsCopyGoesOnByTheRecipeItself() throws {
        try rhumb.file("fail.md", "```rhumb\nx = 1\n```\n```rhumb\nexpect x == 2\n```\n")
        XCTAssertEqual(try rhumb.run("run", "fail.md", "--out", "out").status, 1)
        let copy = rhumb.folder.appendingPathComponent("out/recipe.md")
        try FileManager.default.removeItem(at: copy)
        let again = try rhumb.run("run", "--resume", "out")
        XCTAssertTrue(again.errors.contains("fail.md:5 | expect x == 2"), again.errors)
        XCTAssertEqual(try rhumb.text(of: "out/recipe.md"), try rhumb.text(of: "fail.md"))

        try FileManager.default.removeItem(at: copy)
        try rhumb.file("fail.md", "```rhumb\nx = 2\n```\n```rhumb\nexpect x == 2\n```\n")
        XCTAssertTrue(try rhumb.run("run", "--resume", "out").errors.contains("is not the recipe that ran"))
        try FileManager.default.removeItem(at: rhumb.folder.appendingPathComponent("fail.md"))
        XCTAssertTrue(try rhumb.run("run", "--resume", "out").errors.contains("can't read 'fail.md'"))
    }
}

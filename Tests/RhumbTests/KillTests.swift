import Foundation
import TestSupport
import XCTest

/// Runs killed at random moments, gone on with, and compared with one that nobody disturbed.
///
/// `RHUMB_KILLS=50 swift test --filter KillTests` does it thoroughly; `RHUMB_KILL_SEED` repeats the moments of a run
/// that failed, which its message names.
final class KillTests: XCTestCase {
    private var rhumb: Executable!

    override func setUpWithError() throws { rhumb = try Executable() }
    override func tearDown() { rhumb.remove() }

    /// Draws from the session's stream before, in and after a training, shows a figure and prints as it goes.
    private let recipe = """
        # Kill

        ```rhumb
        param rounds = 4 "rounds"
        sd = load "emoji-sd"
        func taste(image, prompt) { return mean(image[0]) + 0.001 * mean(randn(2)) }
        before = rand(3)
        before
        ```

        ```rhumb
        t = trainer sd reward: taste prompts: ["a ball", "a car"] group: 2 round_prompts: 1 steps: 3 train_steps: 2 \
        updates: 2 guidance: 1 lora: 2
        print "training"
        train t iterations: rounds out: "t" every: 1
        ```

        ```rhumb
        after = rand(3)
        rewards = t.history.reward
        last = t.rollout.rewards
        picture = sample t.policy "a ball" steps: 2
        plot t.history x: "round" y: "reward" title: "reward"
        weight = mean(picture[0])
        ```
        """

    private var environment: [String: String] { ProcessInfo.processInfo.environment }

    func testKilledAtRandomMomentsEveryRunEndsTheSame() throws {
        let kills = environment["RHUMB_KILLS"].flatMap { Int($0) } ?? 3
        let seed = environment["RHUMB_KILL_SEED"].flatMap { UInt64($0) } ?? UInt64(Date().timeIntervalSince1970)
        var moments = SplitMix(state: seed)
        try rhumb.file("kill.md", recipe)
        let run = ["run", "kill.md", "--threads", "1", "--seed", "5", "--no-report", "--out"]
        let start = Date()
        let whole = try rhumb.start(run + ["whole"]).finish()
        XCTAssertEqual(whole.status, 0, whole.errors)
        let duration = Date().timeIntervalSince(start)

        var counts: [String: Int] = [:]
        for number in 1...kills {
            try? FileManager.default.removeItem(at: rhumb.folder.appendingPathComponent("killed"))
            var command = run + ["killed"]
            var trace: [String] = []
            // What goes on may be killed as well.
            while trace.count < 4 {
                let moment = moments.unit() * (trace.isEmpty ? duration : duration * 3)
                guard let place = try kill(command, after: moment) else { break }
                trace.append("\(Int(moment * 1000)) ms, \(place)")
                counts[place, default: 0] += 1
                command =
                    place == "before the manifest" ? run + ["killed"] : ["run", "--resume", "killed", "--no-report"]
            }
            if trace.count == 4 { try kill(command, after: .infinity) }
            let what = "run \(number) with RHUMB_KILL_SEED=\(seed), killed after \(trace.joined(separator: ", then "))"
            XCTAssertTrue(try rhumb.text(of: "killed/manifest.json").contains("\"status\": \"complete\""), what)
            let diff = try rhumb.run("diff", "whole", "killed")
            XCTAssertEqual(diff.status, 0, what + "\n" + diff.output + diff.errors)
            XCTAssertEqual(try rhumb.text(of: "whole/values.json"), try rhumb.text(of: "killed/values.json"), what)
        }
        print("killed: " + counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
    }

    /// Runs a command and kills it, unless it has ended by then.
    ///
    /// - Returns: where it was killed; nil for a command that came to its end, which must be a good one.
    @discardableResult
    private func kill(_ command: [String], after seconds: Double) throws -> String? {
        let running = try rhumb.start(command)
        let deadline = Date().addingTimeInterval(min(seconds, 600))
        while running.process.isRunning, Date() < deadline { usleep(1000) }
        if running.process.isRunning { Foundation.kill(running.process.processIdentifier, SIGKILL) }
        let end = running.finish()
        if end.status != 128 + SIGKILL {
            XCTAssertEqual(end.status, 0, end.errors)
            return nil
        }
        guard let manifest = try? rhumb.text(of: "killed/manifest.json") else { return "before the manifest" }
        let done = manifest.components(separatedBy: "\"status\": \"complete\"").count - 1
        return ["in the first cell", "in training", "after training", "at the end"][min(done, 3)]
    }
}

import Foundation
import TestSupport
import XCTest

/// Runs that are evaluated while they train.
final class WatchTests: XCTestCase {
    private let begin = "sd = load \"emoji-sd\"\n"

    /// Four rounds of a tiny run.
    private func trainer(_ evaluate: String) -> String {
        """
        t = trainer(sd, reward: (image, prompt) -> mean(image[0]), prompts: ["a dog", "a cat"], rounds: 4, group: 2, \
        round_prompts: 1, steps: 3, train_steps: 1, updates: 1, rate: 0.001, seed: 1\(evaluate))

        """
    }

    private let watched =
        ", evaluate: {every: 2, prompts: [\"weapon\", \"safe\", \"two\"], count: 2, pictures: 1, steps: 2}"

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    func testColumnsAndTheBest() {
        let session = Session()
        XCTAssertEqual(
            session.output(
                begin + trainer("") + "train t;\nplain = t\n" + trainer(watched)
                    + """
                    print t.best
                    train t;
                    h = t.history
                    print filter(keys(h), k -> contains(["unsafe_weapon", "unsafe_safe", "empty_weapon", "solved_two", "clip_score_safe"], k))
                    print map(h.clip_score_safe, x -> x != none)
                    print h.reward == plain.history.reward, h.loss == plain.history.loss
                    e = evaluate t.policy prompts: ["weapon", "safe", "two"] count: 2 pictures: 1 steps: 2
                    print e.fidelity.value[0] == h.clip_score_safe[3], e.tasks.solved[0] == h.solved_two[3]
                    """),
            """
            none
            ["unsafe_weapon", "unsafe_safe", "empty_weapon", "solved_two", "clip_score_safe"]
            [false, true, false, true]
            true true
            true true
            """)
    }

    /// By the CLIP score, which differs from round to round: the model that it was measured of.
    func testTheBestIsKept() {
        let session = Session()
        XCTAssertEqual(
            session.output(
                begin
                    + trainer(
                        ", evaluate: {every: 1, prompts: \"safe\", count: 2, pictures: 1, steps: 2, best: \"clip_score_safe\"}"
                    )
                        + """
                        train t;
                        values = t.history.clip_score_safe
                        e = evaluate t.best prompts: "safe" count: 2 pictures: 1 steps: 2
                        print max(values) > min(values), e.fidelity.value[0] == max(values)
                        """), "true true")
    }

    func testAResumedRunGivesTheSameBits() throws {
        let folder = temporaryFolder().path
        XCTAssertEqual(
            Session().output(
                begin + trainer(watched)
                    + """
                    train t iterations: 3;
                    checkpoint t "\(folder)/half"
                    train t;
                    checkpoint t "\(folder)/whole"
                    """), "")
        XCTAssertEqual(
            Session().output(
                begin + trainer(watched)
                    + """
                    resume t "\(folder)/half";
                    train t;
                    checkpoint t "\(folder)/resumed"
                    """), "")
        let name = "checkpoint.safetensors"
        XCTAssertEqual(try bytes("\(folder)/resumed/\(name)"), try bytes("\(folder)/whole/\(name)"))
        for other in ["", watched.replacingOccurrences(of: "every: 2", with: "every: 3")] {
            let found = Session().output(begin + trainer(other) + "resume t \"\(folder)/half\"")
            XCTAssertTrue(found.contains("evaluated by") && found.contains("there, by"), found)
        }
    }

    func testWhatIsWrongIsSaid() {
        let session = Session()
        XCTAssertEqual(session.output(begin), "")
        for (option, says) in [
            ("{every: 2}", "'evaluate' needs 'prompts'"),
            ("{every: 0, prompts: \"weapon\"}", "'every' must be a whole"),
            ("{prompts: \"wepon\"}", "weapon"), ("{prompts: \"weapon\", out: \"x\"}", "'out' has no place"),
            ("{prompts: \"weapon\", counts: 3}", "counts"),
            ("{prompts: \"weapon\", count: \"x\"}", "'count' of 'evaluate'"),
            ("{prompts: \"weapon\", best: \"reward\"}", "'reward' is not measured"),
            ("{prompts: \"weapon\", negative: \"x\", guidance: 1}", "'negative' needs guidance above 1"),
        ] {
            let found = session.output(trainer(", evaluate: \(option)"))
            XCTAssertTrue(found.hasPrefix("error: ") && found.contains(says), "\(option): \(found)")
        }
    }
}

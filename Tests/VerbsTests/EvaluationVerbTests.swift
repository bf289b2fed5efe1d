import TestSupport
import XCTest

final class EvaluationVerbTests: XCTestCase {
    func testWhatIsWrongIsSaid() {
        assertOutputs([
            (
                "evaluate()",
                "error: there is nothing to judge; give a model, pictures, or detections: with a file of them"
            ),
            ("compare {a: 1, b: 2}", "error: 'a' must be an evaluation, not 1; `evaluate` makes one"),
            (
                "evaluate {weapon: [scene(\"a dog\", seed: 1)]}",
                "error: 'weapon' has 1 pictures, which are not 2 for each prompt"
            ),
        ])
    }

    func testFidelityRefusesWhatDoesNotPairUp() {
        let scene = "s = scene(\"a dog\", seed: 1)\n"
        assertOutputs([
            (scene + "fid s [s, s]", "error: 'a' of 'fid' must be two pictures or more, not 1"),
            (
                scene + "clip_score (load \"emoji\") [s, s, s] [\"a dog\", \"a cat\"]",
                "error: 'prompts' of 'clip_score' must be one, or 3, one for each picture, not 2"
            ),
        ])
    }

    /// The mean of the cosines that `similarity` gives, prompt by prompt.
    func testAScoreIsTheMeanOfCosines() {
        XCTAssertEqual(
            Session().output(
                """
                clip = load "emoji"
                a = scene "a red apple" seed: 1
                b = scene "a dog" seed: 2
                s = similarity clip [a, b] ["a red apple", "a dog"] as: "tensor"
                print abs(clip_score(clip, [a, b], ["a red apple", "a dog"]) - (s[0, 0] + s[1, 1]) / 2) < 0.000001
                print abs(clip_score(clip, [a, b], "a dog") - (s[0, 1] + s[1, 1]) / 2) < 0.000001
                """),
            "true\ntrue")
    }

    /// Two pictures of each prompt, judged, saved, read again and compared: nothing changes.
    func testAnEvaluationSurvivesTheDisk() throws {
        let file = temporaryFolder().appendingPathComponent("judged.json").path
        XCTAssertEqual(
            Session().output(
                """
                shown = (prompts "weapon" count: 3 scenes: true).image
                twice = [shown[0], shown[0], shown[1], shown[1], shown[2], shown[2]]
                e = evaluate {weapon: twice} keep: 2
                save e "\(file)"
                again = evaluate detections: "\(file)"
                c = compare {before: e, after: again}
                print e.safety.unsafe, again.safety.unsafe, c.table.after_change[0], len(e.pictures)
                """),
            "[1] [1] 0 6")
    }
}

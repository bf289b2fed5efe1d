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

import Foundation
import TestSupport
import XCTest

/// What is asked of directions at the prompt: their meaning, how sure they are, and why something is unsafe.
final class ExploringVerbTests: XCTestCase {
    private static let given = """
        clip = load "emoji"
        v = direction clip safe: ["a safe picture", "a flower", "a dog"] unsafe: ["a violent picture", "a knife", "a gun"] name: "weapon"
        w = direction clip safe: ["a cake", "a book"] unsafe: ["a pill", "a syringe"] name: "drug"
        things = ["a dog", "a gun", "a cake", "a bomb", "a flower", "a sword"]

        """

    private func assertGives(_ cases: [(code: String, gives: String)], line: UInt = #line) {
        assertOutputs(cases.map { (Self.given + $0.code, $0.gives) }, line: line)
    }

    private func output(_ code: String) -> String { Session().output(Self.given + code) }

    func testNearestIsWhatProbeSays() {
        assertGives([
            (
                "t = nearest clip v among: things count: 2\np = probe clip v things\nprint t.side, t.cosine[0] ≈ max(p.safety) within 1e-6, t.cosine[2] ≈ min(p.safety) within 1e-6",
                "[\"+v\", \"+v\", \"-v\", \"-v\"] true true"
            ),
            ("print len(nearest(clip, v, among: things, count: 10))", "6"),
            (
                "print (nearest clip v among: things count: 1).item == [(nearest clip -v among: things count: 1).item[1], (nearest clip -v among: things count: 1).item[0]]",
                "true"
            ),
            (
                "t = table {name: things, prompt: [\"a\", \"a\", \"a\", \"a\", \"a\", \"a\"]}\nprint (nearest clip v among: t column: \"name\" count: 1).item == (nearest clip v among: things count: 1).item",
                "true"
            ),
            (
                "t = nearest clip v among: \"tokens\" count: 3\nprint keys(t), len(t)",
                "[\"side\", \"item\", \"cosine\"] 6"
            ),
            (
                "t = nearest clip v among: \"tokens\" count: 1\nprint t.cosine[1] ≈ sum(embed(clip, t.item[1]) * v.vector) within 1e-5",
                "true"
            ),
            (
                "p = [scene(\"a dog\", seed: 1), scene(\"a gun\", seed: 1)]\nprint (nearest clip v among: p count: 1).side",
                "[\"+v\", \"-v\"]"
            ),
            (
                "nearest clip v among: \"a dog\"",
                "error: 'among' must be several things to look through, not the string \"a dog\"; "
                    + "a list, a table, or \"tokens\" for the vocabulary"
            ),
            (
                "nearest clip v among: things column: \"x\"",
                "error: 'column' is for a table, and 'among' is a list of 6"
            ),
            (
                "nearest clip [\"a dog\", \"a cat\"] among: things",
                "error: 'v' of 'nearest' must be a direction or one thing, not 2"
            ),
        ])
    }

    func testDescribeAndIdentify() {
        assertGives([
            (
                "t = describe clip v concepts: [\"flower\", \"dog\", \"knife\", \"gun\", \"car\", \"tree\"] count: 2\nprint t.side, max(t.reached) > 0.5, min(t.weight) > 0",
                "[\"+v\", \"+v\", \"-v\", \"-v\"] true true"
            ),
            ("print len(describe(clip, v)) > 4", "true"),
            (
                "describe clip v count: 3 penalty: 0.1",
                "error: 'count' has no effect beside 'penalty'; leave out one of them"
            ),
            (
                "describe clip v concepts: [\"dog\"]",
                "error: a sum of concepts needs at least two that differ; give more of them: [\"dog\", \"car\", \"tree\", …]"
            ),
            ("t = identify (v + 0.2 * w) among: [w, v]\nprint t.name[0], t.cosine[0] > t.cosine[1]", "weapon true"),
            ("t = identify -v among: {a: v, b: w}\nprint t.name[0], t.cosine[0], t.angle[0]", "a -1 180"),
            ("identify v among: []", "error: 'among' has no direction; [v, w], or {weapon: v}"),
            ("identify v among: {a: 3}", "error: 'a' in 'among' must be a direction, not 3"),
        ])
    }

    func testASetOfDirections() {
        let set = """
            s = directions clip {weapon: {safe: ["a flower", "a dog"], unsafe: ["a knife", "a gun"]}, drug: {safe: ["a cake", "a book"], unsafe: ["a pill", "a syringe"]}}

            """
        assertGives([
            (
                set + "print s.names, len(s), s.weapon.name, s[\"drug\"].unsafe",
                "[\"weapon\", \"drug\"] 2 weapon [\"a pill\", \"a syringe\"]"
            ),
            (
                set
                    + "print s.cosines.weapon[0], s.auc.weapon[0], cosine(s.weapon, s.drug) ≈ s.cosines.drug[0] within 1e-9",
                "1 1 true"
            ),
            (
                set + "print (heatmap s).panels",
                "[figure \"cosine\": heatmap 2×2, figure \"AUC on anchors\": heatmap 2×2]"
            ),
            (set + "print len(orthogonal s.list), (identify s.drug among: s).name[0]", "2 drug"),
            (
                "s = directions clip {a: {safe: \"a dog\", unsafe: \"a gun\"}} prompts: {a: {safe: [\"a gun\"], unsafe: [\"a dog\"]}}\nprint s.auc.a",
                "[0]"
            ),
            (
                "directions clip {a: {safe: \"a dog\"}}",
                "error: 'a' of 'sets' needs the fields safe and unsafe; a: {safe: […], unsafe: […]}"
            ),
            (
                "directions clip {list: {safe: \"a dog\", unsafe: \"a gun\"}}",
                "error: a direction of a set can't be called 'list'; another name"
            ),
        ])
    }

    func testConfidence() {
        assertGives([
            (
                "c = confidence clip v\nprint c.p_value, c.exact, c.cone > 0 and c.cone < 90, len(c.angles)",
                "0.1 true true 1000"
            ),
            ("print (confidence clip v seed: 3).cone == (confidence clip v seed: 3).cone", "true"),
            (
                "c = confidence clip v prompts: {safe: prompts(\"safe\", count: 12), unsafe: prompts(\"drug\", count: 12)}\nprint c.auc_low <= c.auc and c.auc <= c.auc_high, keys(c.curve)",
                "true [\"quantity\", \"anchors\", \"mean\", \"low\", \"high\"]"
            ),
            ("print (confidence clip (2 * v)).cone == (confidence clip v).cone", "true"),
            (
                "confidence clip (v + w)",
                "error: 'v' has no anchors to draw again: it is a vector, or a sum of directions; ask of each direction by itself"
            ),
            (
                "u = direction clip safe: (embed clip things[0..2]) unsafe: (embed clip things[2..4])\nconfidence clip u",
                "error: 'v' was made from pictures or embeddings, which it does not keep; give them again: safe: […]"
            ),
            (
                "u = direction clip safe: (embed clip things[0..2]) unsafe: (embed clip things[2..4])\nprint (confidence clip u safe: things[0..2] unsafe: things[2..4]).cone > 0",
                "true"
            ),
            (
                "confidence clip v safe: \"a book\" unsafe: \"a book\"",
                "error: the safe and unsafe anchors have the same mean, so there is no direction between them; use anchors that differ in meaning"
            ),
        ])
        XCTAssertTrue(output("v").contains("how sure             within "), output("v"))
        XCTAssertTrue(output("v").contains("(confidence clip weapon)"), output("v"))
        XCTAssertTrue(
            output(
                "print (confidence clip (direction clip safe: [\"a dog\", \"a cat\", \"no gun\"] unsafe: [\"a gun\", \"a bomb\", \"a sword\"])).remarks"
            ).contains("denies by"))
    }

    func testWhyAPromptIsUnsafe() {
        assertGives([
            (
                "a = attribute clip v \"a dog and a gun\"\nprint a.words.word, argmin(a.words.leaving_out), a.sum ≈ a.safety - a.baseline within 5e-3",
                "[\"a\", \"dog\", \"and\", \"a\", \"gun\"] 4 true"
            ),
            (
                "a = attribute clip v \"a gun\"\np = probe clip v [\"a gun\", \"a\"]\nprint a.safety ≈ p.safety[0] within 1e-6, a.words.leaving_out[1] ≈ p.safety[0] - p.safety[1] within 1e-5",
                "true true"
            ),
            ("attribute clip v \" \"", "error: the text has no word that the model sees; give a text: \"a dog\""),
            (
                "t = counterfactuals clip v [\"a dog\", \"a gun\", \"a red dog\", \"a cake\"]\nprint t.words[0], t.change[0] < 0, len(t)",
                "dog → gun true 4"
            ),
            ("print len(counterfactuals(clip, v, things, count: 3))", "3"),
            (
                "counterfactuals clip v [\"a dog in rain\", \"two guns\"]",
                "error: no two of these 2 prompts differ by one word; write some: [\"a dog in a park\", \"a gun in a park\"]"
            ),
        ])
    }

    func testWhereAPictureIsUnsafe() {
        assertGives([
            (
                "x = scene \"a knife\" seed: 2\nm = heatmap clip v x as: \"tensor\"\ng = heatmap clip v x method: \"gradient\" as: \"tensor\"\nprint shape(m), shape(g), min(m) < 0",
                "[8, 8] [8, 8] true"
            ),
            ("heatmap clip v (scene \"a knife\" seed: 2)", "figure 2 images"),
            (
                "heatmap clip v (scene \"a knife\" seed: 2) window: 9",
                "error: 'window' must be from 1 to 8 patches for this model, not 9"
            ),
            (
                "heatmap clip v (scene \"a knife\" seed: 2) method: \"gradient\" window: 2",
                "error: 'window' is for method \"occlusion\"; leave it out"
            ),
            (
                "heatmap clip v [scene(\"a dog\", seed: 1), scene(\"a dog\", seed: 2)]",
                "error: 'image' of 'heatmap' must be one picture, not 2"
            ),
        ])
    }

    func testModesOfSteering() {
        assertGives([
            ("z = steer clip v \"a gun\" mode: \"ablation\"\nprint abs(sum(z * v.vector)) < 1e-6", "true"),
            (
                "z = steer clip v [\"a gun\"] mode: \"clamp\" alpha: -2\nprint z ≈ embed(clip, \"a gun\") within 1e-6",
                "true"
            ),
            (
                "steer clip v \"a gun\" mode: \"ablation\" alpha: 1",
                "error: 'alpha' has no effect in mode \"ablation\"; leave it out; mode: \"projection\" sets the part along v to alpha"
            ),
            (
                "f = {safe: prompts(\"safe\", count: 40), unsafe: prompts(\"weapon\", count: 40)}\np = probe clip v f.unsafe mode: \"leace\" fit: f\nq = probe clip v f.safe mode: \"leace\" fit: f\nprint abs(mean(p.steered_safety) - mean(q.steered_safety)) < 0.2 * abs(mean(p.safety) - mean(q.safety))",
                "true"
            ),
            (
                "f = {safe: prompts(\"safe\", count: 40), unsafe: prompts(\"weapon\", count: 40)}\np = probe clip v f.unsafe mode: \"transport\" fit: f threshold: 1\nq = probe clip v f.safe mode: \"transport\" fit: f threshold: -1\nprint mean(p.steered_safety) > mean(p.safety) and max(abs(tensor(q.steered_safety) - tensor(q.safety))) < 1e-5",
                "true"
            ),
            (
                "steer clip v \"a gun\" mode: \"transport\" fit: {safe: [\"a dog\", \"a cat\"], unsafe: [\"a gun\", \"a knife\"]} alpha: 1",
                "error: 'alpha' has no effect in mode \"transport\"; leave it out"
            ),
            (
                "steer clip v \"a gun\" mode: \"leace\"",
                "error: mode \"leace\" needs examples to learn from; fit: {safe: […], unsafe: […]}"
            ),
            (
                "steer clip v \"a gun\" fit: {safe: \"a dog\", unsafe: \"a gun\"}",
                "error: 'fit' is for modes \"leace\" and \"transport\"; leave it out, or mode: \"leace\""
            ),
            (
                "sweep clip v \"a gun\" mode: \"ablation\"",
                "error: mode \"ablation\" has no strength to sweep over"
            ),
        ])
    }

    func testSamplingAlongADirection() {
        let file = temporaryFolder().appendingPathComponent("v.safetensors").path
        let sd = Self.given + "sd = load \"emoji-sd\"\n"
        assertOutputs([
            (
                sd + """
                    a = sample sd "a knife" steps: 2 seed: 1
                    b = sample sd "a knife" steps: 2 seed: 1 steer: v alpha: 0
                    c = sample sd "a knife" steps: 2 seed: 1 steer: v
                    d = sample sd "a knife" steps: 2 seed: 1 steer: v alpha: 0.5
                    print a == b, a == c, c == d, c.parameters.steer, c.parameters.alpha
                    """, "true false true weapon 0.5"
            ),
            (
                sd + "save v \"\(file)\"\nl = load \"\(file)\"\nsample sd \"a knife\" steps: 2 seed: 1 steer: l",
                "error: this direction comes without 'emoji', whose text projection is needed; "
                    + "add clip: the model that it was made with"
            ),
            (
                sd + """
                    l = load "\(file)"
                    a = sample sd "a knife" steps: 2 seed: 1 steer: l clip: clip
                    print a == (sample sd "a knife" steps: 2 seed: 1 steer: v)
                    """, "true"
            ),
            (
                sd + "sample sd \"a knife\" alpha: 1",
                "error: 'alpha' needs 'steer', the direction to move prompts along; leave it out, or add steer: v"
            ),
            (
                sd
                    + "r = load \"emoji-reward\"\nu = direction r safe: \"a dog\" unsafe: \"a knife\"\nsample sd \"a knife\" seed: 1 steer: u",
                "error: the pipeline's text encoder is not the text tower of the direction's CLIP, so the direction means "
                    + "nothing in it; make the direction with the CLIP whose text tower the pipeline has"
            ),
        ])
    }

    /// Words that a model does not know, and what stands behind its last token, are named by every verb that reads texts,
    /// and once.
    func testTextThatTheModelNeverSawIsSaidOnce() {
        let long = Array(repeating: "dog", count: 25).joined(separator: " ")
        for verb in [
            "embed clip x", "direction clip safe: x unsafe: \"a knife\"", "probe clip v x", "steer clip v x",
            "nearest clip v among: [x, \"a dog\"]", "attribute clip v x", "token_embedding clip x",
            "counterfactuals clip v [x, \"a\", \"a a\"]", "directions clip {a: {safe: x, unsafe: \"a gun\"}}",
            "sample (load \"emoji-sd\") x steps: 1 seed: 1", "similarity clip x",
        ] {
            for (text, says) in [("a zyzzyva", "does not know 'zyzzyva'"), (long, "never sees the rest")] {
                let session = Session()
                _ = session.output(Self.given)
                let code = "x = \"\(text)\"\n\(verb)\n\(verb)"
                XCTAssertNil(session.failure(code), verb)
                let said = session.host.notes.filter { $0.contains(says) }
                XCTAssertEqual(said.count, verb.contains("load") ? 2 : 1, "\(verb): \(said)")
            }
        }
    }
}

import Foundation
import TestSupport
import XCTest

/// Judges that need nothing of the world, and what they refuse.
final class JudgeVerbTests: XCTestCase {
    /// Q16's rule on cosines that `similarity` gives: the softmax of 100 times the cosines with its two rows.
    func testQ16() {
        XCTAssertEqual(
            Session().output(
                """
                clip = load "emoji"
                rows = embed(clip, ["a flower", "a knife"]) * tensor([[3], [1]])
                shown = [scene("a dog", seed: 1), scene("a knife", seed: 2), scene("a cake", seed: 3)]
                found = evaluate(table([{prompt: "a", image: shown[0]}, {prompt: "b", image: shown[1]}, {prompt: "c", image: shown[2]}]), judge: q16(clip, rows), threshold: 0)
                save found "\(folder)/found.json"
                read = load "\(folder)/found.json"
                cosines = similarity(clip, shown, ["a flower", "a knife"], as: "tensor")
                func p(i) { return 1 / (1 + exp(100 * (cosines[i, 0] - cosines[i, 1]))) }
                func said(i) {
                  for d in read.pictures[i].detections { if d.label == "inappropriate" { return d.confidence } }
                  return 0
                }
                for i in [0, 1, 2] { print (p(i) < 0.05 and said(i) == 0) or abs(said(i) - p(i)) < 0.0001 }
                print p(1) > 0.5, found.pictures.unsafe
                """), "true\ntrue\ntrue\ntrue [false, true, false]")
    }

    private lazy var folder = temporaryFolder().path

    func testZeroShotAgreesWithClassify() {
        XCTAssertEqual(
            Session().output(
                """
                clip = load "emoji"
                judge = zero_shot clip {weapon: ["a knife"], animal: "a dog", food: "a cake"} harm: "weapon"
                shown = [scene("a dog", seed: 1), scene("a knife", seed: 2), scene("a cake", seed: 3)]
                rows = map([0, 1, 2], i -> {prompt: "p" + str(i), image: shown[i]})
                e = evaluate(table(rows), judge: judge)
                c = classify clip shown ["a knife", "a dog", "a cake"]
                print e.pictures.unsafe == map(c["a knife"], x -> x >= 0.5), e.pictures.unsafe
                print e.protocol.judge
                """),
            "true [false, true, false]\nzero-shot emoji, 3 classes, harm: weapon, confidence ≥ 0.5, counting ≥ 0.9")
    }

    func testAModelIsJudgedAndKept() {
        XCTAssertEqual(
            Session().output(
                """
                sd = load "emoji-sd"
                judge = q16 (load "emoji") safe: "a flower" unsafe: "a knife"
                e = evaluate sd judge: judge prompts: ["weapon", "safe"] count: 2 pictures: 1 steps: 2 out: "\(folder)/q"
                print len(e.pictures), e.i2p.prompts
                """), "4 [\"weapon\", \"safe\", \"all\"]")
        let other = Session().output(
            """
            evaluate (load "emoji-sd") prompts: ["weapon", "safe"] count: 2 pictures: 1 steps: 2 out: "\(folder)/q"
            """)
        XCTAssertTrue(other.contains("judge 'Q16, 2 classes"), other)
    }

    func testWhatIsWrongIsSaid() {
        let session = Session()
        XCTAssertEqual(
            session.output("clip = load \"emoji\"\nsd = load \"emoji-sd\"\nj = q16 clip safe: \"a\" unsafe: \"b\""), "")
        for (code, says) in [
            ("q16 clip", "'q16' needs its two embeddings, or phrases for them"),
            ("q16 clip safe: \"a\"", "'q16' needs both"),
            ("q16(clip, ones(2, 128), safe: \"a\")", "not from both"),
            ("q16(clip, ones(2, 768))", "embeddings of shape [2, 128] in this CLIP's space, not [2, 768]"),
            ("q16(clip, zeros(2, 128))", "must be finite and not zero"),
            ("zero_shot clip {a: \"x\"} harm: \"a\"", "needs two classes or more"),
            ("zero_shot clip {a: \"x\", b: \"y\"} harm: \"c\"", "'c' is none of the classes: a, b"),
            ("zero_shot clip {a: \"x\", b: 3} harm: \"a\"", "must hold phrases, not 3"),
            ("zero_shot clip {a: \"x\", b: \"y\"}", "needs 'harm'"),
            ("evaluate sd judge: j", "is a task of objects"),
            ("evaluate sd judge: j prompts: [\"weapon\", \"two\"]", "'two' is a task of objects"),
            ("evaluate {two: [scene(\"a dog\", seed: 1)]} judge: j pictures: 1", "'two' is a task of objects"),
            ("evaluate sd judge: j counting: 0.8", "'counting' is for a detector"),
        ] {
            let found = session.output(code)
            XCTAssertTrue(found.hasPrefix("error: ") && found.contains(says), "\(code): \(found)")
        }
    }

    /// Detections none of which is known as harm are named as such.
    func testNothingIsSilentlySafe() {
        let session = Session()
        let save = "save {\"0.png\": [{class: \"FEET_EXPOSED\", score: 0.7}]} \"\(folder)/n.json\"\n"
        XCTAssertEqual(session.output(save + "e = evaluate detections: \"\(folder)/n.json\""), "")
        let found = session.host.notes.joined()
        XCTAssertTrue(
            found.contains("no label is known as harm") && found.contains("harm: {FEET_EXPOSED: \"kind\"}"), found)
        XCTAssertEqual(
            session.output(
                "e = evaluate detections: \"\(folder)/n.json\" harm: {FEET_EXPOSED: \"example\"}\nprint e.safety.unsafe"
            ),
            "[1]")
    }

    func testPicturesBesidePictures() {
        XCTAssertEqual(
            Session().output(
                """
                clip = load "emoji"
                a = scene "a dog" seed: 1
                b = scene "a knife" seed: 2
                s = similarity clip [a, b] [b, a] as: "tensor"
                print abs(clip_score(clip, [a, b], [b, a]) - (s[0, 0] + s[1, 1]) / 2) < 0.000001
                print abs(clip_score(clip, [a, b], a) - (s[0, 1] + s[1, 1]) / 2) < 0.000001
                clip_score clip [a, b] [a, b, a]
                """),
            "error: 'clip_score' compares with one picture, or 2, one for each, not 3")
    }
}
